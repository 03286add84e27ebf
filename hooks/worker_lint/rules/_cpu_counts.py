"""Where a count of CPUs that a Python program reads becomes a loader's worker count."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from worker_lint.dataclass import dataclass
from worker_lint.locate.forms import last_name, text_of
from worker_lint.locate.scopes import scope_of, scopes_around

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tree_sitter import Node

    from worker_lint.locate.module import Module
    from worker_lint.site import Document, Site

HOST_COUNTS = frozenset(
    {"os.cpu_count", "multiprocessing.cpu_count", "torch.multiprocessing.cpu_count", "psutil.cpu_count"}
)
"""Functions that count the CPUs of the whole machine."""
OWN_COUNTS = frozenset({"os.process_cpu_count", "joblib.cpu_count", "os.sched_getaffinity"})
"""Functions that count those which the process may use, ``os.sched_getaffinity`` inside a ``len()``."""
PASSING = frozenset({"min", "max", "int", "round", "abs", "floor", "ceil"})
"""Functions whose result is one of their arguments, or nearly so."""

_MARKS = (b"cpu_count", b"sched_getaffinity")
_NAMES = frozenset({"cpu_count", "process_cpu_count", "sched_getaffinity"})
_SHRINKING = frozenset({"-", "/", "//"})
"""Operators whose right side does not size what comes of them."""
_SURE = 75
"""The confidence, in percent, that it takes: pools for preprocessing are sized by the CPUs more often than loaders."""
_MOST_NAMES = 2
"""Names that a count of CPUs is followed through."""

Span = tuple[int, int]
_Followed = tuple["Site", tuple[str, ...], "Mapping[str, Node]"]


@dataclass(frozen=True, slots=True)
class Sized:
    """A count of CPUs, and the worker count that is made of it."""

    count: Node
    """The call that counts; with ``len()`` around it where it gives a set."""
    callee: str
    site: Site
    bounds: tuple[str, ...]
    """What else may be the less of it: the other arguments of each ``min`` on the way, as written."""
    names: Mapping[str, Node]
    """The names on the way, with what each of them is assigned."""


def sized(document: Document) -> Iterator[Sized]:
    """Yield each count of CPUs in ``document`` that goes into a site's value, with the first such site.

    It is followed through arithmetic, ``min`` and ``max``, the branches of conditional expressions, and plain names
    that functions around the site, or the module, assign it to.
    """
    module = document.module
    if module is None or not document.sites or not any(mark in module.code for mark in _MARKS):
        return
    open_sites = (site for site in document.sites if site.confidence >= _SURE and not site.value.literal)
    sites = {(site.value.start, site.value.end): site for site in open_sites}
    if not sites:
        return
    way = _Way(module, sites)
    for call in module.calls(_NAMES):
        callee = module.callee(call) or ""
        count = counted(call, callee)
        found = way.of(count) if count is not None else None
        if count is not None and found is not None:
            yield Sized(count, callee, *found)


def counted(call: Node, callee: str) -> Node | None:
    """Return the expression around ``call``, of ``callee``, that is a number of CPUs; None where there is none."""
    if callee != "os.sched_getaffinity":
        return call if callee in HOST_COUNTS | OWN_COUNTS else None
    outer = call.parent.parent if call.parent is not None else None
    is_length = outer is not None and outer.type == "call" and text_of(outer.child_by_field_name("function")) == "len"
    return outer if is_length else None


class _Way:
    """The ways from expressions to the sites that are made of them, each gone once however many places begin there."""

    def __init__(self, module: Module, sites: Mapping[Span, Site]) -> None:
        self._module = module
        self._sites = sites
        self._uses: dict[str, dict[int, list[Node]]] = {}
        self._leading: dict[tuple[str, int, frozenset[str]], list[tuple[int, _Followed]]] = {}

    def of(self, node: Node, names: frozenset[str] = frozenset()) -> _Followed | None:
        """Return the site whose value is made of ``node``, with the bounds and the names on the way, or None.

        ``names`` are those that were on the way to it.
        """
        bounds: list[str] = []
        while (site := self._sites.get((node.start_byte, node.end_byte))) is None:
            above = _above(node, bounds)
            if above is None:
                break
            node = above
        if site is not None:
            return site, tuple(bounds), {}
        target = _target(node)
        if target is None or len(names) == _MOST_NAMES:
            return None
        name = text_of(target)
        leading = self._from_uses(name, scope_of(target), names | {name})
        behind = bisect_left(leading, -node.end_byte, key=_negated_start)
        if not behind:
            return None
        site, further, others = leading[behind - 1][1]
        return site, (*bounds, *further), {name: node, **others}

    def _from_uses(self, name: str, scope: int, names: frozenset[str]) -> list[tuple[int, _Followed]]:
        """Return where the ``name`` of a ``scope`` is used so that a site is made of it, the last place first."""
        key = name, scope, names
        if key not in self._leading:
            # What follows one use are later ones: they are known by then, as in n = n // 2.
            found = self._leading[key] = []
            for use in reversed(self._uses_in(name).get(scope, ())):
                way = self.of(use, names)
                if way is not None:
                    found.append((use.start_byte, way))
        return self._leading[key]

    def _uses_in(self, name: str) -> dict[int, list[Node]]:
        """Return each place of ``name`` by the scopes in which it is looked up."""
        if name not in self._uses:
            found = self._uses[name] = {}
            for use in self._module.words({name}):
                for scope in scopes_around(use) if use.type == "identifier" else ():
                    found.setdefault(scope, []).append(use)
        return self._uses[name]


def _negated_start(place: tuple[int, _Followed]) -> int:
    return -place[0]


def _target(node: Node) -> Node | None:
    """Return the plain name that ``node`` is assigned to, or None."""
    above = node.parent
    if above is None or above.type != "assignment" or above.child_by_field_name("right") != node:
        return None
    left = above.child_by_field_name("left")
    return left if left is not None and left.type == "identifier" else None


def _above(node: Node, bounds: list[str]) -> Node | None:
    """Return the expression around ``node`` whose size is that of ``node``, as far as ``bounds`` let it be."""
    above = node.parent
    if above is None:
        return None
    match above.type:
        case "parenthesized_expression" | "unary_operator":
            return above
        case "binary_operator" | "boolean_operator":
            operator = text_of(above.child_by_field_name("operator"))
            right = above.child_by_field_name("right") == node
            return None if operator == "%" or (right and operator in _SHRINKING) else above
        case "conditional_expression":
            return None if above.named_children[1] == node else above
        case "list" | "tuple" if above.parent is not None and above.parent.type == "argument_list":
            _bound(node, above, above.parent.parent, bounds)
            return above
        case "argument_list" if above.parent is not None and above.parent.type == "call":
            if last_name(above.parent.child_by_field_name("function")) not in PASSING:
                return None
            _bound(node, above, above.parent, bounds)
            return above.parent
    return None


def _bound(node: Node, among: Node, call: Node | None, bounds: list[str]) -> None:
    if call is not None and last_name(call.child_by_field_name("function")) == "min":
        others = [child for child in among.named_children if child != node and child.type != "comment"]
        bounds += [text for child in others if "cpu_count" not in (text := text_of(child))]
