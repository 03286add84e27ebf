"""What git is asked about a folder: which files it has, and in which of them a word stands.

It may be asked before anybody wants to know, so that it looks while the rest of the program is imported; so this
imports little itself.
"""

from __future__ import annotations

import os
from contextlib import suppress

from worker_lint.git import LISTING, checkout_above
from worker_lint.git_process import start
from worker_lint.git_search import Search

TYPE_CHECKING = False  # as type checkers know it; the import of ``typing`` would be waited for
if TYPE_CHECKING:
    from collections.abc import Sequence

    from worker_lint.git_process import GitAtWork

_MOST = 4
"""Folders about which git is asked at once."""

_begun: dict[str, Question] = {}
"""The questions to which nobody has heard the answer, by the real path of their folder."""


class GitError(Exception):
    """Why git does not say what lies in a folder."""


class Question:
    """Which files git tracks or does not ignore below a folder of a checkout, and which of them hold a word."""

    def __init__(self, root: str) -> None:
        """Ask."""
        self.search = Search(root, tracked=True)
        self._git: GitAtWork | None = None
        with suppress(OSError):
            self._git = start(root, *LISTING)

    def listing(self) -> tuple[bytes, bytes]:
        """Return what git lists, and its warnings. Raises GitError where it lists nothing."""
        if self._git is None:
            raise GitError("git is not installed")
        status, listed, said = self._git.answer()
        if status != 0:  # no work tree, or one of another owner ("dubious ownership")
            why = said.decode("utf-8", "replace").splitlines() or [f"status {status}"]
            raise GitError(why[0].removeprefix("fatal: "))
        return listed, said

    def end(self) -> None:
        """Give it up."""
        self.search.end()
        if self._git is not None:
            self._git.end()


def ask(root: str | os.PathLike[str]) -> Question:
    """Return the question about the folder ``root`` of a checkout, which may have been asked already."""
    return _begun.pop(os.path.realpath(root), None) or Question(os.fspath(root))


def begin(folders: Sequence[str]) -> None:
    """Ask about ``folders``, which will be listed later."""
    for folder in folders[:_MOST]:
        real = os.path.realpath(folder)
        if real not in _begun and checkout_above(real) is not None:
            _begun[real] = Question(folder)


def forget() -> None:
    """Give up the questions to which nobody has heard the answer."""
    while _begun:
        _begun.popitem()[1].end()
