"""What the file system says of a path, as text: where that is the same as before, so is what lies there."""

from __future__ import annotations

import os
from stat import S_ISDIR, S_ISLNK, S_ISREG

ABSENT = "-"
UNKNOWN = "?"
"""Nobody may look there."""
FILE, LINK = "f", "l"
"""How the states of files and symbolic links begin."""
TIMED = (FILE, LINK)
"""Those that tell when it last changed."""


def state_of(path: str) -> str:
    """Return the state of what is called ``path``, which is not followed where it is a link."""
    try:
        return state_by(path, os.lstat(path))
    except OSError as error:
        return state_after(error)


def state_by(path: str, found: os.stat_result) -> str:
    """Return the state of ``path``, of which ``os.lstat`` has ``found`` so much.

    The state of a regular file tells any two contents apart, if the file is settled. A folder's only says that it is
    this folder, and a link's where it leads: what lies there has states of its own.
    """
    mode = found.st_mode
    if S_ISREG(mode):
        return f"{FILE} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_size} {found.st_ino}"
    if S_ISDIR(mode):
        return f"d {mode} {found.st_ino}"
    if S_ISLNK(mode):
        return f"{LINK} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_ino} {os.path.realpath(path)}"
    return f"o {mode} {found.st_ino}"


def state_after(error: OSError) -> str:
    """Return the state of a path at which ``os.lstat`` has raised ``error``."""
    return ABSENT if isinstance(error, FileNotFoundError | NotADirectoryError) else UNKNOWN


def last_change(state: str) -> int:
    """Return when what has the ``state`` last changed, in nanoseconds since the epoch; 0 where that does not matter."""
    kind, *numbers = state.split(" ", 3)
    return max(int(numbers[0]), int(numbers[1])) if kind in TIMED else 0
