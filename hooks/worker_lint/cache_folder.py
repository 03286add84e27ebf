"""The folder of the cache: where it is, and what makes it one."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from worker_lint.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from worker_lint.settings import Settings

FOLDER = ".worker_lint_cache"
"""What the folder is called where nobody names one."""
VARIABLE = "WORKER_LINT_CACHE_DIR"

_TAG = "CACHEDIR.TAG"
_TAG_TEXT = b"""Signature: 8a477f597d28d172789f06886806bc55
# This folder is the cache of worker-lint; 'worker-lint clean' removes it.
# https://bford.info/cachedir/ says what this file is for.
"""
_IGNORE = ".gitignore"
_IGNORE_TEXT = b"# The cache of worker-lint.\n*\n"


def folder_of(given: Path | None, environ: Mapping[str, str], settings: Settings) -> Path:
    """Return the folder of the cache: as ``given``, else by the environment, the settings, beside their file, or here.

    Raises UsageError where one that was named holds other things.
    """
    name = given or environ.get(VARIABLE) or settings.cache_dir
    if name is None:
        return (Path.cwd() if settings.file is None else settings.file.parent) / FOLDER
    named = Path(name)
    if not is_cache(named) and not is_free(named):
        raise UsageError(f"{named}: is no cache of worker-lint, and not empty; name a folder for it alone")
    return named


def is_free(folder: Path) -> bool:
    """Return whether nothing stands at ``folder``, or an empty folder does."""
    return not os.path.lexists(folder) or _is_empty(folder)


def is_cache(folder: Path) -> bool:
    """Return whether ``folder`` was made for the cache of worker-lint."""
    try:
        return (folder / _TAG).read_bytes() == _TAG_TEXT
    except OSError:
        return False


def prepare(folder: Path) -> None:
    """Make ``folder`` one for the cache, that neither git nor a backup takes along. Raises OSError."""
    if is_cache(folder):
        return
    folder.mkdir(parents=True, exist_ok=True)
    if not _is_empty(folder) and {each.name for each in folder.iterdir()} - {_TAG, _IGNORE}:
        raise FileExistsError(folder)
    (folder / _IGNORE).write_bytes(_IGNORE_TEXT)
    (folder / _TAG).write_bytes(_TAG_TEXT)


def remove(folder: Path) -> None:
    """Remove the cache in ``folder``, and the folder where nothing else is in it. Raises OSError."""
    for each in (*folder.glob("*.json"), *folder.glob("*.tmp"), folder / _IGNORE, folder / _TAG):
        each.unlink(missing_ok=True)
    with suppress(OSError):  # what else is in it is somebody else's
        folder.rmdir()


def _is_empty(folder: Path) -> bool:
    return folder.is_dir() and next(folder.iterdir(), None) is None
