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
_OWN_WORK = 0.05
"""The part of all the work that it is to start the others and to put together what they find, which is done here."""

_readers: list[Connection] = []
"""The ends of the pipes that this process reads; a forked one inherits them."""


def verdicts(
    files: Sequence[tuple[Path, int]], policies: Policies, jobs: int, mend: Mend | None = None
) -> list[Verdict]:
    """Return what is found in each of ``files``, given with their sizes in bytes, in their order.

    Up to ``jobs`` processes judge a share each, of which this one is one. Where there is less than ``LEAST_BYTES`` for
    each of two, nothing is judged, and nothing returned; nor is what a process was to judge that could not be had.
    ``policies`` must know the policy of every file: a machine is measured once. Raises WorkerLintError where a process
    ends without an answer. With ``mend``, a verdict comes with what that says.
    """
    number = min(jobs, sum(size for _, size in files) // LEAST_BYTES)
    if number < 2:
        return []
    shares = _shares([size for _, size in files], number)
    paths = [[files[index][0] for index in share] for share in shares]
    found: list[Verdict] = [None] * len(files)
    helpers: list[_Helper] = []
    try:
        with suppress(OSError):  # no more processes, files or memory are to be had
            for each in paths[1:]:
                helpers.append(_Helper(each, policies, mend))
        answers = [_judged(paths[0], policies, mend), *(helper.answer() for helper in helpers)]
    finally:
        for helper in helpers:
            helper.end()
    for share, answer in zip(shares, answers, strict=False):
        for index, verdict in zip(share, answer, strict=True):
            found[index] = verdict
    return found


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
    """A process that judges a share of the files, and ends."""

    def __init__(self, paths: list[Path], policies: Policies, mend: Mend | None) -> None:
        from multiprocessing import get_context

        # A fork has all that it needs; where it is not safe (macOS) or not there (Windows), it is sent.
        context = get_context("fork") if sys.platform == "linux" else get_context("spawn")
        self._reader, writer = context.Pipe(duplex=False)
        with writer:
            _readers.append(self._reader)
            arguments = paths, policies, mend, writer
            self._process: BaseProcess = context.Process(target=_answer, args=arguments, daemon=True)
            try:
                self._process.start()
            except OSError:
                _readers.remove(self._reader)
                self._reader.close()
                raise

    def answer(self) -> list[Verdict]:
        """Wait for what the process found."""
        try:
            found: list[Verdict] = self._reader.recv()
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
        _readers.remove(self._reader)
        self._reader.close()
        self._process.kill()
        self._process.join()


def _answer(paths: list[Path], policies: Policies, mend: Mend | None, writer: Connection) -> None:
    """Send what is found in ``paths``: the work of a process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that started this one ends it
    for reader in _readers:
        reader.close()  # or nobody would notice that the one that reads is gone
    with suppress(OSError):
        writer.send(_judged(_while_awaited(paths), policies, mend))
        return
    os._exit(1)  # nobody hears what became of it


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
