"""A server may hold as many files open as its user lets it, so that a folder can be dropped at once."""

import resource
import subprocess
import sys

import pytest

SOFT, HARD = 256, 2_048
ASKED = """
import resource
from explorer.web.open_files import allow_many, most_incoming
resource.setrlimit(resource.RLIMIT_NOFILE, (%d, %d))
allow_many()
print(resource.getrlimit(resource.RLIMIT_NOFILE)[0], most_incoming())
"""


@pytest.mark.skipif(resource.getrlimit(resource.RLIMIT_NOFILE)[1] < HARD, reason="this user may not have so many")
def test_the_number_of_open_files_is_raised_to_what_the_user_may_have() -> None:
    asked = subprocess.run([sys.executable, "-c", ASKED % (SOFT, HARD)], capture_output=True, text=True, check=True)
    assert asked.stdout.split() == [str(HARD), str(HARD // 2)]
