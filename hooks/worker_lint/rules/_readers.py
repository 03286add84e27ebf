"""Who reads a file's options: a loader as they are written, a program that may resolve them first, or a test."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import TYPE_CHECKING

from worker_lint.regex import regex

if TYPE_CHECKING:
    from pathlib import Path

    from worker_lint.site import Group

_TEST_FOLDERS = frozenset({"test", "tests"})
_TEST_FILE = regex(r"test_.*|.*_test|conftest", re.DOTALL)


def is_test(path: Path) -> bool:
    """Return whether the file at ``path``, as the run names it, belongs to tests, by its name or a folder's.

    What would crash there does not get past its author: a contradiction that stays in it is guarded, or wanted.
    """
    pure = PurePath(path)
    return _TEST_FILE.fullmatch(pure.stem) is not None or not _TEST_FOLDERS.isdisjoint(pure.parts[:-1])


def reaches_a_loader(group: Group | None) -> bool:
    """Return whether the options of ``group``, in a data file, are known to reach a loader as they are written.

    The data name the loader that they are arguments of, or the count has the name that one loader alone gives it.
    """
    return group is not None and (group.loader is not None or group.prefix != "")
