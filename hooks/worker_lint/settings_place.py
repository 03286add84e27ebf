"""Where settings are looked for, and what names a cache; it imports only ``os``, because every run begins with it."""

from __future__ import annotations

import os

TYPE_CHECKING = False  # as type checkers know it; the import of ``typing`` would be waited for
if TYPE_CHECKING:
    from collections.abc import Callable

FILE_NAMES = ("worker-lint.toml", "pyproject.toml")
"""What settings files are called; where one folder holds both, the first speaks."""
CACHE_FOLDER = ".worker_lint_cache"
"""What the folder of the cache is called where nobody names one."""
CACHE_TAG = "CACHEDIR.TAG"
"""The file that makes it a cache."""
CACHE_TAG_TEXT = b"""Signature: 8a477f597d28d172789f06886806bc55
# This folder is the cache of worker-lint; 'worker-lint clean' removes it.
# https://bford.info/cachedir/ says what this file is for.
"""
"""What that holds."""
ANSWER_ENDING = ".answer"
"""How the names of the files in it end that keep what whole runs said."""
CACHE_VARIABLE = "WORKER_LINT_CACHE_DIR"
"""The environment variable that names the folder of the cache."""
_IN_TABLE = b"worker-lint"
"""What a pyproject.toml that has settings holds: those of other tools are not ours to parse, nor to complain about."""


def may_have_settings(name: str, data: bytes) -> bool:
    """Return whether a file called ``name``, one of ``FILE_NAMES``, that holds ``data`` can have settings."""
    return name != "pyproject.toml" or _IN_TABLE in data


def is_top(folder: str, lstat: Callable[[str], os.stat_result] = os.lstat) -> bool:
    """Return whether no settings are looked for above the absolute ``folder``: it is the root, or of a repository."""
    if os.path.dirname(folder) == folder:  # noqa: PTH120
        return True
    try:
        lstat(os.path.join(folder, ".git"))  # noqa: PTH118
    except OSError:
        return False
    return True
