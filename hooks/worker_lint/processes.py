"""Judging files in several processes, where that is quicker than in one."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from worker_lint.check import check_text
from worker_lint.errors import SourceError, WorkerLintError
from worker_lint.record import digest_of, record_of, record_of_mended
from worker_lint.source import read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess
    from pathlib import Path

    from worker_lint.file_report import FileReport, Mended
    from worker_lint.policies import Policies
    from worker_lint.record import MendedRecord, Record

    Verdict = tuple[Record, str, MendedRecord | None] | None
    """What was found in a file, the digest of what it held, and what it becomes; None where that cannot be sent."""
    Mend = Callable[[FileReport, Policies], Mended | None]
    """Says what a file becomes, or None where it stays; what it raises is raised again in the first process."""

LEAST_BYTES = 100_000
"""Bytes to judge for each process: to start one and to hear from it costs as much as to judge a part of that."""
_OWN_WORK = 0.02
"""The part of all the work that it is to make ready and to put together what the others find, which is done here."""

_ends: list[Connection] = []
"""The ends of the pipes to other processes that are this one's; a forked one inherits them."""


class Crew:
    """Up to ``number`` processes, of which this one is one: the others make ready as soon as they are started."""

    def __init__(self, number: int) -> None:
        self._helpers: list[_Helper] = []
        with suppress(OSError):  # no more processes, files or memory are to be had
            for _ in range(number - 1):
                self._helpers.append(_Helper())

    def verdicts(self, files: Sequence[tuple[Path, int]], policies: Policies, mend: Mend | None) -> list[Verdict]:
        """Return what is found in each of ``files``, given with their sizes in bytes, in their order.

        Each process judges a share; nothing is judged, and nothing returned, where there is no more than is quickly
        done. ``policies`` must know the policy of every file: a machine is measured once. With ``mend``, a verdict
        comes with what that says. Raises WorkerLintError where a process ends without an answer.
        """
        number = shares_of(files, len(self._helpers) + 1)
        if number < 2:
            return []
        shares = _shares([size for _, size in files], number)
        paths = [[files[index][0] for index in share] for share in shares]
        found: list[Verdict] = [None] * len(files)
        helpers = self._helpers[: number - 1]
        for helper, each in zip(helpers, paths[1:], strict=True):
            helper.ask(each, policies, mend)
        answers = [_judged(paths[0], policies, mend), *(helper.answer() for helper in helpers)]
        for share, answer in zip(shares, answers, strict=True):
            for index, verdict in zip(share, answer, strict=True):
                found[index] = verdict
        return found

    def end(self) -> None:
        """Let go of the other processes, whatever they do."""
        while self._helpers:
            self._helpers.pop().end()


def shares_of(files: Sequence[tuple[Path, int]], most: int) -> int:
    """Return for how many processes, up to ``most``, the ``files`` are enough, given with their sizes in bytes."""
    return min(most, sum(size for _, size in files) // LEAST_BYTES)


def _shares(sizes: Sequence[int], number: int) -> list[list[int]]:
    """Return the indices of ``sizes`` in ``number`` shares that take about as long, the first with other work."""
    shares: list[list[int]] = [[] for _ in range(number)]
    loads = [sum(sizes) * _OWN_WORK] + [0.0] * (number - 1)
    for index in sorted(range(len(sizes)), key=lambda index: -sizes[index]):
        least = loads.index(min(loads))
        shares[least].append(index)
        loads[least] += sizes[index]
    return shares


class _Helper:
    """A process that judges the files that it is given."""

    def __init__(self) -> None:
        from multiprocessing import get_context

        # A fork has what is imported already; it is not safe on macOS, and not there on Windows.
        context = get_context("fork") if sys.platform == "linux" else get_context("spawn")
        self._end, other = context.Pipe()
        with other:
            _ends.append(self._end)
            self._process: BaseProcess = context.Process(target=_serve, args=(other,), daemon=True)
            try:
                self._process.start()
            except OSError:
                self._close()
                raise

    def ask(self, paths: list[Path], policies: Policies, mend: Mend | None) -> None:
        """Let it judge ``paths``."""
        with suppress(BrokenPipeError):  # it has ended, as is told where its answer is expected
            self._end.send((paths, policies, mend))

    def answer(self) -> list[Verdict]:
        """Wait for what the process found."""
        try:
            found: list[Verdict] = self._end.recv()
        except (EOFError, OSError):  # it ended before its answer, or in the middle
            self._process.join()
            status = self._process.exitcode or 0
            how = f"was ended by signal {-status}" if status < 0 else f"failed with status {status}"
            raise WorkerLintError(
                f"a process that judged a part of the files {how}; run again with --jobs 1, which needs less memory"
            ) from None
        return found

    def end(self) -> None:
        """Let go of the process, whatever it does."""
        self._close()
        self._process.kill()
        self._process.join()

    def _close(self) -> None:
        _ends.remove(self._end)
        self._end.close()


def _serve(end: Connection) -> None:
    """Answer what is asked through ``end``, as long as somebody asks: the work of a process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that started this one ends it
    for each in _ends:
        each.close()  # or nobody would notice that the one that asks is gone
    _make_ready()
    with suppress(EOFError, OSError):
        while True:
            paths, policies, mend = end.recv()
            end.send(_judged(_while_awaited(paths), policies, mend))
    os._exit(0)  # nobody hears what became of it


def _make_ready() -> None:
    """Import what it takes to judge, by judging a line of it."""
    from pathlib import Path

    from worker_lint.policies import Policies
    from worker_lint.settings import SettingsResolver

    policies = Policies(SettingsResolver({"profile": ("none",)}, isolated=True), {})
    check_text(Path("line.py"), b"torch.utils.data.DataLoader(dataset, num_workers=4)\n", policies)


def _while_awaited(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield ``paths`` while the process that started this one is there; where it is gone, end."""
    parent = os.getppid()
    for path in paths:
        if os.getppid() != parent:
            os._exit(1)
        yield path


def _judged(paths: Iterable[Path], policies: Policies, mend: Mend | None) -> list[Verdict]:
    return [_verdict(path, policies, mend) for path in paths]


def _verdict(path: Path, policies: Policies, mend: Mend | None) -> Verdict:
    try:
        data = read(path)
    except SourceError:
        return None  # it was there a moment ago; whoever reads it next says what has become of it
    report = check_text(path, data, policies)
    record = record_of(report)
    if record is None:
        return None
    try:
        mended = None if mend is None else mend(report, policies)
    except SourceError:
        return None
    sent = None if mended is None else record_of_mended(path, mended)
    return None if mended is not None and sent is None else (record, digest_of(data), sent)
