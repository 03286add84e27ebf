"""One run of a program, measured: wall and CPU time of it and all that it starts, or its peak of memory."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from tempfile import TemporaryFile
from threading import Timer
from typing import IO, TYPE_CHECKING

import psutil

from bench.errors import BenchError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

_PAUSE = 0.004
"""Seconds between two looks at the memory of a program."""
_MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True, slots=True)
class Contender:
    """A program with its arguments, as one benchmark runs it."""

    name: str
    """As tables name it; the same program has the same name in all of them."""
    argv: tuple[str, ...]
    folder: Path
    statuses: frozenset[int] = frozenset({0})
    """The exit statuses of a run that did its work."""
    says: str = ""
    """What such a run prints: a program that did nothing must not pass for a fast one."""
    environ: Mapping[str, str] | None = None
    prepare: Callable[[], object] | None = None
    """Called before each run, and not measured."""


@dataclass(frozen=True, slots=True)
class Times:
    """How long one run took, in seconds."""

    wall: float
    cpu: float
    """User and system time, of the program and of all that it started and waited for."""


class OverdueError(BenchError):
    """A program that took longer than it was given."""


def timed(contender: Contender, timeout: float) -> Times:
    """Run ``contender`` once. Raises OverdueError after ``timeout`` seconds, and BenchError where it failed."""
    with _prepared(contender) as output:
        before = time.perf_counter()
        process = _start(contender, output)
        killer = Timer(timeout, _kill, (process,))
        killer.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.perf_counter() - before
        except BaseException:
            _kill(process)
            raise
        finally:
            killer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        _judge(contender, process.returncode, output, overdue=wall >= timeout)
    return Times(wall, usage.ru_utime + usage.ru_stime)


def peak(contender: Contender, timeout: float) -> int | None:
    """Return the most memory, in bytes, that ``contender`` and all that it starts held at one time.

    The resident sets of its processes are added up every few milliseconds, which counts shared pages once a process.
    What the kernel knows of the largest single process catches a peak between two looks, where that is above what
    this process itself holds: a child inherits that mark. None stands for a program that was over before the first
    look. Raises as ``timed`` does.
    """
    with _prepared(contender) as output:
        begun = time.perf_counter()
        process = _start(contender, output)
        highest = 0
        try:
            for held in _looks(process.pid):
                highest = max(highest, held)
                if time.perf_counter() - begun > timeout:
                    _kill(process)
                pid, status, usage = os.wait4(process.pid, os.WNOHANG)
                if pid:
                    break
        except BaseException:
            _kill(process)
            raise
        overdue = time.perf_counter() - begun > timeout
        process.returncode = os.waitstatus_to_exitcode(status)
        _judge(contender, process.returncode, output, overdue=overdue)
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return max(highest, usage.ru_maxrss * _MAXRSS_UNIT if usage.ru_maxrss > own else 0) or None


def _looks(pid: int) -> Iterator[int]:
    """Yield, again and again, what a process and those below it hold, in bytes; 0 when it has ended."""
    try:
        top = psutil.Process(pid)
    except psutil.Error:
        top = None
    while True:
        held = 0
        with suppress(psutil.Error):
            for each in () if top is None else (top, *top.children(recursive=True)):
                with suppress(psutil.Error):
                    held += each.memory_info().rss
        yield held
        time.sleep(_PAUSE)


def _prepared(contender: Contender) -> IO[bytes]:
    if contender.prepare is not None:
        contender.prepare()
    return TemporaryFile()


def _start(contender: Contender, output: IO[bytes]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            contender.argv, cwd=contender.folder, env=contender.environ,
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        raise BenchError(f"{contender.name}: {contender.argv[0]}: {error.strerror}") from error


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a program and all that it started: it leads a session of its own."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _judge(contender: Contender, status: int, output: IO[bytes], *, overdue: bool) -> None:
    if overdue and status == -signal.SIGKILL:
        raise OverdueError(f"{contender.name}: took too long")
    output.seek(0)
    text = output.read().decode("utf-8", "replace")
    if status not in contender.statuses:
        last = next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "no word")
        raise BenchError(f"{contender.name}: exit status {status}: {last}")
    if contender.says not in text:
        raise BenchError(f"{contender.name}: did not print '{contender.says}', so what it did is not known")
