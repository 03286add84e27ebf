"""``worker-lint check``: judge files, mend them, or accept what is found."""

from __future__ import annotations

import sys
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from worker_lint.commands import outputs
from worker_lint.commands.arguments import add_cache, add_paths, add_settings, count, resolver
from worker_lint.errors import UsageError, WorkerLintError
from worker_lint.finding import Severity

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from worker_lint.recall.past_run import PastRun
    from worker_lint.recall.witness import Witness

SUMMARY = "check worker counts, and mend them with --fix (the default command)"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_paths(parser)
    parser.add_argument("--fix", action="store_true", help="rewrite what can be mended")
    parser.add_argument(
        "--unsafe-fixes", action="store_true", help="with --fix or --diff: what may change behaviour, too"
    )
    parser.add_argument(
        "--diff", action="store_true", help="print what --fix (or --add-ignore) would change, and write nothing"
    )
    accepted = parser.add_argument_group("accepting what is found")
    accepted.add_argument("--add-ignore", action="store_true", help="write a comment that suppresses it beside each")
    accepted.add_argument("--reason", metavar="TEXT", help="with --add-ignore: what the comments say of why")
    accepted.add_argument("--write-baseline", metavar="FILE", type=Path, help="list all of it in FILE: it is known")
    parser.add_argument("--stdin-filename", type=Path, metavar="PATH", help="the name of the text that '-' reads")
    add_settings(parser, rules=True)
    speed = parser.add_argument_group("speed")
    speed.add_argument("--jobs", "-j", type=count, metavar="N", help="processes that judge at most (default: the CPUs)")
    speed.add_argument("--no-cache", action="store_true", help="use nothing from earlier runs, and keep nothing")
    add_cache(speed)
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


def run(args: argparse.Namespace, past: PastRun | None = None) -> int:
    """Check, report, and return the exit status; keep what is said for when the ``past`` run is asked for again."""
    _refuse_contradictions(args)
    places = args.paths or [Path()]
    from worker_lint.commands.check_run import CheckRun

    witness = _witness(past) if past is not None and _is_all_said(args, places) else None
    settings = resolver(args, witness)
    wanted = outputs.outputs_of(args)
    run = CheckRun(args, settings, witness)
    for place in places:
        # A mode that is unknown, or a baseline that is none, must not pass because no file happens to hold a count.
        run.policies.baseline(settings.for_folder(place) if place.is_dir() else settings.for_path(place))
    if args.paths == [Path("-")]:
        run.check_stdin()
    else:
        if args.stdin_filename is not None:
            raise UsageError("--stdin-filename names the text of standard input; give '-' as the path")
        try:
            run.check_files(places)
        except WorkerLintError as error:
            if not run.report.files_fixed:
                raise
            run.report.errors.append(str(error))  # behind what was written until then
    for notice in run.policies.notices:
        run.say(notice)
    if past is None or witness is None or run.cached_in is None:
        outputs.write(wanted, run.report, args, sys.stdout)
        return run.status()
    from worker_lint.recall.answer import Answer

    standard = StringIO()
    outputs.write(wanted, run.report, args, standard)
    answer = Answer(run.status(), standard.getvalue(), "".join(run.notices))
    sys.stdout.write(answer.report)
    sys.stdout.flush()
    if not run.report.errors:
        past.keep(answer, witness, run.policies.machine, run.cached_in)
    return answer.status


def _witness(past: PastRun) -> Witness:
    """Return who takes note of what the run looks at that has begun when ``past`` was asked for."""
    from worker_lint.recall.witness import Witness

    return Witness(past.begun)


def _is_all_said(args: argparse.Namespace, places: Sequence[Path]) -> bool:
    """Return whether a run writes nothing but what it says, of folders: that can be kept, and said again."""
    writes = args.fix or args.diff or args.add_ignore or args.write_baseline is not None
    elsewhere = args.output_file is not None or any(each.partition("=")[2] != "-" for each in args.output or ())
    return not (writes or elsewhere or args.no_cache) and all(map(Path.is_dir, places))


def _refuse_contradictions(args: argparse.Namespace) -> None:
    """Raise UsageError for arguments that cannot be honoured together, SourceError for no place for a baseline."""
    if args.reason is not None and not args.add_ignore:
        raise UsageError("--reason says why in the comments of --add-ignore; give that, too")
    if args.reason is not None and (not args.reason.strip() or not args.reason.isprintable() or "*/" in args.reason):
        raise UsageError("--reason stands in a comment: write a text of one line, without '*/'")
    given = {"--fix": args.fix, "--add-ignore": args.add_ignore, "--write-baseline": args.write_baseline is not None}
    asked = [name for name, wanted in given.items() if wanted]
    if len(asked) > 1:
        raise UsageError(f"{asked[0]} and {asked[1]} go one after the other; give one of them")
    if args.write_baseline is not None:
        if args.diff:
            raise UsageError("--diff shows what --fix or --add-ignore would change; leave out --write-baseline")
        if args.baseline is not None:
            raise UsageError("--write-baseline lists what is found without a baseline; leave out --baseline")
        if args.write_baseline == Path("-"):
            raise UsageError("--write-baseline keeps what FILE knows of other files; name one and not '-'")
        from worker_lint.rewrite.files import refuse_unwritable

        refuse_unwritable(args.write_baseline)
    if args.paths == [Path("-")] and asked and asked != ["--fix"]:
        raise UsageError(f"{asked[0]} is for files; give their paths and not '-'")
