"""How a class fares that uses the page while one run is trained: 50 visitors for ten minutes.

    python -m benchmarks.visitors [--visitors 50] [--minutes 10] [--seconds-between 10] [--json]

The server is started with the limits of a page that others reach, on 300 short tones and a folder of runs of its own. One
visitor starts a training by the page's own button; it lasts for as long as all of it. Each visitor fetches the page, asks
for news of the run once a second, half as often as an open page, and now and then does something: hears a clip, fetches pictures,
the map, neighbours or what the loss sees, opens the form of a method, makes two views, sends a sound, searches with one
by /find. Before they come each of these is done once, since the first views and the first search load what they need.

Told are the seconds until each kind of answer was there whole, every answer that is an error, and the memory of
the server's own process over time. All visitors are threads of this process on this machine and are counted in what they
take of it. Only 127.0.0.1 is asked. Results are written to benchmarks/results/visitors.json. Needs /proc for the memory.

    __main__.py    the command: the class that comes, and the training beside it
    visitor.py     a browser as the server sees it, and the functions of the page that it calls
    beside.py      a command of its own: what a class costs the training
    look.py        what one visitor does
    tones.py       the sounds
    figures.py     what is noted, and told of it
"""
