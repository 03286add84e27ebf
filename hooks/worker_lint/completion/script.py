"""The script that completes a command line, from the parser of all its commands."""

from __future__ import annotations

import argparse
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from worker_lint.modes import BUILT_IN
from worker_lint.rules import CODES
from worker_lint.rules._families import families

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_FILES = ("PATH", "FILE", "NAME|PATH")
_FOLDERS = ("FOLDER",)
_FILES_BY_NAME = ("profile", "old", "new")


def script_for(shell: str, parser: argparse.ArgumentParser, commands: Sequence[str]) -> str:
    """Return the script for ``shell``, one of ``SHELLS``.

    ``parser`` has the subparsers ``commands``, of which ``check`` is meant where none is named. It is marked with what
    can stand where, and cannot parse any more.
    """
    import shtab

    for action in _actions(parser):
        _say_what_completes(action)
    preamble = _piece("default_command.zsh", commands) if shell == "zsh" else ""
    script = shtab.complete(parser, shell, root_prefix=parser.prog, preamble=preamble)
    if shell == "bash":
        return f"{script}\n{_piece('default_command.bash', commands)}"
    if shell == "zsh":  # shtab lets a list of paths end after the first
        return script.replace('"(*)::', '"*:') + "\n"
    # tcsh has no functions to tell a command from a path; what no rule is for is a file.
    return script.replace("'p/*/()/'", "'p/*/f/'") + "\n"


def _piece(name: str, commands: Sequence[str]) -> str:
    text = (files("worker_lint.completion") / name).read_text(encoding="utf-8")
    return text.replace("@COMMANDS@", " ".join(commands))


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:  # what argparse has no public name for, and shtab reads, too
        if isinstance(action, argparse._SubParsersAction):
            for each in action.choices.values():
                yield from _actions(each)
        else:
            yield action


def _say_what_completes(action: Any) -> None:
    """Tell shtab what can stand in the place of ``action``, where argparse does not know it."""
    import shtab

    if action.choices is not None:
        return
    if action.metavar in _FOLDERS:
        action.complete = shtab.DIRECTORY
    elif action.type is Path or action.metavar in _FILES or action.dest in _FILES_BY_NAME:
        action.complete = shtab.FILE
    elif action.dest == "mode":
        action.choices = tuple(BUILT_IN)
    elif action.dest in ("select", "extend_select", "ignore", "codes"):
        action.choices = (*families(), *CODES)
