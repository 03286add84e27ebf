"""The one place that decides what becomes of a finding."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from worker_lint.dataclass import replace
from worker_lint.finding import Severity
from worker_lint.rules import CATALOGUE, asked

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from worker_lint.finding import Finding, FoundIn
    from worker_lint.policy import Policy
    from worker_lint.rule import Rule
    from worker_lint.rules import Entry
    from worker_lint.settings import Settings
    from worker_lint.site import Document
    from worker_lint.suppressions import Suppressions


@lru_cache(maxsize=64)
def chosen(settings: Settings) -> tuple[Entry, ...]:
    """Return the entries of the rules that the settings ask for, in the order of their codes."""
    wanted, more = settings.select, settings.extend_select
    left_out = (*settings.ignore, *(code for codes in settings.per_file_ignores.values() for code in codes))
    return tuple(
        entry
        for entry in CATALOGUE
        if ((entry.default if wanted is None else entry.code.startswith(wanted)) or entry.code.startswith(more))
        and not entry.code.startswith(left_out)
    )


@lru_cache(maxsize=64)
def selected(settings: Settings) -> tuple[Rule, ...]:
    """Return the rules that the settings ask for, in the order of their codes."""
    return tuple(entry.rule for entry in chosen(settings))


def concerned(policy: Policy, documents: Sequence[Document]) -> tuple[Rule, ...]:
    """Return those of the selected rules that may find something in the ``documents`` of one file under ``policy``."""
    return tuple(entry.rule for entry in asked(chosen(policy.settings), documents, policy))


def triage(
    findings: Iterable[Finding],
    rules: Sequence[Rule],
    document: Document,
    suppressions: Suppressions,
    settings: Settings,
) -> list[Finding]:
    """Return the findings to report, in the order of the text: not suppressed, and the best one for each thing.

    Their severity is what the settings say of their rule, where they say something.
    """
    kept = [finding for finding in findings if not suppressions.silence(finding, document)]
    codes_at: dict[int, set[str]] = {}
    for finding in kept:
        codes_at.setdefault(finding.start, set()).add(finding.code)
    yields_to = {rule.code: rule.yields_to for rule in rules}
    kept = [finding for finding in kept if codes_at[finding.start].isdisjoint(yields_to[finding.code])]
    return sorted(
        (weighed(finding, settings.severity) for finding in kept), key=lambda finding: (finding.start, finding.code)
    )


def is_suppressible(finding: Finding) -> bool:
    """Return whether a comment beside ``finding`` is a way to accept it; what is about comments is mended instead."""
    return not any(entry.review for entry in CATALOGUE if entry.code == finding.code)


def reviewed(findings: Iterable[FoundIn], suppressions: Suppressions, settings: Settings) -> list[FoundIn]:
    """Return the findings about the suppressions themselves that are left, with the severity of the settings."""
    return [
        (source, weighed(finding, settings.severity))
        for source, finding in findings
        if not suppressions.silence_review(source, finding)
    ]


def weighed(finding: Finding, severities: Mapping[str, str]) -> Finding:
    """Return ``finding`` with the severity of the longest beginning of its code in ``severities``, if there is one."""
    fitting = [beginning for beginning in severities if finding.code.startswith(beginning)]
    return replace(finding, severity=Severity(severities[max(fitting, key=len)])) if fitting else finding
