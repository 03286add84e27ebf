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
_FAILED = 128
"""The status with which git ends where it cannot do what it is asked for."""
_KILL = 9
_IGNORED_BY_PYTHON = (13, 25)
"""SIGPIPE and SIGXFSZ, as Linux, macOS and the BSDs number signals: ``signal`` would be a dear import, too."""
_STANDARD = 2
"""The last descriptor that every process has."""


class GitProcess:
    """A git that was started by the system's own call for that.

    ``subprocess`` does the same for its users, and would be the dearest import of a run that has little to judge.
    """

    def __init__(self, command: tuple[Argument, ...]) -> None:
        """Start it. Raises OSError."""
        _mind_children()
        self._ends: list[int] = []
        theirs: list[int] = []
        try:
            for _ in range(2):
                end, other = os.pipe()
                self._ends.append(end)
                theirs.append(other)
            actions: list[tuple[int, ...]] = [
                (os.POSIX_SPAWN_DUP2, other, number) for number, other in enumerate(theirs, 1)
            ]
            actions += [(os.POSIX_SPAWN_CLOSE, number) for number in _handed_down()]
            self._process = os.posix_spawnp(
                "git", command, environment(), file_actions=actions, setsigdef=_IGNORED_BY_PYTHON
            )
        except OSError:
            self._close(self._ends)
            raise
        finally:
            self._close(theirs)

    def answer(self) -> tuple[int, bytes, bytes]:
        """Return its exit status, what it wrote to standard output, and what to standard error."""
        from select import poll

        parts: dict[int, list[bytes]] = {end: [] for end in self._ends}
        unread = poll()
        for end in parts:
            unread.register(end)
        left = len(parts)
        while left:
            for end, _ in unread.poll():
                part = os.read(end, _PART)
                parts[end].append(part)
                if not part:
                    unread.unregister(end)
                    left -= 1
        written, said = (b"".join(each) for each in parts.values())
        self._close(self._ends)
        try:
            status = os.waitstatus_to_exitcode(os.waitpid(self._process, 0)[1])
        except ChildProcessError:  # nobody can say how it ended
            status = _FAILED
        return status, written, said

    def end(self) -> None:
        """Give it up, unless its answer was heard."""
        if not self._ends:
            return
        self._close(self._ends)
        try:
            if os.waitpid(self._process, os.WNOHANG)[0] == 0:  # else its number may be another's by now
                os.kill(self._process, _KILL)
                os.waitpid(self._process, 0)
        except (ChildProcessError, ProcessLookupError):
            return

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
    try:
        if hasattr(os, "posix_spawnp"):
            return GitProcess(command)
    except OSError:  # the first program of that name cannot be started; the other way finds the next one, if any
        pass
    return GitSubprocess(command)


def _mind_children() -> None:
    """Let the system keep how other processes ended, which whoever started this one may have told it not to."""
    # Without the import of ``enum``, which ``signal`` is for.
    from _signal import SIG_DFL, SIG_IGN, SIGCHLD, getsignal, signal  # type: ignore[import-not-found]

    if getsignal(SIGCHLD) == SIG_IGN:
        try:
            signal(SIGCHLD, SIG_DFL)
        except ValueError:  # only the main thread may
            return


def _handed_down() -> list[int]:
    """Return the descriptors that a process would have of this one, besides the first three."""
    try:
        numbers = [int(name) for name in os.listdir("/dev/fd")]  # noqa: PTH208
    except (OSError, ValueError):
        return []
    return [number for number in numbers if number > _STANDARD and _is_inheritable(number)]


def _is_inheritable(number: int) -> bool:
    try:
        return os.get_inheritable(number)
    except OSError:  # that of the list itself
        return False
