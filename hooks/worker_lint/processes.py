"""Judging files in several processes, where that is quicker than in one."""

from __future__ import annotations

import os
import signal
import sys
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING

from worker_lint.check import check_text
from worker_lint.digest import digest_of
from worker_lint.errors import SourceError, WorkerLintError
from worker_lint.reading import read
from worker_lint.record import record_of, record_of_mended

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
_PART = 4
"""What is left is given out in parts, of which each process gets about so many: the last ones are small."""

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

        Each process judges one part after the other; where there is no more than is quickly done, nothing is judged,
        and nothing returned. ``policies`` must know the policy of every file: a machine is measured once. With
        ``mend``, a verdict comes with what that says. Raises WorkerLintError where a process ends without an answer.
        """
        number = shares_of(files, len(self._helpers) + 1)
        if number < 2:
            return []
        helpers = self._helpers[: number - 1]
        found: list[Verdict] = [None] * len(files)
        left = _Left(files, number)
        for helper in helpers:
            helper.begin(policies, mend)
            helper.ask(left.part())
            helper.ask(left.part())  # so that it has something to do until somebody hears its first answer
        while left:
            index, path = left.last()
            found[index] = _verdict(path, policies, mend)
            for helper in helpers:
                if helper.has_answered():
                    helper.hear(found)
                    helper.ask(left.part())
        for helper in helpers:
            while helper.is_asked():
                helper.hear(found)
        return found

    def end(self) -> None:
        """Let go of the other processes, whatever they do."""
        while self._helpers:
            self._helpers.pop().end()


def shares_of(files: Sequence[tuple[Path, int]], most: int) -> int:
    """Return for how many processes, up to ``most``, the ``files`` are enough, given with their sizes in bytes."""
    return min(most, sum(size for _, size in files) // LEAST_BYTES)


class _Left:
    """Files that nobody judges yet, the largest first."""

    def __init__(self, files: Sequence[tuple[Path, int]], number: int) -> None:
        """Take ``files`` with their sizes in bytes, for so many processes."""
        self._number = number
        self._files = deque(sorted(enumerate(files), key=lambda each: -each[1][1]))
        self._bytes = sum(size for _, size in files)

    def __len__(self) -> int:
        return len(self._files)

    def last(self) -> tuple[int, Path]:
        """Take out the smallest file, and return it behind its index."""
        index, (path, size) = self._files.pop()
        self._bytes -= size
        return index, path

    def part(self) -> list[tuple[int, Path]]:
        """Take out files, the largest, and return them behind their indices; none where none is left."""
        least = self._bytes - self._bytes / (self._number * _PART)
        part: list[tuple[int, Path]] = []
        while self._files and (not part or self._bytes > least):
            index, (path, size) = self._files.popleft()
            self._bytes -= size
            part.append((index, path))
        return part


class _Helper:
    """A process that judges the files that it is given."""

    def __init__(self) -> None:
        from multiprocessing import get_context

        # A fork has what is imported already; it is not safe on macOS, and not there on Windows.
        context = get_context("fork") if sys.platform == "linux" else get_context("spawn")
        self._asked: deque[list[int]] = deque()
        """The indices of the files of each part for which no answer has come."""
        self._end, other = context.Pipe()
        with other:
            _ends.append(self._end)
            self._process: BaseProcess = context.Process(target=_serve, args=(other,), daemon=True)
            try:
                self._process.start()
            except OSError:
                self._close()
                raise

    def begin(self, policies: Policies, mend: Mend | None) -> None:
        """Tell it by what to judge."""
        self._send((policies, mend))

    def ask(self, part: list[tuple[int, Path]]) -> None:
        """Let it judge files, which come behind their indices, if there are any."""
        if part:
            self._asked.append([index for index, _ in part])
            self._send([path for _, path in part])

    def is_asked(self) -> bool:
        """Return whether an answer is to come."""
        return bool(self._asked)

    def has_answered(self) -> bool:
        """Return whether an answer has come, or the process has ended."""
        return self.is_asked() and self._end.poll()

    def hear(self, found: list[Verdict]) -> None:
        """Wait for what the process found in the files that it was asked for first, and put it into ``found``."""
        try:
            verdicts: list[Verdict] = self._end.recv()
        except (EOFError, OSError):  # it ended before its answer, or in the middle
            self._process.join()
            status = self._process.exitcode or 0
            how = f"was ended by signal {-status}" if status < 0 else f"failed with status {status}"
            raise WorkerLintError(
                f"a process that judged a part of the files {how}; run again with --jobs 1, which needs less memory"
            ) from None
        for index, verdict in zip(self._asked.popleft(), verdicts, strict=True):
            found[index] = verdict

    def _send(self, what: object) -> None:
        with suppress(OSError):  # it has ended, as is told where its answer is expected
            self._end.send(what)

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
        policies, mend = end.recv()
        while True:
            asked = end.recv()
            if isinstance(asked, tuple):
                policies, mend = asked  # of the next files
            else:
                end.send(_judged(_while_awaited(asked), policies, mend))
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
