"""What became of one file."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal

from worker_lint.dataclass import dataclass, field
from worker_lint.named_tuple import NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

    from worker_lint.baseline import Known
    from worker_lint.finding import FoundIn
    from worker_lint.sighting import Sighting
    from worker_lint.source import Source
    from worker_lint.suppressions import Exempted


class Mended(NamedTuple):
    """What a file becomes where the fixes in it are made."""

    source: Source
    findings: list[FoundIn]
    """What is left to find in it."""
    number: int
    """How many findings were mended."""


@dataclass(slots=True)
class FileReport:
    """What became of one file."""

    path: Path
    source: Source | None = None
    """The code that the findings stand in; None where the file cannot hold a count, or it was not needed."""
    concerned: bool = False
    """Whether the file was judged: a word of the vocabulary stands in it, or a comment to us."""
    findings: list[FoundIn] = field(default_factory=list)
    sightings: tuple[Sighting, ...] = ()
    """Its counts, where a selected rule looks across files."""
    exempted: frozenset[Exempted] = frozenset()
    """The suppressions of the settings that silenced something in it, and what."""
    known: Counter[Known] = field(default_factory=Counter)
    """Findings in it that the baseline lists."""
    mended: Mended | None = None
    """What it becomes with its fixes, where that is known already."""
    error: str | None = None
    """One line, where the file could not be judged."""
    skipped: Literal["binary", "unknown language", "unwanted language"] | None = None
