"""What the names of a Python file stand for, as far as its own import statements tell."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from worker_lint.dataclass import dataclass, field
from worker_lint.locate.descent import outermost_at
from worker_lint.regex import regex

if TYPE_CHECKING:
    from tree_sitter import Node

    from worker_lint.locate.vocabulary import Loader, Vocabulary

_DEFAULT_LOADER = "torch.utils.data.DataLoader"


_FIRST = regex(rb"[ \t]*(?:from|import)\b")
# With the line break, which is searched for many times faster than a place behind one.
_FURTHER = regex(rb"\n[ \t]*(?:from|import)\b")
_STATEMENTS = ("import_statement", "import_from_statement")


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
        first = _FIRST.match(code)
        for match in chain((first,) if first else (), _FURTHER.finditer(code)):
            statement = outermost_at(root, match.end() - 1, match.end(), _STATEMENTS)
            if statement is not None:
                imports.add(statement)
        return imports

    def add(self, statement: Node) -> None:
        """Take in one ``import`` or ``from ... import`` statement."""
        module = _text(statement.child_by_field_name("module_name"))
        if module:
            self.modules.add(module)
        for child in statement.children_by_field_name("name"):
            local = child
            dotted = _text(child)
            if child.type == "aliased_import":
                dotted = _text(child.child_by_field_name("name"))
                alias = child.child_by_field_name("alias")
                local = alias if alias is not None else child
            if not module:
                self.modules.add(dotted)
            if module:
                self.names[_text(local)] = f"{module}.{dotted}"
            elif child.type == "aliased_import":
                self.names[_text(local)] = dotted
            else:  # import torch.utils.data binds the name torch
                top = dotted.partition(".")[0]
                self.names[top] = top
        if any(child.type == "wildcard_import" for child in statement.named_children):
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
    return node.text.decode("utf-8", "replace") if node is not None and node.text is not None else ""
