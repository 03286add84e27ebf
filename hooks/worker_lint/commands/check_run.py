"""One run of ``worker-lint check``: what is asked for, and what comes of it."""

from __future__ import annotations

import os
import sys
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

from worker_lint.cache_folder import folder_of
from worker_lint.commands.changes import Change, Changes, write_changes
from worker_lint.discover import Found, beyond, discover
from worker_lint.errors import SourceError, UsageError
from worker_lint.exemptions import Exemptions
from worker_lint.file_report import FileReport
from worker_lint.finding import Severity
from worker_lint.ledger import Ledger
from worker_lint.opening import is_wanted
from worker_lint.policies import Policies
from worker_lint.progress import Progress
from worker_lint.report.summary import Report
from worker_lint.triage import is_suppressible

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from worker_lint.commands.changes import Taken
    from worker_lint.processes import Crew, Mend
    from worker_lint.recall.witness import Witness
    from worker_lint.settings import SettingsResolver
    from worker_lint.sighting import Sighting

_FEW = 100
"""Files below which neither a cache nor other processes would pay."""
_MANY = 1000
"""Files of a folder from which on other processes pay, where nothing is known of them: they make ready meanwhile."""
_MOST_TO_WRITE = 64
"""Files that wait to be written at once."""
_UNREAD = {
    "binary": "is binary (it holds a NUL byte)",
    "unknown language": "in no language that worker-lint reads",
    "unwanted language": "Markdown is read where the settings say markdown = true",
}


class CheckRun:
    """One run: what is asked for, and what came of it so far."""

    def __init__(self, args: argparse.Namespace, settings: SettingsResolver, witness: Witness | None = None) -> None:
        self._args = args
        self._settings = settings
        self._witness = witness
        self.policies = Policies(settings, with_baselines=args.write_baseline is None, witness=witness)
        self.report = Report(dry=args.diff, unsafe=args.unsafe_fixes)
        self._exemptions = Exemptions(settings, self.policies)
        self._ledger = Ledger(self.policies, writing=args.write_baseline is not None, witness=witness)
        self._changes = Changes(args, self.policies)
        self._waiting: list[Taken] = []
        """The last files, while some of them are to be written."""
        self._to_write = 0
        """How many of these are."""
        self._cache: Path | None = None
        """The folder of the cache."""
        self.cached_in: Path | None = None
        """That folder, where the cache was used."""
        self.notices: list[str] = []
        """What was said so far."""
        self._crew: Crew | None = None
        """Other processes, where they were started before there was anything to judge."""

    def check_files(self, places: list[Path]) -> None:
        """Check the files and folders ``places``."""
        wanted = partial(is_wanted, settings_for=self._settings.for_path)
        excluded = self._settings.is_excluded
        files = self._until_error(discover(places, wanted, excluded, self.say, self._expect, self._witness))
        named = frozenset(places)
        documents = 0
        sightings: list[Sighting] = []
        try:
            with Progress(quiet=self._args.quiet) as progress:
                for file in self._reports(progress.counting(files), places[0]):
                    if isinstance(file, Found):
                        self._pass(file)
                    elif file.skipped is None:
                        self._take(file)
                        sightings += file.sightings
                    elif file.skipped == "unwanted language":
                        documents += 1
                    elif file.path in named and file.skipped == "binary":
                        file.error = f"{file.path}: is binary (it holds a NUL byte); leave it out of the check"
                        self._take(file)
                    elif file.path in named:
                        self.say(f"{file.path}: {_UNREAD[file.skipped]}; skipped")
        finally:
            if self._crew is not None:
                self._crew.end()
            self._settle()
        if sightings:
            from worker_lint.across import check_across

            unchecked = partial(beyond, places, wanted=wanted, excluded=excluded, witness=self._witness)
            for file in check_across(sightings, self.policies, unchecked):
                self._take_across(file)
        if not self.report.errors:  # what could not be judged may be what they are for
            self.report.findings += self._exemptions.unused(places, self._ledger.found)
        if documents:
            noun = "document" if documents == 1 else "documents"
            self.say(f"{documents:,} {noun} skipped: {_UNREAD['unwanted language']}")
        if self._args.write_baseline is not None:
            self._write_baseline(self._args.write_baseline, places)
        for line in self._ledger.stale(places):
            self.say(line)
        if self._args.add_ignore and any(is_suppressible(finding) for _, finding in self.report.findings):
            self.say(
                "where no comment can stand, as in JSON, the settings can suppress what is found "
                "([[suppressions]]), or a baseline list it (--write-baseline FILE)"
            )

    def _reports(self, files: Iterator[Found], place: Path) -> Iterator[FileReport | Found]:
        """Return the report of each of ``files``, or the file itself where no word stands in it.

        The settings of ``place`` say where the cache is.
        """
        args = self._args
        settings = self._settings.for_folder(place) if place.is_dir() else self._settings.for_path(place)
        folder = self._cache = None if args.no_cache else folder_of(args.cache_dir, os.environ, settings)
        first = list(islice(files, _FEW))
        if len(first) < _FEW:
            from worker_lint.check import check

            return check(first, self.policies)
        from worker_lint.sweep import sweep

        self.cached_in = folder
        mend: Mend | None = None
        if (args.fix or args.diff) and not args.add_ignore:
            from worker_lint.rewrite.apply import mended

            mend = partial(mended, unsafe=args.unsafe_fixes)
        mending = mend is not None or args.add_ignore
        return sweep(chain(first, files), self.policies, folder, args.jobs, mending=mending, mend=mend, crew=self._crew)

    def _expect(self, number: int) -> None:
        """Start other processes, where a folder has a ``number`` of files of which enough will have to be judged."""
        if number < _MANY or self._crew is not None or (self._cache is not None and self._cache.is_dir()):
            return
        from worker_lint.sweep import number_of

        processes = number_of(self._args.jobs)
        if processes > 1:
            from worker_lint.processes import Crew

            self._crew = Crew(processes)

    def check_stdin(self) -> None:
        """Check the text of standard input; with ``--fix``, write it, mended, to standard output."""
        from worker_lint.check import check_text

        args = self._args
        path = args.stdin_filename or Path("stdin.py")
        data = _standard_input()
        # What the settings exclude stays excluded when an editor passes it, and comes back as it was.
        excluded = args.stdin_filename is not None and self._settings.is_excluded(path)
        file = FileReport(path) if excluded else check_text(path, data, self.policies)
        if file.skipped is not None:
            raise UsageError(f"{path}: {_UNREAD[file.skipped]}; --stdin-filename tells which language it is in")
        self.report.files_checked += file.error is None
        change = self._changes.of(file)
        self._add(file, change)
        if args.fix and not args.diff:
            _write_bytes(change.data if isinstance(change, Change) else data)

    def status(self) -> int:
        """Return the exit status."""
        args, report = self._args, self.report
        if report.errors:
            return 2
        counted = any(
            finding.severity.is_at_least(Severity(self._settings.for_path(source.path).fail_on))
            for source, finding in report.findings
        )
        changes = args.diff and (report.fixed > 0 or report.ignored > 0)
        return int(not args.exit_zero and (counted or changes))

    def say(self, text: str) -> None:
        """Write a notice to standard error, where notices are wanted."""
        if not self._args.quiet:
            self.notices.append(f"worker-lint: {text}\n")
            sys.stderr.write(self.notices[-1])

    def _until_error(self, files: Iterator[Found]) -> Iterator[Found]:
        """Yield ``files``; what discovery could not read is an error among others, behind them."""
        try:
            yield from files
        except SourceError as error:
            self.report.errors.append(str(error))

    def _take(self, file: FileReport) -> None:
        """Add one file's result to the report; while files are to be written, it waits until they are many."""
        if file.error is None:
            self.report.files_checked += 1
            if not file.concerned and self._is_of_no_account(file.path):
                return
        change = self._changes.of(file)
        self._waiting.append((file, change))
        self._to_write += isinstance(change, Change) and not self._args.diff
        if self._to_write in (0, _MOST_TO_WRITE):
            self._settle()

    def _pass(self, file: Found) -> None:
        """Count a file in which no word stands."""
        if self._is_of_no_account(file.name):
            self.report.files_checked += 1
        else:
            self._take(FileReport(file.path))

    def _is_of_no_account(self, path: str | Path) -> bool:
        """Return whether nobody keeps account of the file at ``path`` where nothing can be found in it."""
        settings = self._settings.for_path(path)
        return not settings.suppressions and settings.baseline is None and self._args.write_baseline is None

    def _settle(self) -> None:
        """Write what files become, several at a time, and add the results that waited for it to the report."""
        waiting, self._waiting, self._to_write = self._waiting, [], 0
        if not self._args.diff:
            waiting = write_changes(waiting)
        for file, change in waiting:
            self._add(file, change)

    def _take_across(self, file: FileReport) -> None:
        """Add to the report what a rule that looks across files found in one of them."""
        change: Change | SourceError | None = None
        if self._args.add_ignore and not self._args.diff:  # of a file there is one diff
            change = self._changes.of(file)
        ((file, change),) = write_changes([(file, change)])
        self._add(file, change)

    def _add(self, file: FileReport, change: Change | SourceError | None) -> None:
        """Add one file's result to the report: what is still found in it after ``change``."""
        args, report = self._args, self.report
        if file.error is not None:
            report.errors.append(file.error)
        report.known += file.known.total()
        self._exemptions.take(file)
        self._ledger.take(file)
        if isinstance(change, SourceError):
            report.errors.append(str(change))
        elif change is not None:
            file.findings = change.left
            if args.diff:
                _write_bytes(change.data)
            if args.add_ignore:
                report.ignored += change.number
            else:
                report.fixed += change.number
                report.files_fixed += 1
        report.findings += file.findings

    def _write_baseline(self, path: Path, places: list[Path]) -> None:
        """List what was found in the file ``path``, with what it has of files and rules that this run did not judge."""
        from worker_lint.baseline import Baseline, read, written
        from worker_lint.rewrite.files import write_atomically

        old = read(path) if path.exists() else Baseline(path)
        counts = self._ledger.anew(old, self.report.findings, places)
        write_atomically(path, written(counts))
        self.report.known = len(self.report.findings)
        self.report.findings = []
        self.say(f"{path}: {counts.total():,} known; give it with --baseline {path}, or in the settings: baseline")


def _standard_input() -> bytes:
    """Return the bytes of standard input. Raises UsageError where there is none, as after ``<&-``, or no reading it."""
    if sys.stdin is None:
        raise UsageError("'-' reads standard input, and that is closed; pipe a text into it, or name files")
    try:
        return sys.stdin.buffer.read()
    except OSError as error:
        raise UsageError(f"standard input: cannot be read: {error.strerror}; pipe a text into it") from None


def _write_bytes(data: bytes) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
