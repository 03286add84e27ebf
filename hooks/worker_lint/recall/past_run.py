"""The last run of the same command line, under the same circumstances: what it said, if that would be said again.

It is looked for before anything else is imported, so this imports little itself.
"""

from __future__ import annotations

import os
import sys

from worker_lint.digest import digest_of
from worker_lint.git import LISTING, checkout_above
from worker_lint.git_process import GitProcess
from worker_lint.recall.answer import ENDING, read
from worker_lint.recall.states import state_of
from worker_lint.settings_place import CACHE_FOLDER, CACHE_TAG, CACHE_VARIABLE, is_top
from worker_lint.surroundings import surroundings

TYPE_CHECKING = False  # as type checkers know it; the import of ``typing`` would be waited for
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from worker_lint.recall.answer import Answer, Grounds
    from worker_lint.recall.witness import Witness

_FORMAT = 1
_OF_A_SHELL = frozenset({"_", "OLDPWD", "SHLVL"})
"""Variables of the environment that differ from run to run and mean nothing to anybody."""
_WITHOUT = frozenset({"--no-cache", "--fix", "--add-ignore", "--diff"})
"""Options with which no answer is kept."""
_MOST = 4
"""Answers that are kept: those that were given last."""
_MOST_BYTES = 32 * 2**20
"""Bytes of an answer with all that it rests on: a tree of 100,000 files takes about as many."""


class PastRun:
    """The run before this one that was asked for the same."""

    def __init__(self, name: str, folders: Sequence[str]) -> None:
        self._name = name
        """What the file of its answer is called."""
        self._folders = folders
        """Where the cache may be that has it."""

    @classmethod
    def of(cls, arguments: Sequence[str], folders: Sequence[str]) -> PastRun | None:
        """Return the run of ``check`` with ``arguments`` that name ``folders``; None where none can be known again."""
        if not (hasattr(os, "posix_spawnp") and _WITHOUT.isdisjoint(arguments)):
            return None
        environ = sorted((name, value) for name, value in os.environ.items() if name not in _OF_A_SHELL)
        try:
            asked = (_FORMAT, sys.executable, list(arguments), environ, sys.stdout.isatty(), os.getcwd())  # noqa: PTH109
        except OSError:
            return None
        return cls(digest_of(repr(asked).encode("utf-8", "surrogatepass")) + ENDING, [*_caches(arguments, folders)])

    def answer(self) -> Answer | None:
        """Return what it said; None where there was none, or where anything that this rests on has changed."""
        for folder in self._folders:
            try:
                answer, grounds = read(os.path.join(folder, self._name))  # noqa: PTH118
            except FileNotFoundError:
                continue
            except (OSError, ValueError):
                return None
            is_cache = os.path.lexists(os.path.join(folder, CACHE_TAG))  # noqa: PTH118
            return answer if is_cache and _holds(grounds) else None
        return None

    def keep(self, answer: Answer, witness: Witness, machine: str, cache: Path) -> None:
        """Keep the ``answer`` of this run in the folder of the ``cache``, if the next run can rely on it."""
        from contextlib import suppress

        from worker_lint.cache_folder import ANSWERS, prune, put
        from worker_lint.recall.answer import written

        if os.path.abspath(cache) not in map(os.path.abspath, self._folders):  # noqa: PTH100
            return
        with suppress(OSError):  # then the next run is a slow one, and no more
            grounds = witness.grounds(_surroundings(), machine)
            data = b"" if grounds is None else written(answer, grounds)
            if 0 < len(data) <= _MOST_BYTES:
                put(cache, self._name, data)
                prune(cache, ANSWERS, _MOST)


def _caches(arguments: Sequence[str], folders: Sequence[str]) -> Iterator[str]:
    """Yield the folders where the cache of a run may be, if no settings name it."""
    named = _value_of("--cache-dir", arguments) or os.environ.get(CACHE_VARIABLE)
    if named:
        yield named
        return
    config = _value_of("--config", arguments)
    if config:
        yield os.path.join(os.path.dirname(config), CACHE_FOLDER)  # noqa: PTH118, PTH120
    above = os.path.abspath(folders[0])  # noqa: PTH100
    yield os.path.join(above, CACHE_FOLDER)  # noqa: PTH118
    while not is_top(above):
        above = os.path.dirname(above)  # noqa: PTH120
        yield os.path.join(above, CACHE_FOLDER)  # noqa: PTH118
    yield CACHE_FOLDER


def _value_of(option: str, arguments: Sequence[str]) -> str | None:
    """Return the last value of ``option`` among ``arguments``."""
    value = None
    for argument, following in zip(arguments, (*arguments[1:], None), strict=False):
        if argument == option:
            value = following
        elif argument.startswith(f"{option}="):
            value = argument[len(option) + 1 :]
    return value


def _holds(grounds: Grounds) -> bool:
    """Return whether all that an answer rests on is as it was."""
    for each in grounds.listings:
        if os.path.realpath(each.folder) != each.real or checkout_above(each.folder) != each.checkout:
            return False
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
    except OSError:  # no git, no more processes, no more files
        return False
    finally:
        for git in asked:
            git.end()


def _surroundings() -> str:
    """Return the digest of what every verdict rests on. Raises OSError."""
    return digest_of(repr(surroundings()).encode("utf-8", "surrogatepass"))


def _machine() -> str:
    from worker_lint.hardware.machine import inspect

    return inspect().standing
