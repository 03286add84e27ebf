"""A git at work, whose answer is waited for later, when there is nothing else to do."""

from __future__ import annotations

import os

from worker_lint.git import environment

TYPE_CHECKING = False  # as type checkers know it; the import of ``typing`` would be waited for
if TYPE_CHECKING:
    from subprocess import Popen
    from typing import TypeAlias

    Argument: TypeAlias = str | bytes
    GitAtWork: TypeAlias = "GitProcess | GitSubprocess"

_PART = 1 << 16
"""Bytes that are read at once: what a pipe holds."""
_KILL = 9
"""The number of that signal, without the import of ``signal``."""


class GitProcess:
    """A git that was started by the system's own call for that.

    ``subprocess`` does the same for its users, and would be the dearest import of a run that has little to judge.
    """

    def __init__(self, command: tuple[Argument, ...]) -> None:
        """Start it. Raises OSError."""
        self._ends: list[int] = []
        theirs: list[int] = []
        try:
            for _ in range(2):
                end, other = os.pipe()
                self._ends.append(end)
                theirs.append(other)
            into = [(os.POSIX_SPAWN_DUP2, other, number) for number, other in enumerate(theirs, 1)]
            self._process = os.posix_spawnp("git", command, environment(), file_actions=into)
        except OSError:
            self._close(self._ends)
            raise
        finally:
            self._close(theirs)

    def answer(self) -> tuple[int, bytes, bytes]:
        """Return its exit status, what it wrote to standard output, and what to standard error."""
        from select import select

        parts: dict[int, list[bytes]] = {end: [] for end in self._ends}
        unread = [*self._ends]
        while unread:
            for end in select(unread, [], [])[0]:
                part = os.read(end, _PART)
                if part:
                    parts[end].append(part)
                else:
                    unread.remove(end)
        written, said = (b"".join(each) for each in parts.values())
        self._close(self._ends)
        return os.waitstatus_to_exitcode(os.waitpid(self._process, 0)[1]), written, said

    def end(self) -> None:
        """Give it up, unless its answer was heard."""
        if self._ends:
            self._close(self._ends)
            os.kill(self._process, _KILL)
            os.waitpid(self._process, 0)

    @staticmethod
    def _close(ends: list[int]) -> None:
        while ends:
            os.close(ends.pop())


class GitSubprocess:
    """The same where the system has no such call, as Windows."""

    def __init__(self, command: tuple[Argument, ...]) -> None:
        """Start it. Raises OSError."""
        from subprocess import PIPE, Popen

        self._git: Popen[bytes] | None = Popen(command, env=environment(), stdout=PIPE, stderr=PIPE)

    def answer(self) -> tuple[int, bytes, bytes]:
        """Return its exit status, what it wrote to standard output, and what to standard error."""
        assert self._git is not None  # noqa: S101 - it is asked once
        with self._git as git:
            written, said = git.communicate()
        self._git = None
        return git.returncode, written, said

    def end(self) -> None:
        """Give it up, unless its answer was heard."""
        if self._git is not None:
            with self._git as git:
                git.kill()
                git.communicate()
            self._git = None


def start(folder: str, *arguments: Argument) -> GitAtWork:
    """Start a git in ``folder``, which will be waited for. Raises OSError, as where there is none."""
    command = ("git", "-C", folder, *arguments)
    return GitProcess(command) if hasattr(os, "posix_spawnp") else GitSubprocess(command)
