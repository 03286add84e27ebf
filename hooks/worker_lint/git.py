"""How git is asked about a folder, by whoever asks; this imports only ``os``, because every run may begin with it."""

from __future__ import annotations

import os

LISTING = ("ls-files", "--cached", "--others", "--exclude-standard", "--stage", "-v", "-z")
"""What git is asked for the files of a folder: those that it tracks, and those that it does not ignore."""
_STATE = {f"GIT_{name}" for name in ("DIR", "WORK_TREE", "INDEX_FILE", "PREFIX", "COMMON_DIR")}
"""What git sets for the hooks it runs; it would bend what is asked of another folder to the hook's checkout."""
_PATHSPECS = {f"GIT_{name}_PATHSPECS" for name in ("LITERAL", "GLOB", "NOGLOB", "ICASE")}
WITHHELD = frozenset({*_STATE, *_PATHSPECS, ""})
"""What git does not find in its environment; some systems have a variable without a name, that nobody can set."""


def environment() -> dict[str, str]:
    """Return the environment for a git that is asked about any folder, and answers in English."""
    kept = {name: value for name, value in os.environ.items() if name not in WITHHELD}
    return {**kept, "LC_ALL": "C"}


def index_of(checkout: str) -> str:
    """Return the path of the index of git for the folder ``checkout``, the top of one."""
    place = os.path.join(checkout, ".git")  # noqa: PTH118
    try:
        with open(place, "rb", buffering=0) as file:  # noqa: PTH123
            told = os.fsdecode(file.readall().removeprefix(b"gitdir: ").rstrip(b"\r\n"))
    except OSError:  # it is the folder itself, in all but worktrees and submodules
        told = ".git"
    return os.path.join(checkout, told, "index")  # noqa: PTH118


def checkout_above(folder: str | os.PathLike[str]) -> str | None:
    """Return the closest folder upward from the real ``folder`` that holds ``.git``."""
    real = os.path.realpath(folder)
    while not os.path.lexists(os.path.join(real, ".git")):  # noqa: PTH118 - pathlib is not imported yet
        above = os.path.dirname(real)  # noqa: PTH120
        if above == real:
            return None
        real = above
    return real
