"""The files of one folder: what git tracks or has not ignored, or a walk that honours .gitignore."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path
from stat import S_ISDIR, S_ISLNK, S_ISREG
from typing import TYPE_CHECKING

from worker_lint.dataclass import dataclass, field
from worker_lint.git_questions import GitError, ask, checkout_above
from worker_lint.git_search import Search, is_searched
from worker_lint.gitignore import Gitignore
from worker_lint.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterable

_FEW = 200
"""Files below which a search of their own does not pay."""
_MOST_FOLDERS = 100
"""Folders that a search is told to leave out: each costs a look at each path."""
_UNREADABLE = regex(rb"warning: could not open directory '(.*?)': ([^\n']*)\n(?=warning: |\Z)", re.DOTALL)
"""What git says of a folder; a line break in its name stays one."""


@dataclass(slots=True)
class Tree:
    """What lies below ``root``; paths are relative to it, with ``/`` between their parts, in no order."""

    root: Path
    files: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    """Symbolic links to files. Links to folders are not followed, as in git: they may lead in a circle."""
    unreadable: dict[str, str] = field(default_factory=dict)
    """What could not be read, folders (``.`` is the root itself) and .gitignore files, and why."""
    leads_astray: bool = False
    """Whether some files are below a link to a folder, and may be here under another name as well."""
    refused: str = ""
    """Why git did not list what lies in its checkout."""
    known: dict[str, bool] = field(default_factory=dict)
    """Whether a word stands in files of checkouts within this one."""
    search: Search | None = None
    """What git does meanwhile."""
    searched: list[str] = field(default_factory=list)
    """The files for which the search will speak."""

    def add(self, path: str) -> None:
        """Take note of ``path`` if it is a file; a checkout within this one is listed for itself."""
        full = os.path.join(self.root, path)  # noqa: PTH118 - a Path for each of 100,000 names takes a second
        try:
            mode = os.lstat(full).st_mode
        except (FileNotFoundError, NotADirectoryError):
            return  # tracked and deleted
        except OSError as error:
            self.unreadable.setdefault(path.rpartition("/")[0] or ".", _reason(error))
            return
        if S_ISREG(mode):
            self.files.append(path)
        elif S_ISLNK(mode):
            if Path(full).is_file():
                self.links.append(path)
        elif S_ISDIR(mode):
            self.include(path.rstrip("/"))

    def include(self, folder: str) -> None:
        """Take note of what the checkout in ``folder`` holds: a submodule, or a stray repository."""
        below = Tree(self.root / folder)
        # A submodule never initialised has no .git of its own, and git would answer for the checkout above.
        below.fill(by_git=os.path.lexists(below.root / ".git"))
        self.leads_astray |= below.leads_astray
        self.files.extend(f"{folder}/{path}" for path in below.files)
        self.links.extend(f"{folder}/{path}" for path in below.links)
        self.known.update((f"{folder}/{path}", mentions) for path, mentions in below.mentions().items())
        for path, reason in below.unreadable.items():
            self.unreadable[folder if path == "." else f"{folder}/{path}"] = reason

    def fill(self, *, by_git: bool) -> None:
        """Take note of every file below the root."""
        if not (by_git and self._fill_by_git()):
            _walk(self)

    def _fill_by_git(self) -> bool:
        """Take note of what git lists, if it lists anything."""
        question = ask(self.root)
        try:
            listed, said = question.listing()
        except GitError as error:
            self.refused = str(error)
            question.end()
            return False
        self.search = question.search
        # As a dictionary, because a file in an unfinished merge is listed once a stage.
        paths = {os.fsdecode(name): is_plain for name, is_plain in map(_read, listed.split(b"\0")[:-1])}
        top, real = checkout_above(self.root) or os.fspath(self.root), self.root.resolve()
        for name, reason in _UNREADABLE.findall(said):  # named from the top of the checkout
            self.unreadable[os.path.relpath(os.path.join(top, os.fsdecode(name)), real)] = reason.decode()  # noqa: PTH118
        self.leads_astray = self._holds_links_among(paths)
        if self.leads_astray:  # git looks for nothing behind them
            self.search.end()
            self.search = None
        for path, is_plain in paths.items():
            self.add(path)
            if is_plain:
                self.searched.append(path)
        return True

    def _holds_links_among(self, paths: Iterable[str]) -> bool:
        """Return whether a folder of ``paths``, which git has in its index, is a link to another by now."""
        folders: set[str] = set()
        for path in paths:
            folder = path.rpartition("/")[0]
            while folder and folder not in folders:
                folders.add(folder)
                folder = folder.rpartition("/")[0]
        return any(os.path.islink(os.path.join(self.root, folder)) for folder in folders)  # noqa: PTH114, PTH118

    def mentions(self) -> dict[str, bool]:
        """Return of each file in which git could look whether a word may stand in it.

        Of symbolic links it says nothing that is true. Waits for git, if it is not done.
        """
        hits = None if self.search is None else self.search.hits()
        if hits is not None:
            self.known.update((path, path in hits) for path in self.searched if is_searched(path))
        return self.known


def list_tree(root: Path) -> Tree:
    """Return the files below ``root``, by git where ``root`` lies in a checkout that git will read."""
    tree = Tree(root)
    tree.fill(by_git=checkout_above(root) is not None)
    return tree


def _read(entry: bytes) -> tuple[bytes, bool]:
    """Return the path of an entry of git's listing, and whether it is a plain file of the index."""
    if entry.startswith(b"? "):
        return entry[2:], False
    # A letter (H is no special case; others and small ones tell git not to look at the disk), mode, hash and stage.
    about, _, name = entry.partition(b"\t")
    return name, about.startswith(b"H 100")


def _walk(tree: Tree) -> None:
    """Fill ``tree`` without git. A checkout met on the way is asked for its own listing."""
    ignores, prefix = _ignores_above(tree)
    pending = [("", ignores)]
    passed_over: list[str] = []
    while pending:
        folder, ignores = pending.pop()
        try:
            with os.scandir(tree.root / folder) as opened:
                entries = {entry.name: entry for entry in opened}
        except OSError as error:
            tree.unreadable[folder or "."] = _reason(error)
            continue
        if folder and ".git" in entries:
            tree.include(folder)
            continue
        if ".gitignore" in entries and entries[".gitignore"].is_file(follow_symlinks=False):
            ignores = _with_gitignore(ignores, tree, folder, f"{prefix}{folder}".rstrip("/"))
        for name, entry in entries.items():
            path = f"{folder}/{name}" if folder else name
            is_folder = entry.is_dir(follow_symlinks=False)
            if name == ".git" or ignores.ignores(prefix + path, is_folder=is_folder):
                if is_folder:
                    passed_over.append(path)
            elif is_folder:
                pending.append((path, ignores))
            elif entry.is_file(follow_symlinks=False):
                tree.files.append(path)
                tree.searched.append(path)
            elif entry.is_symlink():
                tree.add(path)
    if len(tree.searched) >= _FEW:
        tree.search = Search(tree.root, tracked=False, without=passed_over[:_MOST_FOLDERS])


def _ignores_above(tree: Tree) -> tuple[Gitignore, str]:
    """Return the .gitignore files above ``tree`` in its checkout, and its path from the top, with a ``/``."""
    root = tree.root.resolve()
    checkout = checkout_above(root)
    top = root if checkout is None else Path(checkout)
    ignores = Gitignore()
    if top == root:
        return ignores, ""
    parts = root.relative_to(top).parts
    for depth in range(len(parts)):
        above = top.joinpath(*parts[:depth])
        if (above / ".gitignore").is_file():
            ignores = _with_gitignore(ignores, tree, os.path.relpath(above, root), "/".join(parts[:depth]))
    return ignores, "/".join((*parts, ""))


def _with_gitignore(ignores: Gitignore, tree: Tree, folder: str, name: str) -> Gitignore:
    """Return ``ignores`` and those of ``folder``, which is called ``name`` from the top of the checkout."""
    try:
        text = (tree.root / folder / ".gitignore").read_bytes().decode("utf-8-sig", "surrogateescape")
    except OSError as error:
        tree.unreadable[f"{folder}/.gitignore".removeprefix("/")] = _reason(error)
        return ignores
    return ignores.extended(text, name)


def _reason(error: OSError) -> str:
    return os.strerror(error.errno or errno.EIO)
