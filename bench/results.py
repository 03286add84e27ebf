"""What was measured, kept from run to run: each benchmark with the day, the machine and the load of its own run."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from bench.errors import BenchError
from bench.rounds import Runs

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_DIGITS = 6
"""Digits behind the point of a second that are kept."""


@dataclass(frozen=True, slots=True)
class Session:
    """One run of the bench."""

    date: str
    command: str
    machine: dict[str, Any]
    versions: dict[str, str]
    """The version of each program, by its name in tables."""


@dataclass(frozen=True, slots=True)
class Result:
    """What was measured for one benchmark."""

    name: str
    title: str
    reference: str
    series: str
    """The line that it is a point of, in the picture of its section; empty where each program has its own."""
    amount: int
    """The files or bytes that this point stands for; 0 where nothing grows."""
    session: Session
    load: float
    """The CPUs that other programs kept busy meanwhile, on average."""
    runs: list[Runs] = field(default_factory=list)

    @property
    def section(self) -> str:
        """The key of its section."""
        return self.name.partition("/")[0]

    def of(self, name: str) -> Runs | None:
        """Return what was measured of the contender ``name``."""
        return next((each for each in self.runs if each.name == name), None)


def load(path: Path) -> list[Result]:
    """Return the results that ``path`` holds; none where there is no such file. Raises BenchError."""
    if not path.exists():
        return []
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        return [_result(entry) for entry in entries]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BenchError(f"{path}: holds no results ({error}); remove it, and measure anew") from error


def _result(entry: dict[str, Any]) -> Result:
    runs = [Runs(**each) for each in entry.pop("runs")]
    return Result(session=Session(**entry.pop("session")), runs=runs, **entry)


def save(path: Path, results: Iterable[Result]) -> None:
    """Write ``results`` to ``path``, one line for each run of figures, so that a diff can be read."""
    entries = [asdict(result) for result in results]
    for entry in entries:
        for runs in entry["runs"]:
            for times in ("wall", "cpu"):
                runs[times] = [round(value, _DIGITS) for value in runs[times]]
    path.write_text(f"{json.dumps(entries, indent=1)}\n", encoding="utf-8", newline="\n")


def merged(old: Iterable[Result], new: Iterable[Result], order: Iterable[str]) -> list[Result]:
    """Return the results of ``new``, and of ``old`` what was not measured again, for the benchmarks of ``order``."""
    found = {result.name: result for result in (*old, *new)}
    return [found[name] for name in order if name in found]
