"""The one kind of error a user meets: a plain sentence."""

import difflib
from collections.abc import Collection


class UserError(Exception):
    """A mistake that the user can mend. Its text is one plain sentence: what was found, what was expected.

    The command line prints it and exits with 2; the page shows it. Nothing else may reach a user.
    """


def unknown(what: str, name: str, names: Collection[str]) -> UserError:
    """That nothing is called `name`, what was perhaps meant, and what there is: `what` is "method", `names` all methods."""
    near = difflib.get_close_matches(name, names, 1)
    perhaps = f". Perhaps {near[0]!r} was meant" if near else ""
    return UserError(f"There is no {what} {name!r}{perhaps}; the {what}s are {', '.join(names)}.")
