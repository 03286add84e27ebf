"""One file's documents against the rules: what is found in them, and what is silenced."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from worker_lint import rules as catalogue
from worker_lint.dataclass import dataclass, replace
from worker_lint.rule import Outcome
from worker_lint.suppressions import Suppressions
from worker_lint.triage import concerned, reviewed, selected, triage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from worker_lint.baseline import Known
    from worker_lint.finding import FoundIn
    from worker_lint.policy import Policy
    from worker_lint.site import Document
    from worker_lint.suppressions import Exempted


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is found in one file, and what was silenced in it."""

    findings: list[FoundIn]
    exempted: frozenset[Exempted]
    known: Counter[Known]
    """Findings that the baseline lists."""


def believed(documents: Iterable[Document], confidence: int) -> Iterator[Document]:
    """Yield the documents without the sites that are less sure than ``confidence``, in percent."""
    for document in documents:
        if all(site.confidence >= confidence for site in document.sites):
            yield document
        else:
            yield replace(document, sites=tuple(site for site in document.sites if site.confidence >= confidence))


def judge(documents: Iterable[Document], policy: Policy) -> list[FoundIn]:
    """Return what the selected rules find in the documents of one file under ``policy``, triaged."""
    return judged(documents, policy).findings


def judged(documents: Iterable[Document], policy: Policy) -> Judgement:
    """Return what the selected rules find in the documents of one file under ``policy``, and what is silenced."""
    settings = policy.settings
    believable = tuple(believed(documents, settings.confidence))
    suppressions = Suppressions(believable, settings.suppressions)
    # Of a comment that silences, each rule has to say that it found nothing.
    rules = selected(settings) if suppressions.directives else concerned(policy, believable)
    found: list[FoundIn] = []
    seen: set[tuple[str, int]] = set()
    for document in believable:
        raw = (finding for rule in rules if rule.check for finding in rule.check(document, policy))
        for finding in triage(raw, rules, document, suppressions, settings):
            same = (finding.message, document.source.file_offset(finding.start))
            if same not in seen:  # two pieces of a file may share code
                seen.add(same)
                found.append((document.source, finding))
    if suppressions.directives:
        outcome = Outcome(suppressions, policy, rules, catalogue.RULES)
        reviews = (each for rule in rules if rule.review for each in rule.review(outcome))
        found += reviewed(reviews, suppressions, settings)
    # The pieces of a file come language by language; people read it from its beginning.
    found.sort(key=lambda each: each[0].file_offset(each[1].start))
    known: Counter[Known] = Counter()
    if policy.baseline is not None:
        found = policy.baseline.beyond(found, known)
    return Judgement(found, frozenset(suppressions.exempted), known)
