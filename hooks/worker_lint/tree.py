"""The files of one folder: what git tracks or has not ignored, or a walk that honours .gitignore."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path
from stat import S_ISDIR, S_ISLNK, S_ISREG
from typing import TYPE_CHECKING

from worker_lint.dataclass import dataclass, field
from worker_lint.git import checkout_above
from worker_lint.git_listing import GitError, ask
from worker_lint.git_search import Search, is_searched
from worker_lint.gitignore import Gitignore
from worker_lint.recall.answer import Listing
from worker_lint.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterable

    from worker_lint.recall.witness import Witness

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
    search: Search | None = None
    """What git does meanwhile."""
    searched: dict[str, bool] = field(default_factory=dict)
    """Whether the search will speak for a file, so far as its name is one that is searched."""
    hits: frozenset[str] | None = None
    """The files in which it found a word, once it was waited for; None where it has nothing to say."""
    known: dict[str, bool | None] = field(default_factory=dict)
    """Whether a word may stand in the files of checkouts within this one."""
    witness: Witness | None = None
    """Who takes note of what is looked at."""

    def add(self, path: str, start: str) -> None:
        """Take note of ``path`` if it is a file; a checkout within this one is listed for itself.

        ``start`` is what the paths of files begin with, as text: a Path for each of 100,000 takes a second.
        """
        full = start + path
        try:
            mode = self.lstat(full).st_mode
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

    def lstat(self, path: str) -> os.stat_result:
        """Return what ``os.lstat`` does, and raise what it raises."""
        return os.lstat(path) if self.witness is None else self.witness.lstat(path)

    def include(self, folder: str) -> None:
        """Take note of what the checkout in ``folder`` holds: a submodule, or a stray repository."""
        self.doubt()
        below = Tree(self.root / folder)
        # A submodule never initialised has no .git of its own, and git would answer for the checkout above.
        below.fill(by_git=os.path.lexists(below.root / ".git"))
        self.leads_astray |= below.leads_astray
        self.files.extend(f"{folder}/{path}" for path in below.files)
        self.links.extend(f"{folder}/{path}" for path in below.links)
        below.listen()
        self.known.update((f"{folder}/{path}", below.mentions(path)) for path in below.files)
        for path, reason in below.unreadable.items():
            self.unreadable[folder if path == "." else f"{folder}/{path}"] = reason

    def fill(self, *, by_git: bool) -> None:
        """Take note of every file below the root."""
        if not (by_git and self._fill_by_git()):
            self.doubt()
            _walk(self)

    def doubt(self) -> None:
        """Let the witness know that it is not told of all that is looked at."""
        if self.witness is not None:
            self.witness.doubt()

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
        self.searched = dict(map(_read, os.fsdecode(listed).split("\0")[:-1]))
        top, real = checkout_above(self.root) or os.fspath(self.root), self.root.resolve()
        for name, reason in _UNREADABLE.findall(said):  # named from the top of the checkout
            self.unreadable[os.path.relpath(os.path.join(top, os.fsdecode(name)), real)] = reason.decode()  # noqa: PTH118
        if self.witness is not None:
            self.witness.hear(Listing(os.fspath(self.root), listed))
            for folder in (real, *real.parents):
                self.witness.see(os.fspath(folder))
                if os.fspath(folder) == top:
                    break
        if said:
            self.doubt()
        self.leads_astray = self._holds_links_among(self.searched)
        if self.leads_astray:  # git looks for nothing behind them
            self.doubt()
            self.search.end()
            self.search = None
        start = os.path.join(self.root, "")  # noqa: PTH118
        for path in self.searched:
            self.add(path, start)
        return True

    def _holds_links_among(self, paths: Iterable[str]) -> bool:
        """Return whether a folder of ``paths``, which git has in its index, is a link to another by now."""
        folders: set[str] = set()
        for path in paths:
            folder = path.rpartition("/")[0]
            while folder and folder not in folders:
                folders.add(folder)
                folder = folder.rpartition("/")[0]
        return any(self._is_link(os.path.join(self.root, folder)) for folder in folders)  # noqa: PTH118

    def _is_link(self, path: str) -> bool:
        try:
            return S_ISLNK(self.lstat(path).st_mode)
        except OSError:
            return False

    def listen(self) -> None:
        """Wait for what the search has to say."""
        self.hits = None if self.search is None else self.search.hits()

    def mentions(self, path: str) -> bool | None:
        """Return whether a word may stand in the file ``path``, as far as the search has said; of links it cannot."""
        if self.hits is not None and self.searched.get(path) and is_searched(path):
            return path in self.hits
        return self.known.get(path)


def list_tree(root: Path, witness: Witness | None = None) -> Tree:
    """Return the files below ``root``, by git where ``root`` lies in a checkout that git will read."""
    tree = Tree(root, witness=witness)
    tree.fill(by_git=checkout_above(root) is not None)
    return tree


def _read(entry: str) -> tuple[str, bool]:
    """Return the path of an entry of git's listing, and whether it is a plain file of the index."""
    if entry.startswith("? "):
        return entry[2:], False
    # A letter (H is no special case; others and small ones tell git not to look at the disk), mode, hash and stage.
    about, _, name = entry.partition("\t")
    return name, about.startswith("H 100")


def _walk(tree: Tree) -> None:
    """Fill ``tree`` without git. A checkout met on the way is asked for its own listing."""
    ignores, prefix = _ignores_above(tree)
    pending = [("", ignores)]
    passed_over: list[str] = []
    start = os.path.join(tree.root, "")  # noqa: PTH118
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
                tree.searched[path] = True
            elif entry.is_symlink():
                tree.add(path, start)
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
