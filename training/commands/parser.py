"""A command line that answers what it can't understand with one plain sentence and exit code 2."""

import argparse
import codecs
import io
import re
import sys
from collections.abc import Mapping
from itertools import takewhile
from typing import Any, NoReturn

from training.errors import closest_name, unknown


def escape_output() -> None:
    """From here on standard output takes any text: a path that is no UTF-8 is printed as the bytes that it is, and other
    letters that the output's encoding lacks as escapes.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        codecs.register_error("hearsight", _bytes_or_escapes)
        sys.stdout.reconfigure(errors="hearsight")


def _bytes_or_escapes(error: UnicodeError) -> tuple[str | bytes, int]:
    try:
        return codecs.lookup_error("surrogateescape")(error)
    except UnicodeError:
        return codecs.lookup_error("backslashreplace")(error)


class Parser(argparse.ArgumentParser):
    """As argparse's; the parsers of its commands are such ones too."""

    _commands: Any = None
    """What holds its commands, where it has some."""
    elsewhere: Mapping[str, str] = {}
    """Commands that another program has → how each is called there."""

    def add_subparsers(self, **about: Any) -> Any:
        """As argparse does, and remember the commands."""
        self._commands = super().add_subparsers(**about)
        return self._commands

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """Tell what there is no such flag or command of before argparse misses what else it expects."""
        given = list(sys.argv[1:] if args is None else args)
        if self._commands is not None:
            self._check_command(given)
        own = takewhile(lambda text: text != "--" and (self._commands is None or text.startswith("-")), given)
        for text in own:
            self._check_flag(text)
        found, left = super().parse_known_args(given, namespace)
        if left:
            self.error(f"nothing more was expected at {' '.join(left)}")
        return found, left

    def error(self, message: str) -> NoReturn:
        """End with what argparse has found, as one sentence."""
        said = message.removeprefix("argument ")
        self._leave(f"{said[:1].upper()}{said[1:]}; `{self.prog} --help` says more.")

    def _check_command(self, given: list[str]) -> None:
        names = self._commands.choices
        name = next((text for text in given if not text.startswith("-")), None)
        if name is not None and name in self.elsewhere:
            self._leave(f"There is no command {name!r} here; `{self.elsewhere[name]}` does it.")
        if name is not None and name not in names:
            self._leave(str(unknown("command", name, names)))
        if not given:
            self._leave(f"A command was expected: {', '.join(names)}; `{self.prog} --help` says what each does.")

    def _check_flag(self, text: str) -> None:
        name = text.partition("=")[0]
        if not re.match(r"--?[^\W\d]", name) or " " in name:  # a value, as -3 is
            return
        flags = self._option_string_actions
        if name[:2] in flags or any(flag.startswith(name) for flag in flags):  # its beginning is enough
            return
        near = closest_name(name.strip("-"), [flag.strip("-") for flag in flags])
        self._leave(
            f"There is no {name} here; did you mean --{near}?"
            if near
            else f"There is no {name} here; `{self.prog} --help` lists what there is."
        )

    def _leave(self, sentence: str) -> NoReturn:
        self.exit(2, f"{sentence}\n")
