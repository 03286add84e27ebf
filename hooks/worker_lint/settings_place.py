"""Where settings are looked for, and what names a cache; it imports only ``os``, because every run begins with it."""

from __future__ import annotations

import os

FILE_NAMES = ("worker-lint.toml", "pyproject.toml")
"""What settings files are called; where one folder holds both, the first speaks."""
CACHE_VARIABLE = "WORKER_LINT_CACHE_DIR"
"""The environment variable that names the folder of the cache."""
_IN_TABLE = b"worker-lint"
"""What a pyproject.toml that has settings holds: those of other tools are not ours to parse, nor to complain about."""


def may_have_settings(name: str, data: bytes) -> bool:
    """Return whether a file called ``name``, one of ``FILE_NAMES``, that holds ``data`` can have settings."""
    return name != "pyproject.toml" or _IN_TABLE in data


def is_top(folder: str) -> bool:
    """Return whether no settings are looked for above the absolute ``folder``: it is the root, or of a repository."""
    return os.path.dirname(folder) == folder or os.path.lexists(os.path.join(folder, ".git"))  # noqa: PTH118, PTH120
