"""A worker count that a test for truth drops where it is 0."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from worker_lint.dataclass import dataclass
from worker_lint.locate.forms import text_of
from worker_lint.locate.values import unwrapped
from worker_lint.rules._reads import arguments

if TYPE_CHECKING:
    from tree_sitter import Node

    from worker_lint.locate.module import Module


@dataclass(frozen=True, slots=True)
class Dropped:
    """Where it is tested, and what comes of it."""

    count: Node
    """The expression that is tested for truth."""
    tested: Node
    """What a fix replaces: the count itself, ``not count``, or all of ``count or 8``."""
    mended: str | None
    """What to write there; None where that takes more than one expression."""
    instead: Node | None
    """What is used in the place of 0; None where something stays as it was."""
    target: str
    """What gets the count, or keeps what it had."""
    converted: bool = False
    """Whether the count is converted to an integer where it is used."""


def unconverted(node: Node) -> tuple[Node, bool]:
    """Return ``n`` for ``int(n)``, and whether it was converted; what needs that may be a string."""
    node = unwrapped(node)
    if node.type == "call" and text_of(node.child_by_field_name("function")) == "int" and len(arguments(node)) == 1:
        return unwrapped(arguments(node)[0]), True
    return node, False


def counts_with(target: str, module: Module) -> bool:
    """Return whether the file reckons with ``target``, so that 1 in the place of 0 is right."""
    name = re.escape(last_word(target)).encode()
    reckons = rb"[/%%*]\s*(?:\w+\.)*%(n)s\b|\b%(n)s\b\s*[*%%]|range\([^)\n]*\b%(n)s\b" % {b"n": name}
    return re.search(reckons, module.code) is not None


def last_word(target: str) -> str:
    """Return ``n`` of ``a.n`` or ``a["n"]``, as written."""
    return re.split(r"\W+", target.rstrip("\"'])"))[-1]
