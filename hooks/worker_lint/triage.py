"""The one place that decides what becomes of a finding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.errors import UsageError
from worker_lint.rules import RULES
from worker_lint.suppressions import Suppressions

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from worker_lint.finding import Finding
    from worker_lint.rule import Rule
    from worker_lint.settings import Settings
    from worker_lint.source import Source


def selected(settings: Settings) -> tuple[Rule, ...]:
    """Return the rules that the settings ask for, in the order of their codes.

    Raises UsageError for a selector that no rule answers to.
    """
    for selector in (*(settings.select or ()), *settings.ignore):
        if not any(rule.code.startswith(selector) for rule in RULES):
            known = ", ".join(rule.code for rule in RULES)
            raise UsageError(f"no rule is called {selector}, or begins with it; there are {known}")
    wanted = settings.select
    return tuple(
        rule
        for rule in RULES
        if (rule.default if wanted is None else rule.code.startswith(wanted))
        and not rule.code.startswith(settings.ignore or ("-",))
    )


def triage(findings: Iterable[Finding], rules: Sequence[Rule], source: Source) -> list[Finding]:
    """Return the findings to report, in the order of the text: not suppressed, and the best one for each thing."""
    suppressions = Suppressions(source)
    kept = [finding for finding in findings if not suppressions.silence(finding)]
    codes_at: dict[int, set[str]] = {}
    for finding in kept:
        codes_at.setdefault(finding.start, set()).add(finding.code)
    yields_to = {rule.code: rule.yields_to for rule in rules}
    kept = [finding for finding in kept if codes_at[finding.start].isdisjoint(yields_to[finding.code])]
    return sorted(kept, key=lambda finding: (finding.start, finding.code))
