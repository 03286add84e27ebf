"""The places that give one name its value, gathered once for all that read it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from worker_lint.dataclass import dataclass
from worker_lint.locate.module import around

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tree_sitter import Node

    from worker_lint.locate.module import Module

_Answer = TypeVar("_Answer")
_WITHIN = ("if_statement", "try_statement", "match_statement", "for_statement", "while_statement")
_FUNCTIONS = ("function_definition", "lambda")


@dataclass(frozen=True, slots=True)
class Source:
    """One place that gives a name its value."""

    value: Node | None
    """The expression; None for an option, or a parameter, without a default."""
    option: Node | None = None
    """The arguments of the call that defines the option of a command line, where it is one."""

    @property
    def is_certain(self) -> bool:
        """Whether it is no part of a branch or a loop of its function."""
        inside = around(self.value, *_WITHIN, *_FUNCTIONS) if self.value is not None else None
        return inside is None or inside.type in _FUNCTIONS


class Gathered:
    """Places that give a name its value, in the order of the text, and what was said of them.

    Ten thousand loaders may read the same name: each place is asked once for all of them.
    """

    def __init__(self, sources: Iterable[Source]) -> None:
        self.sources = list(sources)
        self._said: dict[object, list[tuple[int, Any]]] = {}

    def answers(
        self,
        ask: Callable[[Source, int, Module], _Answer | None],
        steps: int,
        module: Module,
        *,
        first: int = 0,
        last: int | None = None,
    ) -> Iterator[tuple[Source, _Answer]]:
        """Yield the sources from the ``first`` to before the ``last`` of which ``ask`` says something but None."""
        if (ask, steps) not in self._said:
            said = ((index, ask(source, steps, module)) for index, source in enumerate(self.sources))
            self._said[ask, steps] = [(index, answer) for index, answer in said if answer is not None]
        said_by_now = self._said[ask, steps]
        for place in range(bisect_left(said_by_now, first, key=_index), len(said_by_now)):
            index, answer = said_by_now[place]
            if last is not None and index >= last:
                return
            yield self.sources[index], answer

    def before(self, place: int) -> int:
        """Return how many of the values begin before ``place``."""
        return bisect_left(self._starts, place)

    def last_certain(self, place: int) -> int | None:
        """Return the index of the last value that is sure to be given and ends before ``place``, or None."""
        count = bisect_right(self._certain, place, key=_index)
        return self._certain[count - 1][1] if count else None

    @cached_property
    def _starts(self) -> list[int]:
        return [source.value.start_byte for source in self.sources if source.value is not None]

    @cached_property
    def _certain(self) -> list[tuple[int, int]]:
        """The end and the index of each value that is no part of a branch or a loop."""
        return [
            (source.value.end_byte, index)
            for index, source in enumerate(self.sources)
            if source.value is not None and source.is_certain
        ]


def _index(pair: tuple[int, Any]) -> int:
    return pair[0]
