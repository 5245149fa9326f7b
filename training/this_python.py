"""How this Python is called in a command that is told to be copied."""

import os
import shlex
import shutil
import sys
from pathlib import Path


def this_python() -> str:
    """`python` where that is this one, as in an environment that is active; else its path, from here where it lies below.

    Only for what is printed to whoever began the program: the page tells `python`, as its visitors have another machine.
    """
    own = Path(sys.executable)
    found = shutil.which("python")
    # python, python3 … of one environment
    if found is not None and Path(found).parent.absolute() == own.parent.absolute():
        return "python"
    # not where it lies right here: a bare name would be looked for elsewhere
    below = own.is_relative_to(Path.cwd()) and own.parent != Path.cwd()
    return shlex.quote(os.path.relpath(own) if below else str(own))
