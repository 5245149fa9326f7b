"""Whether everything computes, trains and learns on a GPU, and how fast: one command, minutes long, few packages.

    __main__.py    the command; order of the parts, what is written
    plan.py        what a number of minutes is spent on
    clips.py       the clips: a packed file, or made tones
    draws.py       the same random numbers on every device, and float64 throughout
    numbers.py     1. the same loss, gradient and views as on the CPU, method by method; memories and measures too
    shared_parts.py   what is compared there beside the methods
    trains.py      2. a hundred steps of every method, by the real trainer
    resumes.py        a run that is killed goes on as if nothing had happened
    learns.py      4. a minute of SimCLR and of VICReg
    speed.py       3. clips a second, one axis at a time, beside the bare encoder
    work.py           the step whose speed that is, in its several forms
    report.py      gpu.json, and the same as Markdown

It needs torch, torchaudio, numpy, scipy, scikit-learn and safetensors, and nothing that belongs to the page.
"""
