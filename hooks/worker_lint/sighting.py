"""What is kept of a worker count for the rules that look across files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.dataclass import dataclass

if TYPE_CHECKING:
    from pathlib import Path, PurePath

    from worker_lint.finding import Related
    from worker_lint.site import Form
    from worker_lint.source import Position


@dataclass(frozen=True, slots=True)
class Sighting:
    """A worker count and where it stands: little enough that those of a whole tree are held at once."""

    path: Path
    index: int
    """How many counts stand before it in the file."""
    position: Position
    """In the stored file."""
    form: Form
    name: str
    number: int | None
    is_data: bool
    held: bool
    """Whether the policy holds it to the count of a mode, whatever others say."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a rule that looks across files says of one sighting: a finding but for the code that it stands in."""

    at: Sighting
    message: str
    help: str
    related: tuple[Related, ...]
    folder: PurePath
    """The one whose files it is true of: where some of them were not looked at, it may not be."""
