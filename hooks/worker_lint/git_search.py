"""Which files of a folder hold one of the words without which none concerns worker-lint, as ``git grep`` tells.

It reads a tree in several threads, in a fifth of the time that Python takes to read and search the same files, and
beside what this process does meanwhile. It is asked only for what it surely reads as they lie on the disk: every file
for which it does not answer is read here.
"""

from __future__ import annotations

import os
from contextlib import suppress

from worker_lint.git import checkout_above, index_of
from worker_lint.git_process import start
from worker_lint.languages import NAMES, SUFFIXES
from worker_lint.recall.states import ABSENT, state_of
from worker_lint.stems import STEMS, WIDE_MARKS

TYPE_CHECKING = False  # as type checkers know it; the import of ``typing`` would be waited for
if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from worker_lint.git_process import GitAtWork

_SUFFIXES = frozenset(suffix for suffix, language in SUFFIXES.items() if language != "markdown")
"""Of the files that are searched; documents are not, because few settings want them."""
_PATTERNS = (*STEMS, *WIDE_MARKS, rb"\x00")
"""Regular expressions; a NUL byte tells of UTF-16 and UTF-32, in which the words have other bytes."""


def is_searched(path: str) -> bool:
    """Return whether the name of a file is one that a search looks at.

    Names beyond ASCII are not: file systems and git may spell them in more than one way.
    """
    name = path.rpartition("/")[2].lower()
    stem, dot, suffix = name.rpartition(".")
    return path.isascii() and ((stem and dot + suffix in _SUFFIXES) or name.partition(".")[0] in NAMES)


class Search:
    """A search of the files below a folder, under way."""

    def __init__(self, root: str | Path, *, tracked: bool, without: Iterable[str] = ()) -> None:
        """Begin. ``tracked`` files of the checkout are searched, or else all files, but those in the folders
        ``without``, which are relative to ``root``.
        """  # noqa: D205
        options = ("--no-color", "--no-full-name", "--no-recurse-submodules", "--no-textconv")
        patterns = [word for pattern in _PATTERNS for word in (b"-e", pattern)]
        places = [f":(icase)*{each}" for each in (*sorted(_SUFFIXES), *(f"{name}*" for name in sorted(NAMES)))]
        places += [f":(exclude,literal){folder}" for folder in without]
        asked = ("--files-with-matches", "--null", "--text", "--perl-regexp")
        where = () if tracked else ("--no-index",)
        # What git has in its index while it searches is what it searches; another git reads it for the listing.
        top = checkout_above(root) if tracked else None
        self._index = None if top is None else index_of(top)
        self._before = self._state()
        self._git: GitAtWork | None = None
        with suppress(OSError):
            self._git = start(os.fspath(root), "grep", *where, *options, *asked, *patterns, "--", *places)

    def _state(self) -> str:
        return ABSENT if self._index is None else state_of(self._index)

    def end(self) -> None:
        """Give it up."""
        if self._git is not None:
            self._git.end()
            self._git = None

    def hits(self) -> frozenset[str] | None:
        """Return the files in which a word stands, relative to the folder; None where git cannot say."""
        if self._git is None:
            return None
        status, found, trouble = self._git.answer()
        # 1 stands for "nowhere". Who could not read a file says so, and ends as if it had no word; of a file that is
        # gone git says nothing, and neither does anybody else. With another index, others would have been searched.
        if status not in (0, 1) or trouble or self._state() != self._before:
            return None
        return frozenset(map(os.fsdecode, found.split(b"\0")[:-1]))
