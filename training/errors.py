"""The one kind of error a user meets: a plain sentence."""

import difflib
from collections.abc import Collection


class UserError(Exception):
    """A mistake that the user can mend. Its text is one plain sentence: what was found, what was expected.

    The command line prints it and exits with 2; the page shows it. Nothing else may reach a user.
    """

    @property
    def in_words(self) -> str:
        """The sentence for a reader of the page, whose forms call settings by words."""
        return str(self)


class SettingError(UserError):
    """That a setting, which goes by its name on the command line, can't have its value."""

    def __init__(self, setting: str, told: str, *others: str):
        """`told` goes on after "The setting batch_size": "is 0, but …"; `others` are other settings that it names."""
        super().__init__(setting, told, *others)
        self.setting, self.told, self.others = setting, told, others

    def __str__(self) -> str:
        return f"The setting {self.setting} {self.told}"

    @property
    def in_words(self) -> str:
        """As the form calls it: "The setting batch size is …"."""
        told = self.told
        for name in self.others:
            told = told.replace(name, _titled(name))
        return f"The setting {_titled(self.setting)} {told}"


def _titled(setting: str) -> str:
    return setting.replace("_", " ")


def unknown(what: str, name: str, names: Collection[str]) -> UserError:
    """That nothing is called `name`, what was perhaps meant, and what there is: `what` is "method", `names` all methods."""
    near = closest_name(name, names)
    perhaps = f"; did you mean {near!r}? The" if near else "; the"
    return UserError(f"There is no {what} {name!r}{perhaps} {what}s are {', '.join(names)}.")


def closest_name(name: str, names: Collection[str]) -> str | None:
    """Which of `names` was perhaps meant; None where none is much like it, and none is it in full: "lr" and "mae" are short."""
    low = name.lower()
    near = difflib.get_close_matches(low, names, 1)
    initials = [one for one in names if "".join(word[:1] for word in one.split("_")) == low]
    shortened = [one for one in names if one[:1] == low[:1] and _is_within(low, one)]
    return next((found[0] for found in (near, initials, shortened) if len(found) == 1), None)


def _is_within(letters: str, name: str) -> bool:
    """Whether the letters come in this order in a name, whatever lies between them."""
    rest = iter(name)
    return all(letter in rest for letter in letters)
