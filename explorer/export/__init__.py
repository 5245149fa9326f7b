"""A run as a folder of files that a browser replays from any plain file host, without a server.

    index.html            the page; asks for nothing outside its folder
    page/                 its style, its modules, plotly.js
    data/run.json         name, state, list of maps, settings
    data/*.json           points and their columns, curves, schema, baselines, the method's card
    data/layouts/S.bin    places at step S          data/neighbours/S.bin    the nearest of every point
    data/columns/S.json   columns of step S         data/lens/S.json         what the loss sees
    data/sounds/C.mp3     clip C of the data set

assets/js/core/source_static.js reads it. What goes in is listed in `contents`; nothing else of a run's folder does.
"""

NICENESS = 5
"""Of the processes that write for somebody who waits; a training goes first all the same."""
