"""What the rules about hardware bounds share: the counts that exceed one term of the limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.count_fix import CountFixes
from worker_lint.finding import Severity
from worker_lint.rules._words import subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker_lint.finding import Finding
    from worker_lint.policy import Policy
    from worker_lint.rule import Rule
    from worker_lint.site import Document


def beyond(rule: Rule, term_name: str, document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield a finding of ``rule`` for each literal count above the term ``term_name`` on the tightest profile.

    An error is only a warning where the excess rests on assumed inputs.
    """
    fixes = CountFixes(document, policy)
    for site in document.sites:
        number = site.value.number
        found = policy.term(term_name, site.group) if number is not None else None
        if number is None or found is None or number <= found[1].workers:
            continue
        bound, term = found
        assumed = f" (assumed: {', '.join(term.assumed)})" if term.assumed else ""
        target = policy.target(site.group)
        tightest = policy.tightest(site.group) or bound
        highest = tightest.limits.limit
        wanted = f"write {target.count}" if target else f"write {highest} or less" if highest else "write 0"
        yield rule.finding(
            site.value,
            f"{subject(site)} is {number}, but {bound.machine} bears {term.workers}: {term.why}{assumed}",
            f"{wanted}, or {term.remedy}" if term.remedy else wanted,
            fix=fixes.at(site),
            site=site,
            severity=None if bound.certainly_exceeds(term, number) else Severity.WARNING,
        )
