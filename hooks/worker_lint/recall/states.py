"""What the file system says of a path, as text: where that is the same as before, so is what lies there."""

from __future__ import annotations

import os
from stat import S_ISDIR, S_ISLNK, S_ISREG

ABSENT = "-"
UNKNOWN = "?"
"""Nobody may look there, or what lies there, as a pipe or a device, has no state that tells what it gives."""
FILE, FOLDER, LINK = "f", "d", "l"
"""How the states of regular files, folders and symbolic links begin."""


def state_of(path: str) -> str:
    """Return the state of what is called ``path``, which is not followed where it is a link."""
    try:
        return state_by(path, os.lstat(path))
    except OSError as error:
        return state_after(error)
    except ValueError:  # a name that this process cannot write
        return UNKNOWN


def state_by(path: str, found: os.stat_result) -> str:
    """Return the state of ``path``, of which ``os.lstat`` has ``found`` so much.

    The state of a regular file tells any two contents apart, if the file is settled. A folder's only says that it is
    this folder, and a link's where it leads: what lies there has states of its own.
    """
    mode = found.st_mode
    if S_ISREG(mode):
        return f"{FILE} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_size} {found.st_ino} {found.st_dev}"
    if S_ISDIR(mode):
        return f"{FOLDER} {mode} {found.st_ino} {found.st_dev}"
    if S_ISLNK(mode):
        return f"{LINK} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_ino} {os.path.realpath(path)}"
    return UNKNOWN


def state_after(error: OSError) -> str:
    """Return the state of a path at which ``os.lstat`` has raised ``error``."""
    return ABSENT if isinstance(error, FileNotFoundError | NotADirectoryError) else UNKNOWN


def last_change(state: str) -> int:
    """Return when what has the ``state`` last changed, in nanoseconds since the epoch; 0 where that does not say."""
    kind, *numbers = state.split(" ", 3)
    return max(int(numbers[0]), int(numbers[1])) if kind in (FILE, LINK) else 0
