"""What a run has looked at, and what it saw there, before it read any of it."""

from __future__ import annotations

import os
from contextlib import suppress
from stat import S_IROTH, S_IXOTH
from typing import TYPE_CHECKING

from worker_lint.recall.answer import Grounds
from worker_lint.recall.states import FILE, FOLDER, LINK, UNKNOWN, last_change, state_after, state_by
from worker_lint.settled import is_settled

if TYPE_CHECKING:
    from worker_lint.recall.answer import Listing


_OPEN = {FILE: S_IROTH, FOLDER: S_IXOTH}
"""The permission with which others may read what is in a file, or in a folder."""
_MOST_LISTINGS = 8
"""Folders that git is asked about at once, where an answer may be given again: each is a process."""


class Witness:
    """Takes note of what a run looks at outside of worker-lint itself.

    To be right, it has to be told of every file that is read or only asked for, and of every listing: the rest of the
    program looks through ``lstat`` and ``see``, and says ``doubt`` where it looks in other ways.
    """

    def __init__(self, begun: int) -> None:
        """Take when the run has ``begun``, before it looked at anything, in nanoseconds since the epoch."""
        self._begun = begun
        self._sure = True
        self.is_private = False
        """Whether others may not read some of the files that were looked at."""
        self._states: dict[str, str] = {}
        self._listings: list[Listing] = []

    def __reduce__(self) -> tuple[type[Witness], tuple[int]]:
        """Let another process have one of its own: this one's has looked at all that others are told of."""
        return Witness, (self._begun,)

    def lstat(self, path: str) -> os.stat_result:
        """Return what ``os.lstat`` does, and raise what it raises."""
        if not self._sure:  # then there is no use in more
            return os.lstat(path)
        try:
            found = os.lstat(path)
        except OSError as error:
            state = self._states.setdefault(path, state_after(error))
            self._sure = state != UNKNOWN
            raise
        if path not in self._states:
            state = self._states[path] = state_by(path, found)
            # A folder that was moved away for a moment, and back, shows that in its own times alone.
            settled = is_settled(max(found.st_mtime_ns, found.st_ctime_ns), self._begun)
            self._sure = settled and state != UNKNOWN
            self.is_private |= not found.st_mode & _OPEN.get(state[0], S_IROTH)
            if state[0] == LINK:
                self.see(os.path.realpath(path))
        return found

    def see(self, path: str) -> None:
        """Take note of what lies at ``path``, if anything does."""
        with suppress(OSError):
            self.lstat(path)

    def see_file(self, path: str) -> None:
        """Take note of the file at ``path``, which will be read, before it is: also by a name such as /dev/stdin."""
        self.see(path)
        self.see(real := os.path.realpath(path))
        self._sure &= self._states.get(real, UNKNOWN)[0] == FILE

    def hear(self, listing: Listing) -> None:
        """Take note of a ``listing``."""
        self._listings.append(listing)
        self._sure &= len(self._listings) <= _MOST_LISTINGS

    def doubt(self) -> None:
        """Take note that something was looked at that has no state, or one that does not tell it again."""
        self._sure = False

    def grounds(self, surroundings: str, machine: str) -> Grounds | None:
        """Return what an answer rests on that was given now; None where a change of it might not be noticed.

        ``surroundings`` stands for what every verdict rests on; ``machine`` is the running one, where counts were
        judged by it.
        """
        if not (self._sure and self._listings):
            return None
        # What changed last will often be what changes next, and is then seen first.
        changes = sorted(((last_change(state), path) for path, state in self._states.items()), reverse=True)
        return Grounds(surroundings, machine, {path: self._states[path] for _, path in changes}, self._listings)
