"""How Python starts worker processes where a repository runs: as forks, or afresh, each with a pickled dataset."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Literal

from worker_lint.dataclass import dataclass

if TYPE_CHECKING:
    from worker_lint.settings import Settings

SPAWNING = {"windows": "Windows", "macos": "macOS"}
"""The platforms on which every Python starts processes afresh, as settings and as messages name them."""

_FIRST = 14
"""The minor version of Python 3 from which Linux starts processes from a forkserver: afresh, too."""

Reach = Literal["none", "open", "named", "all"]


@dataclass(frozen=True, slots=True)
class Afresh:
    """Workers that do not inherit the memory of the program, and import its main module anew."""

    certain: bool
    """Whether somebody said that the program runs where it is so; else it may."""
    where: str
    """As it goes on after "the loader raises": "on Windows and macOS"."""


def declared(settings: Settings) -> Afresh | None:
    """Return where workers start afresh, as far as the settings tell; None where they say that none do."""
    platforms, pythons = settings.platforms, reach(settings.requires_python)
    listed = [SPAWNING[each] for each in SPAWNING if each in platforms]
    if listed:
        return Afresh(certain=True, where=f"on {' and '.join(listed)}")
    if pythons in ("named", "all"):
        return Afresh(certain=True, where=f"with Python 3.{_FIRST} and later")
    if not platforms:
        later = "" if pythons == "none" else f", and with Python 3.{_FIRST} and later"
        return Afresh(certain=False, where=f"on Windows and macOS{later}")
    return None if pythons == "none" else Afresh(certain=False, where=f"with Python 3.{_FIRST} and later")


@cache
def reach(requires_python: str | None) -> Reach:
    """Return what a version specifier says of the Pythons that start processes afresh on Linux.

    ``all``: no other is allowed. ``named``: one is, and the upper bound shows that somebody thought of it. ``open``: no
    upper bound keeps them out, as in ``>=3.10``, which says nothing about them. What is no specifier is open, too.
    """
    if requires_python is None:
        return "open"
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        allowed = SpecifierSet(requires_python)
    except InvalidSpecifier:
        return "open"
    pinned = [each.version for each in allowed if each.operator in ("==", "===", "~=") and "*" not in each.version]
    later = [f"3.{minor}.{micro}" for minor in range(_FIRST, 2 * _FIRST) for micro in (0, 99)]
    earlier = [f"3.{minor}.{micro}" for minor in range(_FIRST) for micro in (0, 99)]
    first = (3, _FIRST)
    for version in pinned:
        parts = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
        (later if parts >= first else earlier).append(version)
    if not any(map(allowed.contains, later)):
        return "none"
    if not any(map(allowed.contains, earlier)):
        return "all"
    return "open" if allowed.contains("3.99") else "named"
