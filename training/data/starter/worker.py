"""A process that makes clips for its parent: `python -m training.data.starter.worker`.

It reads lines "class number, source number" from standard input and answers each on standard output with a pickled
list of clips or a sentence that says why there is none. It ends when its parent does, because its input then ends.
A process of its own, not one of multiprocessing, because those import the parent's main script a second time.
"""

import os
import pickle
import sys

from training.data.starter.clips import StarterClip, clips_of
from training.data.starter.recipe import CLASSES
from training.errors import UserError


def serve() -> None:
    """Answers until the input ends."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a library that prints must not write between the answers
    for line in sys.stdin:
        sound, source = (int(number) for number in line.split())
        answer: list[StarterClip] | str
        try:
            answer = clips_of(CLASSES[sound], CLASSES[sound].sources[source])
        except UserError as fault:
            answer = str(fault)
        pickle.dump(answer, answers, protocol=pickle.HIGHEST_PROTOCOL)
        answers.flush()


if __name__ == "__main__":
    serve()
