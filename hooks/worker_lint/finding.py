"""What rules yield: findings, and the fixes that would mend them."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Literal

from worker_lint.dataclass import dataclass
from worker_lint.source import Edit

if TYPE_CHECKING:
    from pathlib import Path

    from worker_lint.site import Group, Site, Value
    from worker_lint.source import Position, Source

FixKind = Literal[
    "policy",  # the count that the repository declared; applied by --fix where a mode is in force
    "safe",  # keeps the behaviour, or replaces a certain error; applied by --fix
    "unsafe",  # changes what the program does in a way that somebody may not want; applied by --unsafe-fixes
]


class Severity(str, Enum):
    """How bad: an error crashes or gives wrong results, a warning may, or costs speed, an info is worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    def is_at_least(self, other: Severity) -> bool:
        """Return whether this is as bad as ``other``, or worse."""
        ranks = list(Severity)
        return ranks.index(self) <= ranks.index(other)

    def __str__(self) -> str:
        return self.value


def replacing(value: Value, text: str) -> Edit:
    """Return the edit that puts ``text`` in the place of ``value``."""
    return Edit(value.start, value.end, text)


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits that are made together or not at all."""

    kind: FixKind
    title: str
    edits: tuple[Edit, ...]
    comments: bool = False
    """Whether comments are all that it changes."""


def is_made(fix: Fix | None, unsafe: bool) -> bool:
    """Return whether there is a ``fix`` that a run makes which makes unsafe ones only where ``unsafe`` says so."""
    return fix is not None and (unsafe or fix.kind != "unsafe")


@dataclass(frozen=True, slots=True)
class Related:
    """Another place that has a part in a finding, in the same file or in another."""

    path: Path
    position: Position
    """Where in the file as it is stored, as ``Source.file_position`` says: in a notebook, too."""
    text: str
    """What stands there, in a few words."""

    def __str__(self) -> str:
        return f"{self.path.as_posix()}:{self.position.line}:{self.position.column}: {self.text}"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong at bytes ``start`` to ``end`` of a source's code."""

    code: str
    severity: Severity
    start: int
    end: int
    message: str
    """What was found, what is allowed, and the constraint behind it with its numbers."""
    help: str
    """What to write instead."""
    fix: Fix | None = None
    site: Site | None = None
    group: Group | None = None
    """The options among which the finding stands: of its fixes, those of one kind are made at a time."""
    related: tuple[Related, ...] = ()


FoundIn = tuple["Source", Finding]
"""A finding with the source in whose code it stands."""
