"""Measure worker-lint beside other programs, on the same trees in the same run.

Prints a table for each benchmark. With --write the figures go into docs/performance.md, its pictures and
bench/results.json; those of benchmarks that were not run stay as they are, with their own date.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import time
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).parents[1]
sys.path[0] = str(ROOT)  # the folder of the package, where Python puts the folder of the script

from bench import machine, page, pictures, results  # noqa: E402
from bench.catalogue import benchmarks  # noqa: E402
from bench.errors import BenchError  # noqa: E402
from bench.peers import PEERS  # noqa: E402
from bench.rounds import interleaved  # noqa: E402
from bench.workshop import Workshop  # noqa: E402
from worker_lint.errors import WorkerLintError  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.catalogue import Benchmark
    from bench.results import Result, Session

DOCS = ROOT / "docs"
KEPT = Path(__file__).with_name("results.json")
_SETTLE = 2.0
"""Seconds in which the load of the machine is looked at before anything is measured."""


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print, write where that is asked for; return 0, 1 where something could not be measured, else 2."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    args = _parser().parse_args(arguments)
    try:
        return _run(args, shlex.join(["python", "bench/run.py", *arguments]))
    except (BenchError, WorkerLintError) as error:
        _say(f"error: {error}")
        return 2
    except KeyboardInterrupt:
        _say("error: interrupted; nothing is written")
        return 2


def _parser() -> argparse.ArgumentParser:
    summary, _, more = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser(prog="bench/run.py", description=summary, epilog=more, allow_abbrev=False)
    parser.add_argument("--list", action="store_true", help="list the benchmarks, and measure nothing")
    parser.add_argument(
        "--only", action="append", metavar="NAME", help="benchmarks whose name begins so (several times: any of them)"
    )
    parser.add_argument("--rounds", type=_positive, metavar="N", help="rounds of each benchmark (default: its own)")
    parser.add_argument(
        "--peers", nargs="*", metavar="NAME", choices=[peer.name for peer in PEERS], help="the programs to compare with"
    )
    parser.add_argument("--torchfix", action="store_true", help="TorchFix as well, which takes minutes")
    parser.add_argument(
        "--against", action="append", default=[], metavar="REV", help="worker-lint at a revision of git as well"
    )
    parser.add_argument("--timeout", type=float, default=900.0, metavar="S", help="seconds for one run (default: 900)")
    parser.add_argument(
        "--cache", type=Path, default=ROOT / "build" / "bench", metavar="DIR", help="trees and programs"
    )
    parser.add_argument("--write", action="store_true", help="write the figures into the documentation")
    parser.add_argument("--render", action="store_true", help="write the page from the figures that are kept, no more")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def _run(args: argparse.Namespace, command: str) -> int:
    chosen = [each for each in benchmarks() if args.only is None or each.name.startswith(tuple(args.only))]
    if not chosen:
        raise BenchError(f"no benchmark begins with {' or '.join(args.only)}; --list names them")
    if args.list:
        sys.stdout.writelines(f"{each.name:20} {each.title}\n" for each in chosen)
        return 0
    if args.render:
        _write([])
        return 0
    wanted = [peer for peer in PEERS if args.peers is None or peer.name in args.peers]
    shop = Workshop(args.cache, wanted, args.against, _progress)
    needs = {"cache": shop.has_cache, "torchfix": args.torchfix, None: True}
    _warn_when_busy()
    found: list[Result] = []
    failed = 0
    for each in chosen:
        if not needs[each.needs]:
            continue
        try:
            found.append(_measured(each, shop, args, command))
        except BenchError as error:
            failed += 1
            _say(f"error: {each.name}: {error}")
            continue
        sys.stdout.write(f"\n{page.table(found[-1:])}")
        sys.stdout.flush()
    for name, why in shop.missing.items():
        _say(f"{name} is left out: {why}")
    if args.write and found:
        # A program is known from the first benchmark that it takes part in: all are of the one session.
        session = _session(shop, command)
        _write([replace(result, session=session) for result in found])
    return int(failed > 0 or bool(shop.missing))


def _measured(each: Benchmark, shop: Workshop, args: argparse.Namespace, command: str) -> Result:
    contenders = each.contenders(shop)
    load = machine.Load()
    runs = interleaved(
        contenders, args.rounds or each.rounds, args.timeout, memory=each.memory,
        say=lambda text: _progress(f"{each.name}: {text}"),
    )  # fmt: skip
    others = load.of_others()
    if others > machine.BUSY:
        _say(f"{each.name}: other programs kept {others:.2f} CPUs busy meanwhile")
    return results.Result(
        each.name, each.title, each.reference, each.series, each.amount, _session(shop, command), round(others, 3), runs
    )


def _session(shop: Workshop, command: str) -> Session:
    today = datetime.now(timezone.utc).date().isoformat()
    return results.Session(today, command, machine.describe(), shop.versions)


def _warn_when_busy() -> None:
    load = machine.Load()
    time.sleep(_SETTLE)
    others = load.of_others()
    if others > machine.BUSY:
        _say(f"warning: other programs keep {others:.2f} CPUs busy; the figures will be those of a busy machine")


def _write(found: Sequence[Result]) -> None:
    """Keep the results of this run beside the older ones, and write the page and its pictures anew."""
    if found:
        results.save(KEPT, results.merged(results.load(KEPT), found, [each.name for each in benchmarks()]))
    kept = results.load(KEPT)  # with as many digits as are kept, so that --render writes the same
    drawn = pictures.pictures(kept)
    path = DOCS / "performance.md"
    text = page.written(path.read_text(encoding="utf-8"), kept, {key: pictures.NAMES[key] for key in drawn})
    for key, picture in drawn.items():
        (DOCS / pictures.NAMES[key]).write_text(picture, encoding="utf-8", newline="\n")
    path.write_text(text, encoding="utf-8", newline="\n")


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{text}")
        sys.stderr.flush()


def _say(text: str) -> None:
    wipe = "\r\x1b[K" if sys.stderr.isatty() else ""
    sys.stderr.write(f"{wipe}bench: {text}\n")


if __name__ == "__main__":
    sys.exit(main())
