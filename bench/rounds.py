"""Several programs, run in turn: all of them in every round, so that what slows the machine slows each alike."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from bench.child import OverdueError, peak, timed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bench.child import Contender

_T = TypeVar("_T")


@dataclass(slots=True)
class Runs:
    """What was measured of one program."""

    name: str
    wall: list[float] = field(default_factory=list)
    """Seconds, one figure a round."""
    cpu: list[float] = field(default_factory=list)
    peak: int | None = None
    """Bytes; None where memory was not measured."""
    overdue: float | None = None
    """The seconds that it was given, where it did not end in time."""


def interleaved(
    contenders: Sequence[Contender],
    rounds: int,
    timeout: float,
    *,
    memory: bool,
    say: Callable[[str], object] = lambda _: None,
) -> list[Runs]:
    """Run every contender once unmeasured, for the caches of the system, then ``rounds`` times, each round in turn.

    Every round begins with another contender, since the first one finds the caches as the last one left them. With
    ``memory``, one more run of each measures its peak: looking at it takes time of its own. A single round is all there
    is for a program that takes minutes, so then nothing is run unmeasured. A contender that takes more than
    ``timeout`` seconds is not run again. Raises BenchError where one fails.
    """
    found = {contender.name: Runs(contender.name) for contender in contenders}
    for contender in contenders if rounds > 1 else ():
        say(f"{contender.name}, unmeasured")
        _attempt(timed, contender, found[contender.name], timeout)
    for number in range(rounds):
        first = number % len(contenders)
        for contender in (*contenders[first:], *contenders[:first]):
            say(f"{contender.name}, round {number + 1} of {rounds}")
            runs = found[contender.name]
            times = _attempt(timed, contender, runs, timeout)
            if times is not None:
                runs.wall.append(times.wall)
                runs.cpu.append(times.cpu)
    for contender in contenders if memory else ():
        say(f"{contender.name}, memory")
        runs = found[contender.name]
        runs.peak = _attempt(peak, contender, runs, timeout)
    return list(found.values())


def _attempt(measure: Callable[[Contender, float], _T], contender: Contender, runs: Runs, timeout: float) -> _T | None:
    """Return what ``measure`` finds; None where ``contender`` is, or was before, too slow for ``timeout``."""
    if runs.overdue is not None:
        return None
    try:
        return measure(contender, timeout)
    except OverdueError:
        runs.overdue = timeout
        runs.wall.clear()
        runs.cpu.clear()
        return None
