"""What comes of arithmetic on a count of CPUs, for a machine of so many."""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING

from worker_lint.locate.forms import last_name, text_of
from worker_lint.locate.values import python_value, unwrapped
from worker_lint.rules._cpu_counts import PASSING, counted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tree_sitter import Node

    from worker_lint.locate.module import Module

_OPERATORS: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "//": operator.floordiv,
    "/": operator.truediv,
}


class Arithmetic:
    """The arithmetic of counts, for a machine of so many CPUs."""

    def __init__(self, module: Module, names: Mapping[str, Node]) -> None:
        self._module = module
        self._names = names

    def at_most(self, node: Node, cpus: int, *, exactly: bool = False) -> float | None:
        """Return the most that the expression at ``node`` can be on ``cpus`` CPUs; None where that is not known.

        Of ``min(n, 4)`` that is 4, whatever ``n`` is. With ``exactly``, nothing may be left open.
        """
        node = unwrapped(node)
        match node.type:
            case "integer":
                return python_value(node).number
            case "identifier" if text_of(node) in self._names:
                return self.at_most(self._names[text_of(node)], cpus, exactly=exactly)
            case "binary_operator":
                return self._binary(node, cpus, exactly)
            case "boolean_operator" if text_of(node.child_by_field_name("operator")) == "or":
                left = node.child_by_field_name("left")
                return self.at_most(left, cpus, exactly=True) or None if left is not None else None
            case "call":
                return self._call(node, cpus, exactly)
        return None

    def _binary(self, node: Node, cpus: int, exactly: bool) -> float | None:
        sign = text_of(node.child_by_field_name("operator"))
        sides = (node.child_by_field_name("left"), node.child_by_field_name("right"))
        if sides[0] is None or sides[1] is None or sign not in _OPERATORS:
            return None
        # Only of a sum, and of what something is taken from, does the most tell the most of the whole.
        left = self.at_most(sides[0], cpus, exactly=exactly or sign not in "+-")
        right = self.at_most(sides[1], cpus, exactly=exactly or sign != "+")
        if left is None or right is None or (right == 0 and "/" in sign):
            return None
        return _OPERATORS[sign](left, right)

    def _call(self, node: Node, cpus: int, exactly: bool) -> float | None:
        function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        if self._is_count(node):
            return cpus
        name = last_name(function)
        if name not in PASSING or arguments is None:
            return None
        inner = [child for child in arguments.named_children if child.type != "comment"]
        if name in ("min", "max") and len(inner) == 1 and inner[0].type in ("list", "tuple"):
            inner = [child for child in inner[0].named_children if child.type != "comment"]
        values = [self.at_most(child, cpus, exactly=exactly or name == "abs") for child in inner]
        known = [value for value in values if value is not None]
        if not known or (len(known) < len(values) and (exactly or name != "min")):
            return None
        match name:
            case "min":
                return min(known)
            case "max":
                return max(known)
            case "abs":
                return abs(known[0])
            case "ceil":
                return math.ceil(known[0])
            case "floor":
                return math.floor(known[0])
        return int(known[0])

    def _is_count(self, node: Node) -> bool:
        inner = node
        if text_of(node.child_by_field_name("function")) == "len":
            arguments = node.child_by_field_name("arguments")
            inner = arguments.named_children[0] if arguments is not None and arguments.named_children else node
        return inner.type == "call" and counted(inner, self._module.callee(inner) or "") == node
