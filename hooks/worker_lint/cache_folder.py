"""The folder of the cache: where it is, and what makes it one."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from worker_lint.errors import UsageError
from worker_lint.settings_place import ANSWER_ENDING, CACHE_FOLDER, CACHE_TAG, CACHE_TAG_TEXT, CACHE_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from worker_lint.settings import Settings

_IGNORE = ".gitignore"
_TEXTS = {
    _IGNORE: b"# The cache of worker-lint.\n*\n",
    # Last, because it is what makes the folder a cache.
    CACHE_TAG: CACHE_TAG_TEXT,
}
"""What is in each cache besides its indexes."""
_PRIVATE = 0o600
_BEGUN = ".tmp"
"""How the name of a file ends that is still written to."""
INDEXES = "*.json"
"""The files that hold what was found in each file."""
ANSWERS = f"*{ANSWER_ENDING}"
"""Those that hold what whole runs said."""


def folder_of(given: Path | None, environ: Mapping[str, str], settings: Settings) -> Path:
    """Return the folder of the cache: as ``given``, else by the environment, the settings, beside their file, or here.

    Raises UsageError where one that was named holds other things.
    """
    name = given or environ.get(CACHE_VARIABLE) or settings.cache_dir
    if name is None:
        return (Path.cwd() if settings.file is None else settings.file.parent) / CACHE_FOLDER
    named = Path(name)
    if not is_usable(named):
        raise UsageError(f"{named}: is no cache of worker-lint, and not empty; name a folder for it alone")
    return named


def is_usable(folder: Path) -> bool:
    """Return whether ``folder`` is a cache of worker-lint, or can be made one without harm to anything."""
    # The last once more, because a run beside this one may have made it in the meantime.
    return is_cache(folder) or is_free(folder) or is_half_made(folder) or is_cache(folder)


def is_cache(folder: Path) -> bool:
    """Return whether ``folder`` was made for the cache of worker-lint."""
    try:
        return (folder / CACHE_TAG).read_bytes() == _TEXTS[CACHE_TAG]
    except OSError:
        return False


def is_free(folder: Path) -> bool:
    """Return whether nothing stands at ``folder``, or an empty folder does."""
    return not os.path.lexists(folder) or (folder.is_dir() and next(folder.iterdir(), None) is None)


def is_half_made(folder: Path) -> bool:
    """Return whether ``folder`` holds what ``prepare`` has written when it is interrupted, and nothing else."""
    try:
        files = [*folder.iterdir()]
        return bool(files) and all(map(_is_begun, files))
    except OSError:
        return False


def prepare(folder: Path) -> None:
    """Make ``folder`` one for the cache, that neither git nor a backup takes along. Raises OSError."""
    if is_cache(folder):
        return
    folder.mkdir(parents=True, exist_ok=True)
    if not is_usable(folder):
        raise FileExistsError(folder)
    for name, text in _TEXTS.items():
        # At once, because a run beside this one may be through with the same, and a third look at the folder.
        temporary = folder / f"{name}.{os.getpid()}{_BEGUN}"
        try:
            temporary.write_bytes(text)
            temporary.replace(folder / name)
        finally:
            temporary.unlink(missing_ok=True)


def put(folder: Path, name: str, data: bytes, *, private: bool = False) -> None:
    """Write the file ``name`` of the cache in ``folder``: it has its old content or all of ``data``.

    Where it is ``private``, others may not read it. Raises OSError.
    """
    prepare(folder)
    temporary = folder / f"{name}.{os.getpid()}{_BEGUN}"
    try:
        if private:
            temporary.unlink(missing_ok=True)
            temporary.touch(_PRIVATE)
        temporary.write_bytes(data)
        temporary.replace(folder / name)
    finally:
        temporary.unlink(missing_ok=True)


def prune(folder: Path, pattern: str, most: int) -> None:
    """Remove all but the ``most`` files that match ``pattern`` and were written last, and what ended runs left behind.

    Raises OSError.
    """
    files = sorted(folder.glob(pattern), key=lambda each: each.stat().st_mtime, reverse=True)
    an_hour_ago = time.time() - 3600
    left_behind = [each for each in folder.glob(f"*{_BEGUN}") if each.stat().st_mtime < an_hour_ago]
    for each in (*files[most:], *left_behind):
        each.unlink(missing_ok=True)


def remove(folder: Path) -> None:
    """Remove the cache in ``folder``, and the folder where nothing else is in it. Raises OSError."""
    patterns = (INDEXES, ANSWERS, f"*{_BEGUN}")
    for each in (*(file for pattern in patterns for file in folder.glob(pattern)), *map(folder.joinpath, _TEXTS)):
        each.unlink(missing_ok=True)
    with suppress(OSError):  # what else is in it is somebody else's
        folder.rmdir()


def _is_begun(file: Path) -> bool:
    """Return whether ``file`` is one of those in each cache, or the beginning of one, or gone. Raises OSError."""
    name = file.name.rsplit(".", 2)[0] if file.name.endswith(_BEGUN) else file.name
    try:
        return name in _TEXTS and _TEXTS[name].startswith(file.read_bytes())
    except FileNotFoundError:
        return True
