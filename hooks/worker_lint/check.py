"""The pipeline: discover, read, locate, judge, triage; the caller reports, or rewrites."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from worker_lint.errors import SourceError
from worker_lint.locate import locate
from worker_lint.locate.vocabulary import extended
from worker_lint.rule import Outcome
from worker_lint.rules import RULES
from worker_lint.sighting import Sighting
from worker_lint.source import Source, language_by_line, language_by_name, may_be_read, read
from worker_lint.suppressions import MARK, Suppressions
from worker_lint.triage import reviewed, selected, triage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from worker_lint.baseline import Known
    from worker_lint.finding import FoundIn
    from worker_lint.locate.vocabulary import Vocabulary
    from worker_lint.policies import Policies
    from worker_lint.policy import Policy
    from worker_lint.rule import Rule
    from worker_lint.settings import Settings
    from worker_lint.settings_file import Exemption
    from worker_lint.sighting import Claim
    from worker_lint.site import Document, Site
    from worker_lint.source import Language

_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
"""How UTF-16 and UTF-32 begin: the words must be looked for in the text."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is found in one file, and what was silenced in it."""

    findings: list[FoundIn]
    exempting: frozenset[Exemption]
    known: Counter[Known]
    """Findings that the baseline lists."""


@dataclass(slots=True)
class FileReport:
    """What became of one file."""

    path: Path
    source: Source | None = None
    """None where the file cannot hold a count, or could not be judged."""
    findings: list[FoundIn] = field(default_factory=list)
    sightings: tuple[Sighting, ...] = ()
    """Its counts, where a selected rule looks across files."""
    exempting: frozenset[Exemption] = frozenset()
    """The suppressions of the settings that silenced something in it."""
    known: Counter[Known] = field(default_factory=Counter)
    """Findings in it that the baseline lists."""
    error: str | None = None
    """One line, where the file could not be judged."""
    skipped: Literal["binary", "unknown language", "unwanted language"] | None = None


def is_wanted(path: Path, settings_for: Callable[[Path], Settings]) -> bool:
    """Return whether a file of a folder is looked at: its name allows it, and its settings want its language.

    Raises SettingsError.
    """
    return may_be_read(path) and (language_by_name(path) != "markdown" or settings_for(path).markdown)


def language_of(path: Path, data: bytes) -> Language | None:
    """Return the language of a file by its name, else by its ``#!`` line; None where it is in none that is read."""
    return language_by_name(path) or (None if path.suffix else language_by_line(data))


def words_of(settings: Settings) -> Vocabulary:
    """Return the vocabulary that holds under ``settings``."""
    return extended(settings.names, settings.not_names, settings.callables)


def open_source(path: Path, language: Language, data: bytes, words: Vocabulary) -> Source | None:
    """Return a file's bytes as a source, or None where none of ``words`` can stand in it, and no comment to us.

    Raises SourceError where they are no text.
    """
    if not (_concerns(data, words) or b"\0" in data[:4] or data.startswith(_WIDE_MARKS)):
        return None
    source = Source.decode(path, language, data)
    return source if _concerns(source.code, words) else None


def _concerns(data: bytes, words: Vocabulary) -> bool:
    return words.concerns(data) or MARK in data


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
    rules = selected(settings)
    believable = tuple(believed(documents, settings.confidence))
    suppressions = Suppressions(believable, settings.suppressions)
    found: list[FoundIn] = []
    seen: set[tuple[str, tuple[int, int]]] = set()
    for document in believable:
        raw = (finding for rule in rules if rule.check for finding in rule.check(document, policy))
        for finding in triage(raw, rules, document, suppressions, settings):
            same = (finding.message, document.source.file_position(finding.start))
            if same not in seen:  # two pieces of a file may share code
                seen.add(same)
                found.append((document.source, finding))
    outcome = Outcome(suppressions, policy, rules, RULES)
    reviews = (each for rule in rules if rule.review for each in rule.review(outcome))
    found += reviewed(reviews, suppressions, settings)
    # The pieces of a file come language by language; people read it from its beginning.
    found.sort(key=lambda each: each[0].file_offset(each[1].start))
    known: Counter[Known] = Counter()
    if policy.baseline is not None:
        found = policy.baseline.beyond(found, known)
    return Judgement(found, frozenset(suppressions.exempting), known)


def check_text(path: Path, data: bytes, policies: Policies) -> FileReport:
    """Return the report of a file at ``path`` that holds ``data``.

    Raises SettingsError, ProfileError and BaselineError; what is wrong with the file itself is reported.
    """
    language = language_of(path, data)
    if language is None:
        return FileReport(path, skipped="binary" if b"\0" in data[:8192] else "unknown language")
    settings = policies.settings_for(path)
    if language == "markdown" and not settings.markdown:
        return FileReport(path, skipped="unwanted language")
    words = words_of(settings)
    try:
        source = open_source(path, language, data, words)
        if source is None:
            return FileReport(path)
        documents, policy = locate(source, words), policies.for_path(path)
        found = judged(documents, policy)
        return FileReport(path, source, found.findings, sightings(documents, settings), found.exempting, found.known)
    except SourceError as error:
        return FileReport(path, error=str(error))


def sightings(documents: Iterable[Document], settings: Settings) -> tuple[Sighting, ...]:
    """Return what the rules that look across files need of one file; nothing where no such rule is selected."""
    if all(rule.across is None for rule in selected(settings)):
        return ()
    return tuple(
        Sighting(
            document.source.path,
            index,
            document.source.file_position(site.value.start),
            site.form,
            site.name,
            site.value.number,
            document.source.is_data,
            settings.policy == "exact",
        )
        for index, (document, site) in enumerate(_sites(documents, settings))
    )


def _sites(documents: Iterable[Document], settings: Settings) -> Iterator[tuple[Document, Site]]:
    return ((each, site) for each in believed(documents, settings.confidence) for site in each.sites)


def check_across(sightings: Sequence[Sighting], policies: Policies) -> Iterator[FileReport]:
    """Yield what the rules that look across files find in the counts of all of them, one report a finding.

    Files are not held in memory: one in which something is found is opened again. Raises SettingsError, ProfileError
    and BaselineError.
    """
    for rule in RULES:
        if rule.across is None:
            continue
        taken: Counter[Known] = Counter()
        concerned = [each for each in sightings if rule in selected(policies.settings_for(each.path))]
        for claim in rule.across(concerned):
            file = _of_claim(rule, claim, policies.settings_for(claim.at.path))
            baseline = policies.for_path(claim.at.path).baseline
            if baseline is not None:
                before = taken.copy()
                file.findings = baseline.beyond(file.findings, taken)
                file.known = taken - before
            yield file


def _of_claim(rule: Rule, claim: Claim, settings: Settings) -> FileReport:
    path = claim.at.path
    words = words_of(settings)
    try:
        data = read(path)
        language = language_of(path, data)
        source = None if language is None else open_source(path, language, data, words)
        documents = () if source is None else locate(source, words)
    except SourceError as error:
        return FileReport(path, error=str(error))
    for index, (document, site) in enumerate(_sites(documents, settings)):
        # Another number is no longer what the claim speaks of: a fix, or somebody, has changed it since.
        if index == claim.at.index and site.value.number == claim.at.number:
            found = rule.finding(site.value, claim.message, claim.help, site=site, related=claim.related)
            suppressions = Suppressions(documents, settings.suppressions)
            left = triage([found], (rule,), document, suppressions, settings)
            exempting = frozenset(suppressions.exempting)
            return FileReport(path, source, [(document.source, each) for each in left], exempting=exempting)
    return FileReport(path)


def check(paths: Iterable[Path], policies: Policies) -> Iterator[FileReport]:
    """Yield the report of each file, one at a time: no more than one file is held in memory."""
    for path in paths:
        try:
            data = read(path)
        except SourceError as error:
            yield FileReport(path, error=str(error))
        else:
            yield check_text(path, data, policies)
