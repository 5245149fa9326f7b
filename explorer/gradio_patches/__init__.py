"""Every private hook into Gradio: why it is needed, and what to look at when Gradio is upgraded."""
