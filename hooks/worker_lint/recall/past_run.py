"""The last run of the same command line, under the same circumstances: what it said, if that would be said again.

It is looked for before anything else is imported, so this imports little itself.
"""

from __future__ import annotations

import os
import sys
import time

from worker_lint.digest import digest_of
from worker_lint.git import LISTING, WITHHELD
from worker_lint.git_process import GitProcess
from worker_lint.recall.answer import read
from worker_lint.recall.cache_places import caches
from worker_lint.recall.states import state_of
from worker_lint.settings_place import ANSWER_ENDING, CACHE_TAG, CACHE_TAG_TEXT
from worker_lint.surroundings import surroundings

TYPE_CHECKING = False  # as type checkers know it; the import of ``typing`` would be waited for
if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from worker_lint.recall.answer import Answer, Grounds
    from worker_lint.recall.witness import Witness

_FORMAT = 1
_OF_A_SHELL = frozenset({"_", "OLDPWD", "SHLVL"})
_OF_A_COMMIT = ("GIT_AUTHOR_", "GIT_COMMITTER_")
"""How the variables begin by which git tells its hooks of the commit, with the second."""
_WITHOUT = frozenset({"--no-cache", "--fix", "--add-ignore", "--diff"})
"""Options with which no answer is kept."""
_MOST = 4
"""Answers that are kept: those that were written last."""
_MOST_BYTES = 32 * 2**20
"""Bytes of an answer with all that it rests on: a tree of 100,000 files takes about as many."""


class PastRun:
    """The run before this one that was asked for the same."""

    def __init__(self, name: str, folders: Sequence[str]) -> None:
        self.begun = time.time_ns()
        """When this run began, in nanoseconds since the epoch."""
        self._name = name
        """What the file of its answer is called."""
        self._folders = folders
        """Where the cache may be that has it."""
        self._surroundings = ""

    @classmethod
    def of(cls, arguments: Sequence[str], folders: Sequence[str]) -> PastRun | None:
        """Return the run of ``check`` with ``arguments`` that name ``folders``; None where none can be known again."""
        if not (hasattr(os, "posix_spawnp") and _WITHOUT.isdisjoint(arguments)):
            return None
        environ = sorted(each for each in os.environ.items() if not _means_nothing(each[0]))
        try:
            encodings = (sys.getfilesystemencoding(), sys.stdout.encoding, sys.stdout.isatty())
            asked = (_FORMAT, sys.executable, sys.flags, encodings, os.getcwd(), list(arguments), environ)  # noqa: PTH109
        except (OSError, ValueError, AttributeError):  # no folder, no output, or one of a caller's own kind
            return None
        return cls(
            digest_of(repr(asked).encode("utf-8", "surrogatepass")) + ANSWER_ENDING, [*caches(arguments, folders)]
        )

    def answer(self) -> Answer | None:
        """Return what it said; None where there was none, or where anything that this rests on has changed."""
        for folder in self._folders:
            try:
                answer, grounds = read(folder, self._name)
            except (OSError, ValueError):
                continue
            if _is_cache(folder) and _holds(grounds):
                return answer
        return None

    def look_around(self) -> None:
        """Take note of what every verdict of this run rests on, before it is imported, for ``keep``."""
        self._surroundings = _surroundings()

    def keep(self, answer: Answer, witness: Witness, machine: str, cache: Path) -> None:
        """Keep the ``answer`` of this run in the folder of the ``cache``, if the next run can rely on it."""
        from contextlib import suppress

        from worker_lint.cache_folder import ANSWERS, prune, put
        from worker_lint.recall.answer import written

        others = [folder for folder in self._folders if os.path.abspath(folder) != os.path.abspath(cache)]  # noqa: PTH100
        if len(others) == len(self._folders) or not self._surroundings:
            return
        grounds = witness.grounds(self._surroundings, machine)
        data = b"" if grounds is None else written(self._name, answer, grounds)
        if 0 < len(data) <= _MOST_BYTES:
            with suppress(OSError):  # then the next run is a slow one, and no more
                put(cache, self._name, data, private=witness.is_private)
                prune(cache, ANSWERS, _MOST)
            for folder in others:  # of which one may have been the cache before
                with suppress(OSError):
                    os.unlink(os.path.join(folder, self._name))  # noqa: PTH108, PTH118


def _means_nothing(variable: str) -> bool:
    """Return whether a ``variable`` of the environment may differ from run to run, and nothing else does."""
    return variable in _OF_A_SHELL or variable in WITHHELD or variable.startswith(_OF_A_COMMIT)


def _holds(grounds: Grounds) -> bool:
    """Return whether all that an answer rests on is as it was."""
    asked: list[GitProcess] = []
    try:
        for each in grounds.listings:
            asked.append(GitProcess(("git", "-C", each.folder, *LISTING)))
        states = grounds.states
        return (
            all(map(str.__eq__, map(state_of, states), states.values()))
            and grounds.surroundings == _surroundings()
            and all((0, each.listed, b"") == git.answer() for each, git in zip(grounds.listings, asked, strict=True))
            and (not grounds.machine or grounds.machine == _machine())
        )
    except (OSError, ValueError):  # no git, no more processes, no more files
        return False
    finally:
        for git in asked:
            git.end()


def _is_cache(folder: str) -> bool:
    try:
        with open(os.path.join(folder, CACHE_TAG), "rb", buffering=0) as file:  # noqa: PTH118, PTH123
            return file.readall() == CACHE_TAG_TEXT
    except OSError:
        return False


def _surroundings() -> str:
    """Return the digest of what every verdict rests on; nothing where that cannot be told."""
    try:
        return digest_of(repr(surroundings()).encode("utf-8", "surrogatepass"))
    except OSError:  # worker-lint was imported from an archive
        return ""


def _machine() -> str:
    from worker_lint.hardware.machine import inspect

    return inspect().standing
