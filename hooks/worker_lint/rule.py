"""What a rule is."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Literal

from worker_lint.dataclass import dataclass
from worker_lint.finding import Finding, Severity
from worker_lint.settings import COMMAND_LINE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import ModuleType

    from worker_lint.finding import Fix, FixKind, FoundIn, Related
    from worker_lint.policy import Policy
    from worker_lint.sighting import Claim, Sighting
    from worker_lint.site import Document, Group, Site, Value
    from worker_lint.suppressions import Suppressions


Confidence = Literal["high", "medium", "low"]
"""How often a rule's findings are right, as far as reading them on real code tells: nearly always, mostly, often."""


Premise = Literal["mode", "machine"]
"""What a rule may rest on besides the file."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the findings in one file."""

    suppressions: Suppressions
    policy: Policy
    ran: Sequence[Rule]
    """The rules that judged it."""
    catalogue: Sequence[Rule]
    """Every rule that there is."""


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
    review: Callable[[Outcome], Iterator[FoundIn]] | None = None
    """A pure generator over what became of the other rules' findings in a file."""
    rests_on: tuple[Premise, ...] = ()
    """What else its findings rest on: where it finds nothing at a count, it may under another mode or machine."""

    def settles(self, policy: Policy) -> bool:
        """Return whether, where the rule finds nothing at a count under ``policy``, nothing is to be found at all.

        That is so where all that it rests on is what the repository declares: a mode or a profile that somebody gave
        on the command line is another one tomorrow, as is the machine that runs the check, and of other files only
        those were read that this run was given.
        """
        settings = policy.settings
        if self.across is not None:
            return False
        if "mode" in self.rests_on and (
            settings.policy == "bounds-only"
            or COMMAND_LINE in (settings.origins.get("mode"), settings.origins.get("policy"))
        ):
            return False
        if "machine" in self.rests_on:
            declared = settings.profile is not None and "live" not in settings.profile
            if not declared or settings.origins.get("profile") == COMMAND_LINE:
                return False
            return bool(policy.profiles) or "mode" in self.rests_on
        return True

    @property
    def page(self) -> str:
        """The rule's documentation, in Markdown."""
        own = self.check or self.across or self.review
        if own is None:
            return ""
        module = sys.modules[own.__module__]
        return module.__doc__ or _written_docstring(module)

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


def _written_docstring(module: ModuleType) -> str:
    """Return the docstring in the source of ``module``, for a Python that keeps none (``-OO``). Raises OSError."""
    import ast
    from inspect import getsource

    return ast.get_docstring(ast.parse(getsource(module)), clean=False) or ""
