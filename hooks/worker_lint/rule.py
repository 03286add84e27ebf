"""What a rule is."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from worker_lint.finding import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from worker_lint.finding import Fix, FixKind, Related
    from worker_lint.policy import Policy
    from worker_lint.sighting import Claim, Sighting
    from worker_lint.site import Document, Group, Site, Value


Confidence = Literal["high", "medium", "low"]
"""How often a rule's findings are right, as far as reading them on real code tells: nearly always, mostly, often."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A check with its place in the catalogue. Its module's docstring is its documentation page."""

    code: str
    name: str
    summary: str
    severity: Severity
    """The severity of its findings, unless it says of one that its inputs were assumed."""
    check: Callable[[Document, Policy], Iterator[Finding]] | None = None
    """A pure generator: it knows nothing of suppressions, settings of severity, or formats."""
    fix: FixKind | None = None
    yields_to: tuple[str, ...] = ()
    """Codes whose finding at the same place says the same thing better; this one is then dropped."""
    confidence: Confidence = "high"
    default: bool = True
    """Whether the rule runs where nobody selects it."""
    across: Callable[[Sequence[Sighting]], Iterator[Claim]] | None = None
    """A pure generator over the counts of all files, for a rule that one file alone cannot answer to."""

    @property
    def page(self) -> str:
        """The rule's documentation, in Markdown."""
        own = self.check or self.across
        return (sys.modules[own.__module__].__doc__ if own else None) or ""

    def finding(
        self,
        value: Value,
        message: str,
        help: str,  # noqa: A002
        *,
        fix: Fix | None = None,
        site: Site | None = None,
        group: Group | None = None,
        severity: Severity | None = None,
        related: tuple[Related, ...] = (),
    ) -> Finding:
        """Return a finding of this rule at ``value``."""
        if group is None and site is not None:
            group = site.group
        return Finding(
            self.code, severity or self.severity, value.start, value.end, message, help, fix, site, group, related
        )  # fmt: skip
