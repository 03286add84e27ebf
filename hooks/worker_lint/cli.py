"""The command line: which command, its arguments, and the exit status.

What a command needs is imported where one is asked, because most runs end before: see ``bystanders``.
"""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper

from worker_lint import __version__
from worker_lint.bystanders import bystanders
from worker_lint.commands import COMMANDS
from worker_lint.errors import WorkerLintError
from worker_lint.folder_arguments import folders_in

TYPE_CHECKING = False  # as type checkers know it; the import of ``typing`` is a third of a short run
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence
    from types import ModuleType

    from worker_lint.plain_arguments import Arguments
    from worker_lint.recall.answer import Answer
    from worker_lint.recall.past_run import PastRun

_WITH_ACTIONS = ("profile",)
"""Commands that have commands of their own."""

ERROR = 2
"""Bad usage, settings or profile, or a file that could not be read or judged."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command that ``argv`` (default: the process's arguments) names, and return the exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    _open_closed_streams()
    try:
        if arguments and arguments[0] in ("-h", "--help", "-V", "--version"):
            return _about(arguments[0])
        return _run(arguments.pop(0) if arguments and arguments[0] in COMMANDS else "check", arguments)
    except WorkerLintError as error:
        _say(f"error: {error}")
    except KeyboardInterrupt:
        _say("error: interrupted; every file is either as it was or wholly rewritten, run again to go on")
    except OSError as error:
        # Whoever read the output has seen enough, or the disk that takes it is full; what is a file's own trouble
        # has been told as such. Python must not complain of it once more at exit.
        if not isinstance(error, BrokenPipeError):
            _say(f"error: {_place_of(error)}{error.strerror or error}")
        _drop_output()
    return ERROR


def _run(name: str, arguments: list[str]) -> int:
    files = bystanders(arguments) if name == "check" else None
    if files is not None:
        sys.stdout.write(f"no findings; {files:,} file{'' if files == 1 else 's'} checked\n")
        sys.stdout.flush()
        return 0
    folders = folders_in(arguments) if name == "check" else []
    if not folders:
        return _run_command(name, arguments)
    from worker_lint.recall.past_run import PastRun

    past = PastRun.of(arguments, folders)
    answer = None if past is None else past.answer()
    if answer is not None:
        return _say_again(answer)
    from worker_lint.git_listing import begin, forget

    begin(folders)  # while all the rest is imported
    if past is not None:
        past.look_around()
    try:
        return _run_command(name, arguments, past)
    finally:
        forget()


def _run_command(name: str, arguments: list[str], past: PastRun | None = None) -> int:
    from importlib import import_module

    command = import_module(f"worker_lint.commands.{name}")
    _write_any_character()
    plain = plainly_parsed(command, arguments) if name == "check" else None
    args = plain or parsed(name, command, arguments)
    status: int = command.run(args) if past is None else command.run(args, past)
    sys.stdout.flush()
    return status


def _say_again(answer: Answer) -> int:
    _write_any_character()
    sys.stderr.write(answer.notices)
    sys.stdout.write(answer.report)
    sys.stdout.flush()
    return answer.status


def _write_any_character() -> None:
    """Let standard output take what it has no character for: a file's name, or its code, may have some."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def plainly_parsed(command: ModuleType, arguments: Sequence[str]) -> Arguments | None:
    """Return the arguments of ``command``, or None where that takes ``argparse``."""
    from worker_lint.plain_arguments import PlainParser

    parser = PlainParser()
    command.configure(parser)
    return parser.parsed(arguments)


def parsed(name: str, command: ModuleType, arguments: Sequence[str]) -> Namespace:
    """Return the arguments of ``command``; where they are wrong, or ask for help, the process ends."""
    from argparse import ArgumentParser

    parser = ArgumentParser(prog=f"worker-lint {name}", description=command.SUMMARY, allow_abbrev=False)
    command.configure(parser)
    # Options may stand between paths; argparse cannot do that where there are actions, nor rightly with "--".
    plainly_ordered = name in _WITH_ACTIONS or "--" in arguments
    return (parser.parse_args if plainly_ordered else parser.parse_intermixed_args)(arguments)


def _about(option: str) -> int:
    if option in ("-V", "--version"):
        sys.stdout.write(f"worker-lint {__version__}\n")
        sys.stdout.flush()
        return 0
    from importlib import import_module

    width = max(map(len, COMMANDS))
    rows = "".join(f"  {name:{width}}  {import_module(f'worker_lint.commands.{name}').SUMMARY}\n" for name in COMMANDS)
    sys.stdout.write(
        "usage: worker-lint [COMMAND] [PATH ...] [OPTION ...]\n\n"
        "Find, judge and rewrite the number of data-loading workers in a training repository.\n\n"
        f"commands:\n{rows}\n"
        "'worker-lint COMMAND --help' lists the options of a command.\n"
    )
    sys.stdout.flush()
    return 0


def _open_closed_streams() -> None:
    """Give the process streams where it was started without, as by ``>&-``: what is said is then lost, not an error."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 - open until the end


def _place_of(error: OSError) -> str:
    """Return what ``error`` is about, with a colon behind it; nothing where that cannot be told."""
    if error.filename is not None:
        return f"{error.filename}: "
    try:
        os.getcwd()  # noqa: PTH109 - of what is commonly asked, that alone names no file in its errors
    except OSError:
        return "the current folder: "
    return "standard output: " if _may_come_of_writing(error) else ""


def _may_come_of_writing(error: OSError) -> bool:
    import errno

    names = ("EAGAIN", "EBADF", "EDQUOT", "EFBIG", "EINVAL", "EIO", "ENOSPC", "ENXIO", "EPERM")
    return error.errno in {getattr(errno, name, None) for name in names}


def _drop_output() -> None:
    """Let what is still to be written to standard output be lost."""
    from contextlib import suppress

    with suppress(OSError):  # a caller's own stream is behind no descriptor
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
