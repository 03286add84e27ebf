"""The answer for files that mention no worker at all, which are what pre-commit passes on most commits.

To learn that takes a few bytes tests, but neither settings nor rules, nor the imports that these need. Whatever else
the arguments hold, or the files, or the folders around them, is left to the commands, which know all of it.
"""

from __future__ import annotations

import os
import stat

from worker_lint.languages import SUFFIXES
from worker_lint.settings_place import CACHE_VARIABLE, FILE_NAMES, is_top, may_have_settings
from worker_lint.stems import may_mention

TYPE_CHECKING = False  # as type checkers know it; the import of ``typing`` is a third of such a run
if TYPE_CHECKING:
    from collections.abc import Sequence

_PLAIN = ("--fix", "--isolated", "--no-cache")
"""Options of ``check`` that change nothing where there is nothing to judge, as ``--profile none`` does not."""


def bystanders(arguments: Sequence[str]) -> int | None:
    """Return how many files ``check`` would look at with ``arguments``, where no rule could say a thing of any.

    None stands for "ask ``check``": it is the answer to whatever is not plain, wrong arguments and unreadable files
    included.
    """
    options, paths = _split(arguments)
    if not paths or any(path.startswith("-") or _language(path) in (None, "markdown") for path in paths):
        return None
    try:
        if len({os.path.realpath(path) for path in paths}) < len(paths):  # a file that is named twice is read once
            return None
        if "--isolated" not in options and _may_have_settings(paths):
            return None
        if "--no-cache" not in options and _is_wrong_cache(os.environ.get(CACHE_VARIABLE)):
            return None
        return None if any(_may_concern(path) for path in paths) else len(paths)
    except OSError:
        return None


def _split(arguments: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """Return the plain options that ``arguments`` begin with, and the rest."""
    index, profiles = 0, 0
    while index < len(arguments):
        taken = 2 if arguments[index : index + 2] == ["--profile", "none"] else 1
        if taken == 2 or arguments[index] == "--profile=none":
            profiles += 1
        elif arguments[index] not in _PLAIN:
            break
        if profiles > 1:  # "none" stands alone
            break
        index += taken
    return arguments[:index], arguments[index:]


def _language(path: str) -> str | None:
    return SUFFIXES.get(os.path.splitext(path)[1].lower())  # noqa: PTH122 - the import of pathlib costs as much again


def _may_have_settings(paths: Sequence[str]) -> bool:
    """Return whether a file above one of ``paths`` may have settings."""
    seen: set[str] = set()
    for path in paths:
        folder = os.path.dirname(os.path.abspath(path))  # noqa: PTH100, PTH120
        while folder not in seen:
            seen.add(folder)
            if any(_holds_settings(folder, name) for name in FILE_NAMES):
                return True
            if is_top(folder):
                break
            folder = os.path.dirname(folder)  # noqa: PTH120
    return False


def _holds_settings(folder: str, name: str) -> bool:
    path = os.path.join(folder, name)  # noqa: PTH118
    try:
        found = stat.S_ISREG(os.stat(path).st_mode)  # noqa: PTH116
    except (FileNotFoundError, NotADirectoryError):
        return False
    return found and may_have_settings(name, _read(path))


def _is_wrong_cache(folder: str | None) -> bool:
    """Return whether ``folder`` is named for the cache, and cannot be one, though no cache is used here."""
    if not folder:
        return False
    from pathlib import Path  # which is worth its import where a cache is named

    from worker_lint.cache_folder import is_usable

    return not is_usable(Path(folder))


def _may_concern(path: str) -> bool:
    """Return whether the file at ``path`` may hold a count, or is none. Raises OSError."""
    # A pipe must not be opened: somebody would have to write to it first.
    return not stat.S_ISREG(os.stat(path).st_mode) or may_mention(_read(path))  # noqa: PTH116


def _read(path: str) -> bytes:
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123
        return file.readall()
