"""The syntax of a Python source as rules ask of it: looked at only where a word stands that they look for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from worker_lint.dataclass import dataclass
from worker_lint.locate.descent import node_at
from worker_lint.locate.elision import forget, parsed
from worker_lint.locate.forms import last_name, text_of
from worker_lint.locate.imports import Imports
from worker_lint.locate.places import Places
from worker_lint.locate.scopes import intact
from worker_lint.locate.values import python_value, unwrapped
from worker_lint.locate.words import present

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from tree_sitter import Node

    from worker_lint.locate.bodies import Body
    from worker_lint.locate.vocabulary import Vocabulary
    from worker_lint.site import Value

_STATEMENTS = ("expression_statement", "block", "module")
"""What may be nothing but one expression."""


@dataclass(frozen=True, eq=False)
class Module:
    """One Python source: its bytes as parsers want them, and its tree and its names once somebody asks for them."""

    code: bytes
    vocabulary: Vocabulary
    left_out: Sequence[Body] = ()
    """Bodies of functions that its tree may lack: who looks there raises UnseenError."""

    @cached_property
    def root(self) -> Node:
        """The root of its syntax tree, whatever Python it is in."""
        # Code in which no word stands outside of comments is not parsed at all.
        from worker_lint.locate.grammars import python_tree

        if self.left_out:
            root = parsed(self.code, self.left_out).root_node
            if not root.has_error:
                return root
            forget()
        return python_tree(self.code).root_node

    @cached_property
    def imports(self) -> Imports:
        """What its names stand for."""
        return Imports.of(self.code, self.root, self.vocabulary)

    @cached_property
    def places(self) -> Places:
        """Where its names stand."""
        return Places(self.code)

    def may_hold(self, names: Collection[str]) -> bool:
        """Return whether one of ``names`` stands in the code, be it in a comment or a string; nothing is parsed."""
        return bool(present(self.code, frozenset(names)))

    def words(self, words: Collection[str]) -> Iterator[Node]:
        """Yield the innermost node at each place where one of ``words`` stands as a whole word, in order.

        A search over bytes finds them: a file without the words costs next to nothing. Words in comments and strings
        are among them, as a ``comment`` or a ``string_content``.
        """
        for hit in self.places.occurrences(words):
            node = node_at(self.root, *hit)
            if node is not None:
                yield node

    def calls(self, names: Collection[str]) -> Iterator[Node]:
        """Yield each call of something whose last name is one of ``names``, as ``b`` is that of ``a.b()``."""
        for node in self.words(names):
            function = node
            if node.parent is not None and node.parent.type == "attribute":
                function = node.parent
            call = function.parent
            if call is None or call.type != "call" or call.child_by_field_name("function") != function:
                continue
            if last_name(function) == text_of(node):
                yield call

    def node(self, start: int, end: int) -> Node | None:
        """Return the outermost expression that is bytes ``start`` to ``end``, as a value is, or None."""
        found = node_at(self.root, start, end)
        if found is None or (found.start_byte, found.end_byte) != (start, end):
            return None
        while (above := found.parent) is not None and (above.start_byte, above.end_byte) == (start, end):
            if above.type in _STATEMENTS:
                break
            found = above
        return found

    def callee(self, call: Node) -> str | None:
        """Return the dotted name of what ``call`` calls, resolved through the imports; None where it has none."""
        return self.dotted(call.child_by_field_name("function"))

    def dotted(self, node: Node | None) -> str | None:
        """Return the dotted name that the expression ``node`` is, resolved through the imports, or None."""
        node = unwrapped(node) if node is not None else None
        if node is None or node.type not in ("identifier", "attribute"):
            return None
        return self.imports.resolve(text_of(node))

    def value(self, node: Node) -> Value:
        """Return the expression ``node`` as a value."""
        return python_value(node)

    def intact(self, node: Node) -> bool:
        """Return whether ``node`` stands in code that parses, so that a fix may touch it."""
        return intact(node)


def around(node: Node, *types: str) -> Node | None:
    """Return the innermost node of one of ``types`` around ``node``, itself left out, or None."""
    above = node.parent
    while above is not None and above.type not in types:
        above = above.parent
    return above
