"""Which files to look at: arguments as they are given, folders by what git tracks or has not ignored."""

from __future__ import annotations

import os
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import TYPE_CHECKING

from worker_lint.errors import SourceError, UsageError
from worker_lint.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from worker_lint.recall.witness import Witness

# Stands for "some file in this folder", to ask whether a folder that cannot be listed is excluded as a whole.
_ANY_FILE = "<any file>"


class Found(NamedTuple):
    """A file to look at."""

    name: str
    """Its path as text: a Path of each file of a tree would cost more than all else that is done for most of them."""
    mentions: bool | None = None
    """Whether one of the words that ship with worker-lint may stand in it; None where nobody has looked."""

    @property
    def path(self) -> Path:
        """Its path."""
        return Path(self.name)


def discover(
    arguments: Sequence[Path],
    wanted: Callable[[str], bool],
    excluded: Callable[[str], bool],
    say: Callable[[str], object] = lambda notice: None,
    expect: Callable[[int], object] = lambda number: None,
    witness: Witness | None = None,
) -> Iterator[Found]:
    """Yield the files that ``arguments`` name, each once, folder by folder in the order of their bytes.

    A file that is named is yielded as it was given, whatever its name, unless ``excluded``: pre-commit names
    files, and an exclusion has to hold there too. Of a folder, the files that are ``wanted`` and not excluded
    are yielded, below the path that was given. A symbolic link counts as the file it leads to, which is
    yielded under its own name where that is among the files of the same folder argument. ``say`` takes notices,
    ``expect`` how many files a folder has, as soon as that is known, and the ``witness`` what is in a folder.

    Raises UsageError at once for an argument that is missing, and for one that is neither file nor folder.
    What cannot be read below a folder and is not excluded raises SourceError, but last, when all that can
    be read has been yielded: one locked folder hides no finding, and does not pass as checked either.
    """
    for argument in arguments:
        _check(argument)
    return _discover(arguments, wanted, excluded, say, expect, witness)


def beyond(
    places: Sequence[Path],
    folder: Path,
    wanted: Callable[[str], bool],
    excluded: Callable[[str], bool],
    witness: Witness | None = None,
) -> Iterator[Found]:
    """Yield the files below ``folder`` that discovery in ``places`` does not yield, as it would.

    Raises SourceError as discovery does.
    """
    known = {os.path.abspath(place) for place in places}  # noqa: PTH100 - links stay
    full = Path(os.path.abspath(folder))  # noqa: PTH100
    if not known.isdisjoint(map(os.fspath, (full, *full.parents))):
        return
    for found in _discover([folder], wanted, excluded, lambda notice: None, lambda number: None, witness):
        above = Path(os.path.abspath(found.name))  # noqa: PTH100
        if known.isdisjoint(map(os.fspath, (above, *above.parents))):
            yield found


def _discover(
    arguments: Sequence[Path],
    wanted: Callable[[str], bool],
    excluded: Callable[[str], bool],
    say: Callable[[str], object],
    expect: Callable[[int], object],
    witness: Witness | None,
) -> Iterator[Found]:
    identity = _Identity()
    seen: set[str] = set()
    unreadable: list[str] = []
    for argument in arguments:
        if argument.is_dir():
            files = _below(argument, wanted, excluded, say, expect, witness, identity, unreadable)
        else:
            name = os.fspath(argument)
            files = iter(() if excluded(name) else ((Found(name), argument.is_symlink(), True),))
        for found, is_link, is_alone in files:
            if len(arguments) > 1 or not is_alone:
                real = identity.of(found.name, is_link=is_link)
                if real in seen:
                    continue
                seen.add(real)
            yield found
    if unreadable:
        more = f" (and {len(unreadable) - 1} more)" if len(unreadable) > 1 else ""
        raise SourceError(f"{unreadable[0]}{more}; make it readable, or exclude it in the settings")


def _check(argument: Path) -> None:
    try:
        mode = argument.stat().st_mode
    except OSError as error:
        raise UsageError(f"{argument}: {os.strerror(error.errno or 0)}; name a file or a folder") from None
    if not (S_ISREG(mode) or S_ISDIR(mode)):
        raise UsageError(f"{argument}: neither a file nor a folder; name one, or pass the text to '-'")


def _below(
    folder: Path,
    wanted: Callable[[str], bool],
    excluded: Callable[[str], bool],
    say: Callable[[str], object],
    expect: Callable[[int], object],
    witness: Witness | None,
    identity: _Identity,
    unreadable: list[str],
) -> Iterator[tuple[Found, bool, bool]]:
    """Yield each file below ``folder``, whether it is a symbolic link, and whether no other is the same file."""
    from worker_lint.tree import list_tree  # only folders need git, and the import of what starts it

    tree = list_tree(folder, witness)
    expect(len(tree.files))
    if tree.refused:
        say(f"{folder}: git cannot list it ({tree.refused}); files that .gitignore names are left out, tracked or not")
    for name, reason in sorted(tree.unreadable.items()):
        if not excluded(os.fspath(folder / name / _ANY_FILE)):
            unreadable.append(f"{folder / name}: {reason}")
    links = set(tree.links)
    start = "" if folder == Path() else os.path.join(folder, "")  # noqa: PTH118
    own = {identity.of(start + name, is_link=False) for name in tree.files} if links else set()
    files: list[tuple[str, str]] = []
    try:
        for name in sorted([*tree.files, *tree.links], key=os.fsencode):
            path = start + (name if os.sep == "/" else name.replace("/", os.sep))
            if wanted(path) and not excluded(path):
                files.append((name, path))
    finally:
        tree.listen()
    for name, path in files:
        is_link = name in links
        if not (is_link and identity.of(path, is_link=True) in own):
            yield Found(path, None if is_link else tree.mentions(name)), is_link, not (is_link or tree.leads_astray)


class _Identity:
    """Tells whether two paths are one file: a symbolic link and its target are, two hard links are not."""

    def __init__(self) -> None:
        self._folders: dict[str, str] = {}

    def of(self, path: str, *, is_link: bool) -> str:
        if is_link:
            return os.path.realpath(path)
        # The folder is resolved once for all the files in it; that is most of the cost.
        folder, name = os.path.split(path)
        real = self._folders.get(folder)
        if real is None:
            real = self._folders[folder] = os.path.realpath(folder)
        return os.path.join(real, name)  # noqa: PTH118
