"""The one kind of error a user meets: a plain sentence."""


class UserError(Exception):
    """A mistake that the user can mend. Its text is one plain sentence: what was found, what was expected.

    The command line prints it and exits with 2; the page shows it. Nothing else may reach a user.
    """
