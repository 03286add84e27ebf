"""Which files of a repository ``worker-lint init`` is about."""

from __future__ import annotations

import os
from pathlib import Path

from worker_lint.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """The files that get something, whether they exist or not; as seen from the current folder."""

    settings: Path
    """The closest pyproject.toml, or the repository's worker-lint.toml where there is none."""
    hooks: Path
    """The repository's .pre-commit-config.yaml."""


def place_of(folder: Path) -> Place:
    """Return where ``folder`` has its settings and its hooks.

    Looks from ``folder`` upward, and no further than the folder that holds ``.git``, as the search for settings does;
    outside of a repository, no further than ``folder``.
    """
    start = Path(os.path.abspath(folder))  # noqa: PTH100 - as the search for settings, which follows no links
    upward = [start, *start.parents]
    root = next((each for each in upward if os.path.lexists(each / ".git")), start)
    within = upward[: upward.index(root) + 1]
    projects = (each / "pyproject.toml" for each in within)
    settings = next((path for path in projects if path.is_file()), root / "worker-lint.toml")
    return Place(from_here(settings), from_here(root / ".pre-commit-config.yaml"))


def from_here(path: Path) -> Path:
    """Return ``path`` from the current folder, where there is a way."""
    try:
        return Path(os.path.relpath(path))
    except ValueError:  # on another drive
        return path
