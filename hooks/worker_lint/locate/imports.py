"""What the names of a Python file stand for, as far as its own import statements tell."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from worker_lint.dataclass import dataclass, field
from worker_lint.locate.descent import outermost_at
from worker_lint.named_tuple import NamedTuple
from worker_lint.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from worker_lint.locate.vocabulary import Loader, Vocabulary

_DEFAULT_LOADER = "torch.utils.data.DataLoader"


_WORD = b"import"
_BEGINS = regex(rb"[ \t]*(?:from|import)\b|(?<=\\\n)|(?<=\\\r\n)")
"""The line in which the word stands that each statement has: it begins one, or a backslash continues it from above."""
_STATEMENTS = ("import_statement", "import_from_statement")
_PLAIN = regex(rb"(?:from[ \t]+([\w.]+)[ \t]+)?import(?:[ \t]+([\w., \t]+)|[ \t]*\(([\w,\s]+)\))")
"""A statement of nothing but names, which is read without its tree, as nearly all can be."""


@dataclass(slots=True)
class Imports:
    """The names that a file imports, each with its dotted name."""

    words: Vocabulary
    names: dict[str, str] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)
    """The modules of ``from module import *``."""
    modules: set[str] = field(default_factory=set)
    """The modules that are imported, or imported from."""
    _own_loader: bool | None = None
    """Whether the file itself defines a DataLoader, once that was looked up."""

    @classmethod
    def of(cls, code: bytes, root: Node, words: Vocabulary) -> Imports:
        """Return what the import statements anywhere in ``code`` say; ``root`` is its tree."""
        imports = cls(words)
        for start, end in _places(code):
            statement = outermost_at(root, start, end, _STATEMENTS)
            if statement is not None:
                imports.add(statement)
        return imports

    def add(self, statement: Node) -> None:
        """Take in one ``import`` or ``from ... import`` statement."""
        plain = None if statement.has_error else _plain(statement.text or b"")
        if plain is not None:
            self.modules.update(plain.modules)
            self.names.update(plain.names)
            return
        module = _text(statement.child_by_field_name("module_name"))
        for child in statement.children_by_field_name("name"):
            is_aliased = child.type == "aliased_import"
            dotted = _text(child.child_by_field_name("name") if is_aliased else child)
            self.modules.add(module or dotted)
            self.names.update([_bound(module, dotted, _text(child.child_by_field_name("alias")))])
        if any(child.type == "wildcard_import" for child in statement.named_children):
            self.modules.add(module)
            self.stars.append(module)

    def resolve(self, dotted: str) -> str | None:
        """Return the full dotted name of ``dotted`` as the file writes it, or None where it is no dotted name."""
        if not dotted:
            return None
        head, dot, rest = dotted.partition(".")
        return f"{self.names.get(head, head)}{dot}{rest}"

    def loader(self, callee: str | None, root: Node) -> Loader | None:
        """Return the known loader that ``callee``, a resolved name, is.

        A bare ``DataLoader`` that the file neither imports nor defines (a star import, a fragment, a notebook)
        is taken for torch's, unless a star import brings another library's.
        """
        if callee is None:
            return None
        loaders = self.words.loaders
        if callee in loaders:
            return loaders[callee]
        if callee.startswith("."):
            return self.words.own_loader(callee)
        if "." in callee or callee in self.names:
            return None
        for module in self.stars:
            if f"{module}.{callee}" in loaders:
                return loaders[f"{module}.{callee}"]
        if callee == "DataLoader" and not self.stars:
            if self._own_loader is None:
                self._own_loader = _defines(root, callee)
            return None if self._own_loader else loaders[_DEFAULT_LOADER]
        return None


def _places(code: bytes) -> Iterator[tuple[int, int]]:
    """Yield where the word ``import`` may stand in a statement, once a line."""
    start = code.find(_WORD)
    while start >= 0:
        line_end = code.find(b"\n", start)
        if _BEGINS.match(code, code.rfind(b"\n", 0, start) + 1):
            yield start, start + len(_WORD)
        start = code.find(_WORD, line_end) if line_end >= 0 else -1


class _Plain(NamedTuple):
    """What one statement says."""

    modules: frozenset[str]
    names: dict[str, str]


@lru_cache(maxsize=4096)  # the files of a tree import much the same
def _plain(statement: bytes) -> _Plain | None:
    """Return what ``statement`` says, or None where that takes its tree."""
    match = _PLAIN.fullmatch(statement)
    if match is None:
        return None
    module = (match[1] or b"").decode()
    parts = [name.split() for name in (match[2] or match[3]).decode().split(",") if name.strip()]
    if any(len(each) != 1 and (len(each) != 3 or each[1] != "as") for each in parts):
        return None
    names = dict(_bound(module, each[0], each[2] if len(each) == 3 else "") for each in parts)
    return _Plain(frozenset([module] if module else [each[0] for each in parts]), names)


def _bound(module: str, dotted: str, alias: str) -> tuple[str, str]:
    """Return the name that ``from module import dotted as alias`` binds, or ``import``, with what it stands for."""
    if module:
        return alias or dotted, f"{module}.{dotted}"
    top = dotted.partition(".")[0]
    return (alias, dotted) if alias else (top, top)  # import torch.utils.data binds the name torch


def _defines(root: Node, name: str) -> bool:
    """Return whether the module itself defines a class or function ``name``, or assigns to it."""
    for statement in root.named_children:
        node: Node | None = statement
        if statement.type == "decorated_definition":
            node = statement.child_by_field_name("definition")
        elif statement.type == "expression_statement":
            node = statement.named_children[0] if statement.named_children else None
        if node is None:
            continue
        bound = node.child_by_field_name("left" if node.type == "assignment" else "name")
        if bound is not None and _text(bound) == name:
            return True
    return False


def _text(node: Node | None) -> str:
    text = node.text if node is not None else None  # each look copies it
    return text.decode("utf-8", "replace") if text is not None else ""
