"""A file's report as plain values, small enough to be kept in a cache or sent between processes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from worker_lint.dataclass import replace
from worker_lint.digest import digest_of
from worker_lint.errors import SourceError
from worker_lint.file_report import FileReport, Mended
from worker_lint.opening import language_of
from worker_lint.reading import read
from worker_lint.source import Source

if TYPE_CHECKING:
    from pathlib import Path

    from worker_lint.finding import Finding, Fix, Related
    from worker_lint.settings import Settings
    from worker_lint.sighting import Sighting
    from worker_lint.site import Site

Record = list[Any]
"""Numbers, texts, and lists of them: what JSON has a place for."""
MendedRecord = tuple[bytes, Record, int]
"""The code of a file that was mended, what is left to find in it, and how many findings were mended."""


def record_of(report: FileReport) -> Record | None:
    """Return ``report`` as plain values, without the code that its findings stand in.

    None where that code is a piece of a file, as in a notebook: it can only be had by locating it again.
    """
    if any(source is not report.source or source.inset is not None for source, _ in report.findings):
        return None
    return [
        report.skipped,
        report.error,
        report.concerned,
        [_finding(finding) for _, finding in report.findings],
        [_sighting(each) for each in report.sightings],
        sorted([exemption.index, code] for exemption, code in report.exempted),
        [[*known, number] for known, number in report.known.items()],
    ]


def record_of_mended(path: Path, mended: Mended) -> MendedRecord | None:
    """Return what the file at ``path`` became, with its code, as plain values; None where ``record_of`` has none."""
    left = record_of(FileReport(path, mended.source, findings=mended.findings))
    return None if left is None else (mended.source.code, left, mended.number)


def add_mended(report: FileReport, record: MendedRecord, settings: Settings) -> None:
    """Add to the ``report`` of a file what ``record`` says that it becomes: the inverse of ``record_of_mended``."""
    if report.source is not None:
        code, left, number = record
        source = replace(report.source, code=code)
        report.mended = Mended(source, report_of(report.path, left, settings, source).findings, number)


def needs_code(record: Record) -> bool:
    """Return whether the code of the file is needed to report what ``record`` says."""
    return bool(record[3])


def restored(
    path: Path, record: Record, digest: str | None, settings: Settings, *, trusted: bool = True
) -> FileReport | None:
    """Return the report that ``record`` was made of when the file at ``path`` had this ``digest``.

    None where the file holds something else by now. With ``trusted`` it is read only where its code is needed. Raises
    what ``report_of`` does.
    """
    if trusted and not needs_code(record):
        return report_of(path, record, settings)
    try:
        data = read(path)
        if digest_of(data) != digest:
            return None
        language = language_of(path, data) if needs_code(record) else None
        source = None if language is None else Source.decode(path, language, data)
    except SourceError:
        return None
    return report_of(path, record, settings, source)


def report_of(path: Path, record: Record, settings: Settings, source: Source | None = None) -> FileReport:
    """Return the report of the file at ``path`` that ``record`` was made of: the inverse of ``record_of``.

    ``settings`` are those that the file was judged under, ``source`` is the file where ``needs_code`` asks for it. The
    findings can be reported, but not mended: the options around them are not among what is kept. Raises TypeError,
    ValueError, IndexError or KeyError for what is no such record.
    """
    skipped, error, concerned, findings, sightings, exempted, known = record
    report = FileReport(path, source, concerned=concerned, error=error, skipped=skipped)
    if source is not None:
        report.findings = [(source, _as_finding(each)) for each in findings]
    report.sightings = tuple(_as_sighting(path, each) for each in sightings)
    if exempted:
        from worker_lint.suppressions import Exempted

        by_index = {each.index: each for each in settings.suppressions}
        report.exempted = frozenset(Exempted(by_index[index], code) for index, code in exempted)
    if known:
        from worker_lint.baseline import Known

        report.known = Counter({Known(*parts): number for *parts, number in known})
    return report


def _sighting(each: Sighting) -> Record:
    return [each.index, list(each.position), each.form, each.name, each.number, each.is_data, each.held]


def _as_sighting(path: Path, values: Record) -> Sighting:
    from worker_lint.sighting import Sighting
    from worker_lint.source import Position

    index, position, *others = values
    return Sighting(path, index, Position(*position), *others)


def _finding(finding: Finding) -> Record:
    return [
        finding.code,
        str(finding.severity),
        finding.start,
        finding.end,
        finding.message,
        finding.help,
        None if finding.fix is None else _fix(finding.fix),
        None if finding.site is None else _site(finding.site),
        [_related(each) for each in finding.related],
    ]


def _as_finding(values: Record) -> Finding:
    from worker_lint.finding import Finding, Severity

    code, severity, start, end, message, help_, fix, site, related = values
    return Finding(
        code,
        Severity(severity),
        start,
        end,
        message,
        help_,
        None if fix is None else _as_fix(fix),
        None if site is None else _as_site(site),
        related=tuple(_as_related(each) for each in related),
    )


def _fix(fix: Fix) -> Record:
    return [fix.kind, fix.title, [[edit.start, edit.end, edit.text] for edit in fix.edits], fix.comments]


def _as_fix(values: Record) -> Fix:
    from worker_lint.finding import Fix
    from worker_lint.source import Edit

    kind, title, edits, comments = values
    return Fix(kind, title, tuple(Edit(*each) for each in edits), comments)


def _site(site: Site) -> Record:
    value = site.value
    written = [value.start, value.end, value.text, value.kind, value.number, list(value.divisions), value.surprise]
    return [site.form, site.name, written, site.callee, site.pointer, site.confidence, list(site.evidence), site.intact]


def _as_site(values: Record) -> Site:
    from worker_lint.site import Site, Value

    form, name, written, callee, pointer, confidence, evidence, intact = values
    start, end, text, kind, number, divisions, surprise = written
    value = Value(start, end, text, kind, number, tuple(divisions), surprise)
    return Site(form, name, value, None, callee, pointer, confidence, tuple(evidence), intact)


def _related(related: Related) -> Record:
    return [str(related.path), list(related.position), related.text]


def _as_related(values: Record) -> Related:
    from pathlib import Path

    from worker_lint.finding import Related
    from worker_lint.source import Position

    path, position, text = values
    return Related(Path(path), Position(*position), text)
