"""``worker-lint check``: judge files, and mend them."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from worker_lint.check import FileReport, check, check_across, check_text, is_wanted
from worker_lint.commands import outputs
from worker_lint.commands.arguments import add_paths, add_settings, resolver
from worker_lint.discover import discover
from worker_lint.errors import SourceError, UsageError
from worker_lint.exemptions import Exemptions
from worker_lint.finding import Severity, is_made
from worker_lint.policies import Policies
from worker_lint.progress import Progress
from worker_lint.report.summary import Report

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator

    from worker_lint.settings import SettingsResolver
    from worker_lint.sighting import Sighting

SUMMARY = "check worker counts, and mend them with --fix (the default command)"


_UNREAD = {
    "binary": "is binary (it holds a NUL byte)",
    "unknown language": "in no language that worker-lint reads",
    "unwanted language": "Markdown is read where the settings say markdown = true",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_paths(parser)
    parser.add_argument("--fix", action="store_true", help="rewrite what can be mended")
    parser.add_argument(
        "--unsafe-fixes", action="store_true", help="with --fix or --diff: what may change behaviour, too"
    )
    parser.add_argument("--diff", action="store_true", help="print what --fix would change, and write nothing")
    parser.add_argument("--stdin-filename", type=Path, metavar="PATH", help="the name of the text that '-' reads")
    add_settings(parser, rules=True)
    output = parser.add_argument_group("output")
    outputs.configure(output)
    output.add_argument("--quiet", "-q", action="store_true", help="no progress and no notices on standard error")
    status = parser.add_argument_group("exit status: 0 nothing found, 1 findings, 2 errors")
    status.add_argument("--exit-zero", action="store_true", help="0 in spite of findings (errors are still 2)")
    status.add_argument(
        "--fail-on",
        choices=[str(severity) for severity in Severity],
        help="the least severity that counts for the exit status (default: what the settings say, else warning)",
    )


def run(args: argparse.Namespace) -> int:
    """Check, report, and return the exit status."""
    settings = resolver(args)
    for place in args.paths or [Path()]:
        # A mode or a rule that is unknown must not pass because no file happens to hold a count.
        _ = settings.for_folder(place) if place.is_dir() else settings.for_path(place)
    wanted = outputs.outputs_of(args)
    policies = Policies(settings)
    report = Report(dry=args.diff, unsafe=args.unsafe_fixes)
    if args.paths == [Path("-")]:
        _check_stdin(args, settings, policies, report)
    else:
        if args.stdin_filename is not None:
            raise UsageError("--stdin-filename names the text of standard input; give '-' as the path")
        _check_files(args, settings, policies, report)
    for notice in policies.notices:
        _say(notice, args)
    outputs.write(wanted, report, args)
    return _status(args, report, settings)


def _check_files(args: argparse.Namespace, settings: SettingsResolver, policies: Policies, report: Report) -> None:
    paths = args.paths or [Path()]
    wanted = partial(is_wanted, settings_for=settings.for_path)
    files = _until_error(discover(paths, wanted, settings.is_excluded), report)
    named = frozenset(paths)
    documents = 0
    sightings: list[Sighting] = []
    exemptions = Exemptions(settings, policies)
    with Progress(quiet=args.quiet) as progress:
        for file in check(progress.counting(files), policies):
            if file.skipped is None:
                _take(file, args, policies, report, _keep)
                sightings += file.sightings
                exemptions.take(file)
            elif file.skipped == "unwanted language":
                documents += 1
            elif file.path in named and file.skipped == "binary":
                report.errors.append(f"{file.path}: is binary (it holds a NUL byte); leave it out of the check")
            elif file.path in named:
                _say(f"{file.path}: {_UNREAD[file.skipped]}; skipped", args)
    for file in check_across(sightings, policies):
        report.findings += file.findings
        report.errors += [] if file.error is None else [file.error]
        exemptions.take(file)
    if not report.errors:  # what could not be judged may be what they are for
        report.findings += exemptions.unused(paths)
    if documents:
        noun = "document" if documents == 1 else "documents"
        _say(f"{documents:,} {noun} skipped: {_UNREAD['unwanted language']}", args)


def _until_error(files: Iterator[Path], report: Report) -> Iterator[Path]:
    """Yield ``files``; what discovery could not read is an error among others, behind them."""
    try:
        yield from files
    except SourceError as error:
        report.errors.append(str(error))


def _check_stdin(args: argparse.Namespace, settings: SettingsResolver, policies: Policies, report: Report) -> None:
    """Check the text of standard input; with ``--fix``, write it, mended, to standard output."""
    path = args.stdin_filename or Path("stdin.py")
    data = sys.stdin.buffer.read()
    # What the settings exclude stays excluded when an editor passes it, and comes back as it was.
    excluded = args.stdin_filename is not None and settings.is_excluded(path)
    file = FileReport(path) if excluded else check_text(path, data, policies)
    if file.skipped is not None:
        raise UsageError(f"{path}: {_UNREAD[file.skipped]}; --stdin-filename tells which language it is in")
    written: list[bytes] = []
    _take(file, args, policies, report, lambda _, mended: written.append(mended))
    if args.fix and not args.diff:
        _write_bytes(written[0] if written else data)


def _take(
    file: FileReport,
    args: argparse.Namespace,
    policies: Policies,
    report: Report,
    keep: Callable[[Path, bytes], object],
) -> None:
    """Add one file's result to the report, mending the file first where that is asked for."""
    source, findings = file.source, file.findings
    if file.error is not None:
        report.errors.append(file.error)
    else:
        report.files_checked += 1
    if source is None:
        return
    if (args.fix or args.diff) and any(is_made(finding.fix, args.unsafe_fixes) for _, finding in findings):
        # Rewriting is imported where something is rewritten.
        from worker_lint.rewrite.apply import apply_fixes
        from worker_lint.rewrite.diff import unified_diff

        try:
            mended, left, number = apply_fixes(
                source, findings, policies.for_path(source.path), unsafe=args.unsafe_fixes
            )
            data = mended.encode(mended.code)
            if args.diff:
                _write_bytes(unified_diff(source, mended))
            else:
                keep(source.path, data)
        except SourceError as error:
            report.errors.append(str(error))
        else:
            source, findings = mended, left
            report.fixed += number
            report.files_fixed += 1
    report.findings += findings


def _write_bytes(data: bytes) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.write(data)


def _keep(path: Path, data: bytes) -> None:
    from worker_lint.rewrite.files import write_atomically

    write_atomically(path, data)


def _status(args: argparse.Namespace, report: Report, settings: SettingsResolver) -> int:
    if report.errors:
        return 2
    counted = any(
        finding.severity.is_at_least(Severity(settings.for_path(source.path).fail_on))
        for source, finding in report.findings
    )
    return int(not args.exit_zero and (counted or (args.diff and report.fixed > 0)))


def _say(text: str, args: argparse.Namespace) -> None:
    if not args.quiet:
        sys.stderr.write(f"worker-lint: {text}\n")
