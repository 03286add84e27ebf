"""Checking the files of a tree: those that are known from earlier runs, and the others in one process or in several."""

from __future__ import annotations

import os
from itertools import islice
from typing import TYPE_CHECKING

from worker_lint.digest import digest_of
from worker_lint.errors import SourceError, WorkerLintError
from worker_lint.file_report import FileReport
from worker_lint.named_tuple import NamedTuple
from worker_lint.opening import is_bystander, opened
from worker_lint.reading import read, size
from worker_lint.record import add_mended, needs_code, restored

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from worker_lint.cache import Cache, Look
    from worker_lint.discover import Found
    from worker_lint.policies import Policies
    from worker_lint.processes import Crew, Mend, Verdict

_MOST_BY_DEFAULT = 8
"""Processes where nobody says how many: the CPUs of a machine are not all for one job."""
_WINDOW = 4096
"""Files that are looked at before those in which something may be found are judged."""


class _Pending(NamedTuple):
    """A file that is to be judged."""

    path: Path
    look: Look | None
    size: int


def sweep(
    found: Iterable[Found],
    policies: Policies,
    folder: Path | None,
    jobs: int | None,
    *,
    mending: bool = False,
    mend: Mend | None = None,
    crew: Crew | None = None,
) -> Iterator[FileReport | Found]:
    """Yield the report of each file, in order, as ``check`` does; where no word stands in it, the file as it was found.

    What is known of them is taken from the cache in ``folder``, if there is to be one, and kept there. Up to ``jobs``
    processes, by default one for each CPU, judge the others. Nothing is written but the cache: with ``mending``,
    findings come with all that it takes to mend them, or with what ``mend`` says that their file becomes; this process
    alone writes it. A ``crew`` that was started already is let go at the end.
    """
    files = iter(found)
    number = number_of(jobs)
    cache = None if folder is None else _opened(folder, policies)
    sweep = _Sweep(policies, cache, mending, mend, crew)
    try:
        while window := list(islice(files, _WINDOW if number > 1 else 1)):
            yield from sweep.over(window, number)
    finally:
        sweep.end()
    if cache is not None:
        cache.save()


def _opened(folder: Path, policies: Policies) -> Cache | None:
    from worker_lint.cache import Cache

    return Cache.opened(folder, policies)


def number_of(jobs: int | None) -> int:
    """Return how many processes may judge: as many as ``jobs`` says, or one for each CPU that this one may use."""
    if jobs is not None:
        return jobs
    cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cpus, _MOST_BY_DEFAULT)


class _Sweep:
    """What the files of all windows need."""

    def __init__(
        self, policies: Policies, cache: Cache | None, mending: bool, mend: Mend | None, crew: Crew | None
    ) -> None:
        self._policies = policies
        self._cache = cache
        self._mending = mending
        self._mend = mend
        self._crew = crew

    def end(self) -> None:
        """Let go of other processes."""
        if self._crew is not None:
            self._crew.end()

    def over(self, window: Sequence[Found], jobs: int) -> Iterator[FileReport | Found]:
        """Yield the report of each file of ``window``, or the file."""
        if jobs == 1:
            for file in window:
                yield self._known(file) or self._judged(_Pending(path := file.path, self._seen(path), 0))
            return
        looks = [self._look(file) for file in window]
        by_path = self._verdicts([each for each in looks if isinstance(each, _Pending)], jobs)
        for look in looks:
            if isinstance(look, _Pending):
                yield self._taken(look, by_path.get(look.path)) or self._judged(look)
            else:
                yield look

    def _verdicts(self, pending: Sequence[_Pending], jobs: int) -> dict[Path, Verdict]:
        """Return what several processes found in the files, by their paths; nothing where one is as quick."""
        if not pending:
            return {}
        from worker_lint.processes import Crew, shares_of

        sent = [(each.path, each.size) for each in pending if self._is_ready(each.path)]
        number = shares_of(sent, jobs)
        if number < 2:
            return {}
        if self._crew is None:
            self._crew = Crew(number)
        found = self._crew.verdicts(sent, self._policies, self._mend)
        return dict(zip((path for path, _ in sent), found, strict=False))

    def _is_ready(self, path: Path) -> bool:
        """Return whether all is known by which the file at ``path`` is judged; what is wrong is told in its place."""
        try:
            self._policies.prepare(path)
        except WorkerLintError:
            return False
        return True

    def _seen(self, path: Path) -> Look | None:
        return None if self._cache is None else self._cache.look_at(path)

    def _known(self, file: Found) -> FileReport | Found | None:
        """Return what is known of a file, where that is all that is needed; the file, where no word stands in it."""
        if is_bystander(file, self._policies.settings_for(file.name)):
            return file
        report = None if self._cache is None else self._cache.report(file.path)
        return None if report is not None and report.findings and self._mending else report

    def _look(self, file: Found) -> FileReport | Found | _Pending:
        """Return what ``_known`` does, or the report of a file in which nothing can be found; else what is pending."""
        known = self._known(file)
        if known is not None:
            return known
        path = file.path
        look = self._seen(path)
        try:
            if file.mentions:
                return _Pending(path, look, size(path))
            data = read(path)
            found = opened(path, data, self._policies.settings_for(path))
        except SourceError as error:
            return FileReport(path, error=str(error))
        if not isinstance(found, FileReport):
            return _Pending(path, look, len(data))
        self._keep(found, look, None)
        return found

    def _taken(self, pending: _Pending, verdict: Verdict) -> FileReport | None:
        """Return what a process has found, where that is all that is needed."""
        if verdict is None:
            return None
        record, digest, mended = verdict
        if self._mending and needs_code(record) and self._mend is None:
            return None
        settings = self._policies.settings_for(pending.path)
        report = restored(pending.path, record, digest, settings)
        if report is not None:
            if mended is not None:
                add_mended(report, mended, settings)
            if report.concerned:
                self._policies.for_path(pending.path)  # whose notices are for those who asked
            self._keep(report, pending.look, digest)
        return report

    def _judged(self, pending: _Pending) -> FileReport:
        """Return the report of a file, judged here."""
        try:
            data = read(pending.path)
        except SourceError as error:
            return FileReport(pending.path, error=str(error))
        from worker_lint.check import check_text

        report = check_text(pending.path, data, self._policies)
        self._keep(report, pending.look, digest_of(data) if report.concerned and self._cache else None)
        return report

    def _keep(self, report: FileReport, look: Look | None, digest: str | None) -> None:
        if self._cache is not None:
            self._cache.keep(report, look, digest)
