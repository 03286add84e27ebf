"""The figures as Markdown: a table for each section, and what stands between the markers of the page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bench.catalogue import SECTIONS
from bench.errors import BenchError
from bench.figures import mebibytes, paired_ratio, seconds, spread, times
from bench.machine import BUSY
from bench.peers import PEERS
from bench.programs import pins

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bench.results import Result, Session
    from bench.rounds import Runs

START, END = "<!-- figures: written by bench/run.py -->", "<!-- end of the figures -->"
PEERS_START, PEERS_END = "<!-- peers: written by bench/run.py -->", "<!-- end of the peers -->"


def table(results: Sequence[Result], sessions: Sequence[Session] = ()) -> str:
    """Return the results of one section as a table; with several ``sessions``, each says which one it is of."""
    memory = any(runs.peak is not None for result in results for runs in result.runs)
    head = ["", "program", "wall", "CPU", *(["memory"] if memory else []), "wall, ratio", "CPU, ratio"]
    rows = [head, ["---"] * len(head)]
    for result in results:
        number = f" [{sessions.index(result.session) + 1}]" if len(sessions) > 1 else ""
        title = f"{result.title}{number}{' (busy machine)' if result.load > BUSY else ''}"
        for runs in result.runs:
            rows.append([title, runs.name, *_cells(runs, result.of(result.reference), memory=memory)])
            title = ""
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _cells(runs: Runs, reference: Runs | None, *, memory: bool) -> list[str]:
    if runs.overdue is not None:
        return [f"more than {seconds(runs.overdue)}", *[""] * (4 if memory else 3)]
    peak = [] if not memory else [""] if runs.peak is None else [mebibytes(runs.peak)]
    ratios = ["", ""]
    if reference is not None:
        pairs = ((runs.wall, reference.wall), (runs.cpu, reference.cpu))
        found = [paired_ratio(ours, theirs) for ours, theirs in pairs]
        ratios = ["" if ratio is None else times(ratio) for ratio in found]
    return [spread(runs.wall), spread(runs.cpu), *peak, *ratios]


def figures(results: Sequence[Result], plots: Mapping[str, str]) -> str:
    """Return all sections with their tables, then the runs that they are of.

    ``plots`` names the picture of a section, by its key.
    """
    sessions: list[Session] = []
    for result in results:
        if result.session not in sessions:
            sessions.append(result.session)
    parts = []
    for key, (heading, text) in SECTIONS.items():
        shown = [result for result in results if result.section == key]
        if shown:
            picture = f"![{heading}]({plots[key]})\n\n" if key in plots else ""
            parts.append(f"## {heading}\n\n{text}\n\n{picture}{table(shown, sessions)}")
    for number, session in enumerate(sessions, 1):
        loads = [result.load for result in results if result.session == session]
        heading = "## Where and when\n\n" if number == 1 else ""
        parts.append(f"{heading}{_session(number, session, loads)}")
    return "\n".join(parts)


def _session(number: int, session: Session, loads: Sequence[float]) -> str:
    machine = session.machine
    versions = ", ".join(f"{name} {version}" for name, version in session.versions.items())
    quiet = max(loads) <= BUSY
    load = f"other programs kept {min(loads):.2f} to {max(loads):.2f} CPUs busy meanwhile"
    verdict = "" if quiet else ": too many for the times to be trusted; the ratios suffer less"
    return (
        f"{number}. {session.date}, `{session.command}`: {machine['processor']}, {machine['cpus']} CPUs, "
        f"{mebibytes(machine['memory'])}, {machine['system']}, Python {machine['python']}; {load}{verdict}. "
        f"{versions}.\n"
    )


def peers() -> str:
    """Return the table of what the other programs do, and do not do."""
    versions = pins()
    rows = [["program", "version", "what it does here", "what it does not do"], ["---"] * 4]
    rows += [[peer.name, versions[peer.package], peer.does, peer.does_not] for peer in PEERS]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def between(page: str, start: str, end: str, text: str) -> str:
    """Return ``page`` with ``text`` between two markers. Raises BenchError where it has not each of them once."""
    if page.count(start) != 1 or page.count(end) != 1 or page.index(start) > page.index(end):
        raise BenchError(f"the page has no '{start}' with an '{end}' behind it")
    inside = f"{start}\n\n{text}\n{end}" if text else f"{start}\n{end}"
    return re.sub(f"{re.escape(start)}.*?{re.escape(end)}", lambda _: inside, page, flags=re.DOTALL)


def written(page: str, results: Sequence[Result], plots: Mapping[str, str]) -> str:
    """Return ``page`` with all that is generated in it. Raises BenchError where its markers are missing."""
    return between(between(page, PEERS_START, PEERS_END, peers()), START, END, figures(results, plots))
