"""Where the names of a Python file go: into a loader, or into a pool, an executor, a cluster."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from worker_lint.dataclass import dataclass
from worker_lint.locate.evidence import PROOF, STRONG, WEAK, Evidence
from worker_lint.locate.forms import text_of
from worker_lint.locate.vocabulary import normalised
from worker_lint.regex import regex

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

    from worker_lint.locate.imports import Imports
    from worker_lint.locate.vocabulary import Loader, Vocabulary

LOADER_LIKE = regex(r"(?i)data_?loader|(?:^|[._])(?:\w*_)?loaders?$|[a-z]Loader$|data_?module|training_?arguments")
"""Callables whose name says that they make loaders, or hold their settings."""

POOL_LIKE = regex(
    r"(?:^|\.)(?:\w*Pool|\w*PoolExecutor|\w*Executor|Parallel|process_map|thread_map|\w*VectorEnv|\w*VecEnv|\w*Cluster|"
    r"\w*Semaphore|spawn|cpu_count|Process|Thread|run_parallel|parallel_\w+|imap\w*|track_parallel\w*|pqdm|p_map|"
    r"DistributedOptimizer|set_num_threads)$"
)
"""Callables that take processes or threads of their own."""

_POOL_KEYWORDS = frozenset(
    "max_workers n_jobs processes num_proc num_cpus nprocs nproc n_proc num_processes world_size".split()  # noqa: SIM905
)
_OUTWARD = ("attribute", "subscript", "parenthesized_expression", "binary_operator", "conditional_expression")
_CASTS = frozenset({"int", "max", "min", "abs", "round"})


@dataclass(frozen=True, slots=True)
class Sink:
    """A call that takes a name's value: under which keyword, or at which position."""

    callee: str
    keyword: str | None
    index: int | None
    loader: Loader | None

    def evidence(self, name: str, words: Vocabulary) -> Evidence | None:
        """Return what the call says of ``name``, whose value it takes."""
        short = self.callee.rpartition(".")[2]
        if self.loader is not None and (
            self.keyword == self.loader.count or (self.index is not None and self.index == self.loader.index)
        ):
            return Evidence(PROOF, f"it reaches {self.loader.name}")
        if short in words.not_callables or POOL_LIKE.search(self.callee) or self.keyword in _POOL_KEYWORDS:
            return Evidence(
                -PROOF, f"it reaches {self.callee or 'a call'}{f'({self.keyword}=)' if self.keyword else ''}"
            )
        if self.keyword is None or not words.is_plain_count(self.keyword):
            pass
        elif normalised(self.keyword) != name or LOADER_LIKE.search(self.callee):
            return Evidence(STRONG, f"it is passed on as {self.keyword}{f' of {self.callee}' if self.callee else ''}")
        if short == "range":
            return Evidence(-WEAK, "it is counted through with range()")
        return None


def sink_of(name: Node, imports: Imports, words: Vocabulary, root: Node) -> Sink | None:
    """Return the call that takes the value of ``name``, an identifier that is read, or None where none does."""
    node: Node = name
    above = node.parent
    while above is not None:
        if above.type in ("assignment", "pair") and node.type != "pair":
            target = above.child_by_field_name("left" if above.type == "assignment" else "key")
            if target is None or target.id == node.id:
                return None
            return Sink("", re.split(r"\W+", text_of(target).rstrip("\"'])"))[-1], None, None)
        if above.type == "keyword_argument":
            if above.child_by_field_name("value") != node:
                return None
            arguments, keyword = above.parent, text_of(above.child_by_field_name("name"))
        elif above.type == "argument_list":
            arguments, keyword = above, None
        elif above.type in _OUTWARD:
            node, above = above, above.parent
            continue
        else:
            return None
        call = arguments.parent if arguments is not None else None
        if arguments is None or call is None or call.type != "call":
            return None
        callee = _callee(call, imports)
        if keyword is None and callee in _CASTS:
            node, above = call, call.parent
            continue
        index = None
        if keyword is None:
            positional = [c.id for c in arguments.named_children if c.type not in ("comment", "keyword_argument")]
            index = positional.index(node.id) if node.id in positional else None
        return Sink(callee, keyword, index, imports.loader(callee or None, root))
    return None


class Reach:
    """Where each name of a file goes, over all of its uses."""

    def __init__(self) -> None:
        self._uses: dict[str, list[Callable[[], Sink | None]]] = {}
        self._proofs: dict[str, str] = {}
        self._settled: dict[str, list[Evidence]] = {}

    def add(self, name: str, sink: Callable[[], Sink | None]) -> None:
        """Note a use of ``name``; ``sink`` says where it ends, and is asked where that matters."""
        self._uses.setdefault(name, []).append(sink)

    def prove(self, name: str, says: str) -> None:
        """Note that ``name`` is known to reach a loader."""
        self._proofs.setdefault(name, says)

    def evidence(self, name: str, words: Vocabulary) -> list[Evidence]:
        """Return the strongest evidence for, and the strongest against: ten calls say no more than one.

        Every use and proof must be known by then.
        """
        if name not in self._settled:
            self._settled[name] = self._weighed(name, words)
        return self._settled[name]

    def _weighed(self, name: str, words: Vocabulary) -> list[Evidence]:
        sinks = [sink for use in self._uses.get(name, ()) if (sink := use()) is not None]
        found = [each for sink in sinks if (each := sink.evidence(name, words)) is not None]
        if name in self._proofs:
            found.append(Evidence(PROOF, self._proofs[name]))
        chosen = []
        for sign in (1, -1):
            same = [each for each in found if each.weight * sign > 0]
            if same:
                chosen.append(max(same, key=lambda each: abs(each.weight)))
        return chosen


def _callee(call: Node, imports: Imports) -> str:
    function = call.child_by_field_name("function")
    if function is None or function.type not in ("identifier", "attribute"):
        return ""
    return imports.resolve(text_of(function)) or ""
