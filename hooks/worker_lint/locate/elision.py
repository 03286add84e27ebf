"""What is left out of a Python source when it is parsed: the bodies of functions in which no word stands.

To parse is most of what a file costs, and most of a file is such bodies. The parser is told which bytes to read
(``Parser.included_ranges``), so that offsets, lines and ``Node.text`` stay those of the whole file. Of a body it reads
its end alone: the last byte where that is a name or a number of its own, as the ``x`` of ``return x`` is, else a
bracket or a quote with its partner, as ``()``. A function so has a body, and every node around it its true end.

That is safe because:

- Only what is surely a whole body is left out: ``bodies`` is content with few kinds of layout, and takes a function
  that is not of them as it is. A tree that has an error nonetheless is not used: the whole file is parsed then.
- Who looks at a place that was left out is noticed: whatever goes down a tree, by offset or by children, asks
  ``notice``, which raises ``UnseenError``. The file is then judged anew, from its whole tree (``sparingly``).
  To notice too much costs time alone; so does a body that is left out although somebody will look at it.

The exception is a file that Python itself refuses. A mistake in the syntax of a body can throw the parser off its way,
so that it takes what stands around the body for broken too, which no fix then touches; where the body is left out, it
does not. (A body that closes not as many brackets as it opens is never left out: most of what throws it off does so.)
"""

from __future__ import annotations

from bisect import bisect_left
from functools import cache
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tree_sitter import Parser, Range, Tree

    from worker_lint.locate.bodies import Body

_T = TypeVar("_T")
_ENDLESS = 0xFFFFFFFF
_starts: list[int] = []
_ends: list[int] = []
"""The bodies that are left out of the tree that was parsed last: a node does not tell whose tree it is of."""


class UnseenError(Exception):
    """Somebody looked at what was left out of a tree: the file has to be judged from its whole tree."""


def parsed(code: bytes, left_out: Sequence[Body]) -> Tree:
    """Return the tree of ``code`` without what is ``left_out``; looks at that are noticed from now on."""
    parser = _parser()
    parser.included_ranges = list(_ranges(code, left_out))
    tree = parser.parse(code)
    _starts[:] = [body.start for body in left_out]
    _ends[:] = [body.end for body in left_out]
    return tree


@cache
def _parser() -> Parser:
    from tree_sitter import Parser

    from worker_lint.locate.grammars import grammar

    return Parser(grammar("python"))


def _ranges(code: bytes, left_out: Sequence[Body]) -> Iterator[Range]:
    """Yield what of ``code`` is parsed."""
    from tree_sitter import Range

    begin, row, column = 0, 0, 0
    for body in left_out:
        for start, end in ((body.start, body.partner), (body.partner + 1, body.last)):
            if start >= end:
                continue
            breaks = code.count(b"\n", begin, start)
            behind = start - begin + column if not breaks else start - code.rfind(b"\n", begin, start) - 1
            yield Range((row, column), (row + breaks, behind), begin, start)
            more = code.count(b"\n", start, end)
            column = end - start + behind if not more else end - code.rfind(b"\n", start, end) - 1
            begin, row = end, row + breaks + more
    yield Range((row, column), (_ENDLESS, _ENDLESS), begin, _ENDLESS)


def notice(start: int, end: int) -> None:
    """Raise UnseenError where one of the bytes ``start`` to ``end``, at which somebody looks, was left out."""
    before = bisect_left(_starts, end)
    if before and _ends[before - 1] > start:
        raise UnseenError


def sparingly(judging: Callable[[bool], _T]) -> _T:
    """Return what ``judging`` makes of a file with something left out, or of the whole where it looked there.

    It is told whether it has to take the whole file.
    """
    try:
        return judging(False)
    except UnseenError:
        pass
    finally:
        forget()
    return judging(True)


def forget() -> None:
    """Notice nothing any more: no tree with something left out is in use."""
    _starts.clear()
    _ends.clear()
