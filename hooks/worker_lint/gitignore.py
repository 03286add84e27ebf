"""gitignore patterns: over the paths below one folder, and as nested .gitignore files add up.

Git decides folder by folder, and a folder that is ignored is never entered. Libraries that match whole paths
cannot answer that question about a folder (pathspec 1.1 says of ``*``, ``!*/``, ``!*.py`` that ``src/`` is
ignored; git enters it), so patterns are translated here, and a test holds the outcome against git itself.
"""

from __future__ import annotations

import re
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

from worker_lint.glob import translate
from worker_lint.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


class Pattern(NamedTuple):
    """One line of a .gitignore: which paths it matches, and whether it ignores them or brings them back."""

    regex: str
    ignores: bool
    only_folders: bool


def parse(line: str, folder: str = "") -> Pattern | None:
    """Return what ``line`` means in the .gitignore of ``folder``; None where it can match nothing."""
    text = _without_trailing_spaces(line)
    if text.startswith("#"):
        return None
    ignores = not text.startswith("!")
    body = text if ignores else text[1:]
    only_folders = body.endswith("/")
    body = body.removesuffix("/")
    is_path = "/" in body
    glob = translate(body.removeprefix("/"), is_path=is_path)
    if not glob:
        return None
    # A slash at the start or within ties the pattern to the folder; without one it holds at any depth.
    depth = "" if is_path else "(?:.*/)?"
    base = re.escape(f"{folder}/") if folder else ""
    return Pattern(f"{base}{depth}{glob}", ignores, only_folders)


def _without_trailing_spaces(line: str) -> str:
    text = line.rstrip(" ")
    backslashes = len(text) - len(text.rstrip("\\"))
    return f"{text} " if backslashes % 2 and text != line else text


class Gitignore:
    """The patterns in force in one folder: those of its .gitignore after those of the folders above it."""

    def __init__(self, patterns: Iterable[Pattern] = ()) -> None:
        self._patterns = tuple(patterns)

    def __getstate__(self) -> dict[str, object]:
        """Return what another process needs: the functions that were made of the patterns cannot be sent."""
        return {"_patterns": self._patterns}

    def extended(self, text: str, folder: str) -> Gitignore:
        """Return these and the lines ``text`` of the .gitignore in ``folder``, relative to the top ("")."""
        lines = (parse(line.removesuffix("\r"), folder) for line in text.split("\n"))
        return Gitignore((*self._patterns, *(pattern for pattern in lines if pattern is not None)))

    def ignores(self, path: str, *, is_folder: bool) -> bool:
        """Return whether ``path`` is ignored, where no folder above it is."""
        return self._for_folders(path) if is_folder else self._for_files(path)

    @cached_property
    def _for_folders(self) -> Callable[[str], bool]:
        return _last_match(self._patterns)

    @cached_property
    def _for_files(self) -> Callable[[str], bool]:
        return _last_match([pattern for pattern in self._patterns if not pattern.only_folders])


def _last_match(patterns: Sequence[Pattern]) -> Callable[[str], bool]:
    """Return the function that says whether the last of ``patterns`` that matches a path ignores it."""
    if not patterns:
        return lambda path: False
    # The last pattern is tried first, and its group says which one matched.
    groups = "|".join(f"({pattern.regex})" for pattern in reversed(patterns))
    match = re.compile(f"(?:{groups})\\Z", re.DOTALL).match

    def decide(path: str) -> bool:
        found = match(path)
        return found is not None and patterns[-(found.lastindex or 0)].ignores

    return decide


class PathPatterns:
    """gitignore patterns as settings write them; a path below a folder that matches, matches, as in git."""

    def __init__(self, lines: Iterable[str]) -> None:
        """Compile ``lines``; raises ValueError, in one line, for one that can match nothing."""
        self._rules = Gitignore(_parsed(line) for line in lines)
        self._folders: dict[str, bool] = {"": False}

    def match(self, path: str) -> bool:
        """Return whether the file ``path`` matches; it is relative, with ``/`` between its parts."""
        return self._cover(path.rpartition("/")[0]) or self._rules.ignores(path, is_folder=False)

    def _cover(self, folder: str) -> bool:
        # Git never looks below a folder that matches, so no later "!pattern" brings a file in it back.
        # Remembered by folder: ten thousand paths share a few hundred of them.
        known = self._folders.get(folder)
        if known is not None:
            return known
        covered = False
        for above in accumulate(folder.split("/"), "{}/{}".format):
            if above not in self._folders:
                self._folders[above] = covered or self._rules.ignores(above, is_folder=True)
            covered = self._folders[above]
        return covered


def _parsed(line: str) -> Pattern:
    pattern = parse(line)
    if pattern is None:
        raise ValueError(f"{line!r} matches no path; write a gitignore pattern, as in 'configs/**'")
    return pattern
