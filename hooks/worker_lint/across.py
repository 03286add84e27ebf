"""The rules that look across files: what they need of each, and what they find in all of them together."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from worker_lint.errors import SourceError
from worker_lint.file_report import FileReport
from worker_lint.judge import believed
from worker_lint.locate import locate
from worker_lint.opening import is_bystander, opened, words_of
from worker_lint.reading import read
from worker_lint.rules import CATALOGUE
from worker_lint.sighting import Sighting
from worker_lint.source import Source
from worker_lint.suppressions import Suppressions
from worker_lint.triage import chosen, triage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from worker_lint.baseline import Known
    from worker_lint.discover import Found
    from worker_lint.policies import Policies
    from worker_lint.rule import Rule
    from worker_lint.settings import Settings
    from worker_lint.sighting import Claim
    from worker_lint.site import Document, Site


_COMPARED = ("key", "fallback", "or-fallback")
"""The forms that say a number from afar: for whoever reads a configuration, or where that says nothing."""


def sightings(documents: Iterable[Document], settings: Settings) -> tuple[Sighting, ...]:
    """Return what the rules that look across files need of one file; nothing where no such rule is selected."""
    if not any(entry.across for entry in chosen(settings)):
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
        if site.value.literal and site.form in _COMPARED
    )


def _sites(documents: Iterable[Document], settings: Settings) -> Iterator[tuple[Document, Site]]:
    return ((each, site) for each in believed(documents, settings.confidence) for site in each.sites)


def check_across(
    known: Sequence[Sighting], policies: Policies, unchecked: Callable[[Path], Iterable[Found]] = lambda _: ()
) -> Iterator[FileReport]:
    """Yield what the rules that look across files find in the counts of all of them, one report a finding.

    ``unchecked`` lists the files below a folder that nobody asked to check: what is said of the others has to be true
    beside them, too, and is not said where they cannot be listed (SourceError). Files are not held in memory: one in
    which something is found is opened again. Raises SettingsError, ProfileError and BaselineError.
    """
    for entry in CATALOGUE if known else ():
        rule = entry.rule if entry.across else None
        if rule is None or rule.across is None:
            continue
        taken: Counter[Known] = Counter()
        concerned = [each for each in known if entry in chosen(policies.settings_for(each.path))]
        claims = [*rule.across(concerned)]
        try:
            others = {file.path: file for claim in claims for file in unchecked(Path(claim.folder))}
        except SourceError:
            policies.doubt()
            continue
        if others:
            beside = (each for file in others.values() for each in _sightings_in(file, policies))
            everything = [*concerned, *(each for each in beside if entry in chosen(policies.settings_for(each.path)))]
            claims = [claim for claim in rule.across(everything) if claim.at.path not in others]
        for claim in claims:
            file = _of_claim(rule, claim, policies.settings_for(claim.at.path))
            baseline = policies.for_path(claim.at.path).baseline
            if baseline is not None:
                before = taken.copy()
                file.findings = baseline.beyond(file.findings, taken)
                file.known = taken - before
            yield file


def _sightings_in(file: Found, policies: Policies) -> tuple[Sighting, ...]:
    """Return the counts of a file that is not checked; none where it cannot be read, which is not asked here."""
    path = file.path
    settings = policies.settings_for(path)
    if is_bystander(file, settings):
        return ()
    try:
        return sightings(_documents(path, settings), settings)
    except SourceError:
        policies.doubt()
        return ()


def _documents(path: Path, settings: Settings) -> Sequence[Document]:
    """Return what the file at ``path`` holds. Raises SourceError."""
    source = opened(path, read(path), settings)
    return locate(source, words_of(settings)) if isinstance(source, Source) else ()


def _of_claim(rule: Rule, claim: Claim, settings: Settings) -> FileReport:
    path = claim.at.path
    try:
        documents = _documents(path, settings)
    except SourceError as error:
        return FileReport(path, error=str(error))
    for index, (document, site) in enumerate(_sites(documents, settings)):
        # Another number is no longer what the claim speaks of: a fix, or somebody, has changed it since.
        if index == claim.at.index and site.value.number == claim.at.number:
            found = rule.finding(site.value, claim.message, claim.help, site=site, related=claim.related)
            suppressions = Suppressions(documents, settings.suppressions)
            left = triage([found], (rule,), document, suppressions, settings)
            source, exempted = document.source, frozenset(suppressions.exempted)
            return FileReport(path, source.root, True, [(source, each) for each in left], exempted=exempted)
    return FileReport(path)
