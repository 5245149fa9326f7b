"""HTTP: who may ask, what is open, how much may be sent, and the bytes that the page's components fetch."""
