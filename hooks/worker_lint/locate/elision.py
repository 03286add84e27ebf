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

from bisect import bisect_left, bisect_right
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from worker_lint.named_tuple import NamedTuple
from worker_lint.regex import regex

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator, Sequence

    from tree_sitter import Parser, Range, Tree

_T = TypeVar("_T")

_LEAST = 100
"""Bytes of a body below which to parse it costs no more than to leave it out."""
_DEAR = 500
"""Bodies of a file that cost as much as they save, where as much is left out as is parsed: each token looks for its
place among all of them."""

_UNSURE = (b"\t", b"\r", b"\f")
"""Bytes that make lines and indentations of which nothing is claimed here."""
_DEF = b"def "
_DEEPEST = 200
"""Bytes before a ``def`` in which its line begins, or it is taken for none."""
_HEAD = regex(
    rb"""def +\w+\([^()"'#]*(?:(?:"[^"\\\n]*"|'[^'\\\n]*'|#[^\n]*\n|\([^()"'#]*\))[^()"'#]*)*\)[^:\n]*:"""
    rb"""(?: *(?:#[^\n]*)?\n)+( +)(?=[^ \n#])"""
)
"""A function from its ``def`` to its first statement, which is on a line of its own; the group is its indentation."""
_BEFORE_TEXT = regex(rb"""(?:[^"'#\n]|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')*""")
_TEXTS = regex(
    rb"""(?s:"{3}[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"{3}|'{3}[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'{3})"""
    rb"""|"[^"\\\n]*(?:\\.[^"\\\n]*)*"|'[^'\\\n]*(?:\\.[^'\\\n]*)*'|#[^\n]*"""
)
"""A string or a comment."""
_STRINGS = (b'"""', b"'''")
LOOKED_FOR = ("environ", "getenv")
"""Words that rules look for in every file: to leave out a body with one of them would be noticed."""
_LOOKED_AT = regex(rb"\n *(?:from|import|class) ")
"""What begins a line that is looked at in every file, or in most."""
_CLASS = b"\nclass "
_DATASET = regex(rb" *\w+ *\([^#\n]*Dataset")
_NAME_BYTES = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789")
_PARTNERS = {ord(")"): b"(", ord("]"): b"[", ord("}"): b"{", ord('"'): b'"', ord("'"): b"'"}
_NO_BRACKETS = bytes(byte for byte in range(256) if byte not in b"()[]{}")
_BACKSLASH = ord("\\")
_ENDLESS = 0xFFFFFFFF


class UnseenError(Exception):
    """Somebody looked at what was left out of a tree: the file has to be judged from its whole tree."""


class Body(NamedTuple):
    """The body of a function that is left out."""

    start: int
    """Where its first statement begins."""
    partner: int
    """Where the partner of its last byte stands; that byte itself where it needs none."""
    last: int
    """Its last byte."""
    end: int
    """The end of the comments behind it, which may belong to a block in it."""


def bodies(code: bytes, places: Sequence[int]) -> list[Body]:
    """Return the bodies of functions of ``code`` to leave out, in order: none has one of ``places``, which are sorted.

    A function within another one is not looked for, nor one of a dataset: rules read those.
    """
    strings = None if any(byte in code for byte in _UNSURE) else _strings(code)
    if strings is None:
        return []
    found = list(_bodies(code, places, strings))
    if b"Dataset" in code:
        datasets = _datasets(code, strings)
        found = [body for body in found if bisect_left(datasets, body.start) % 2 == 0]
    left_out = sum(body.last - body.start for body in found)
    return found if (len(code) - left_out) * len(found) < left_out * _DEAR else []


def _datasets(code: bytes, strings: list[int]) -> list[int]:
    """Return where each class of the module that seems to be a dataset begins and ends, one after the other."""
    places: list[int] = []
    at = code.find(_CLASS)
    while at >= 0:
        end = at + len(_CLASS)
        if _DATASET.match(code, end):
            end = _end(code, end, 1, strings)
            places += (at, end)
        at = code.find(_CLASS, end)
    return places


def _bodies(code: bytes, places: Sequence[int], strings: list[int]) -> Iterator[Body]:
    find = code.find
    at = find(_DEF)
    while at >= 0:
        line = code.rfind(b"\n", max(0, at - _DEEPEST), at) + 1
        indent = _indent(code[line:at]) if line or at < _DEEPEST else None
        inside = bisect_right(strings, at)
        if inside % 2:
            at = find(_DEF, strings[inside])
            continue
        head = _HEAD.match(code, at) if indent is not None else None
        if head is None or indent is None or head.end(1) - head.start(1) <= indent:
            at = find(_DEF, at + len(_DEF))
            continue
        start, depth = head.span(1)[1], len(head[1])
        end = _end(code, start, depth, strings)
        place = bisect_left(places, at)
        if end - start >= _LEAST and not (place < len(places) and places[place] < end):
            # What is deeper than the function, and less deep than its body, is no Python, but ends the body.
            is_whole = not code.startswith(b" " * (indent + 1), end + 1)
            body = _body(code, start, end, strings) if is_whole else None
            if body is not None and not _is_looked_at(code, head.start(1) - 1, end):
                yield body
        at = find(_DEF, end)


def _indent(before: bytes) -> int | None:
    """Return the indentation of a ``def`` that has ``before`` on its line; None where a statement is something else."""
    blanks = before.rstrip(b" ")
    if not blanks:
        return len(before)
    return before.index(b"a") if blanks.lstrip(b" ") == b"async" else None


def _strings(code: bytes) -> list[int] | None:
    """Return where each string in triple quotes begins and ends, one after the other; None where that is unsure."""
    find, rfind = code.find, code.rfind
    double, single = (find(quotes) for quotes in _STRINGS)
    places: list[int] = []
    behind = 0
    while double >= 0 or single >= 0:
        is_double = double >= 0 and (single < 0 or double < single)
        start = double if is_double else single
        line = rfind(b"\n", behind, start) + 1 or behind
        before = code[line:start]
        end, is_first = 0, not before or before.isspace()
        if not is_first:
            plain = _BEFORE_TEXT.match(code, line, start)
            if plain is None or plain.end() < start:
                if plain is None or not code.startswith(b"#", plain.end()):
                    return None
                end = find(b"\n", start)  # of a comment
                if end < 0:
                    break
        if not end:
            end = _end_of_string(code, start)
            if end < 0 or (not is_first and _may_nest(before, code[start:end])):
                return None
            places += (start, end)
        behind = end
        if double >= 0 and double < end:
            double = find(_STRINGS[0], end)
        if single >= 0 and single < end:
            single = find(_STRINGS[1], end)
    return places


def _end_of_string(code: bytes, start: int) -> int:
    """Return the end of the string in triple quotes that begins at ``start``; a negative number where there is none."""
    quotes = code[start : start + 3]
    end = code.find(quotes, start + 3)
    while end >= 0 and code[end - 1] == _BACKSLASH:
        first = end - 1
        while code[first - 1] == _BACKSLASH:
            first -= 1
        if (end - first) % 2 == 0:
            break
        end = code.find(quotes, end + 1)
    return end + 3 if end >= 0 else -1


def _may_nest(before: bytes, string: bytes) -> bool:
    """Return whether ``string``, behind ``before``, may end in an expression in it that holds the same quotes."""
    return before[-2:].lower().strip(b"r").endswith(b"f") and string.count(b"{") != string.count(b"}")


def _is_looked_at(code: bytes, start: int, end: int) -> bool:
    """Return whether somebody surely looks into the body from ``start`` to ``end``: it has an import or a class."""
    find = code.find
    may_be = find(b"import ", start, end) >= 0 or find(b"class ", start, end) >= 0
    return may_be and _LOOKED_AT.search(code, start, end) is not None


def _end(code: bytes, start: int, depth: int, strings: list[int]) -> int:
    """Return where the line break stands behind which something is less deep than ``depth``, or the end of ``code``."""
    pattern = _less_deep(depth)
    while True:
        found = pattern.search(code, start)
        if found is None:
            return len(code)
        inside = bisect_right(strings, found.start())
        if inside % 2 == 0:
            return found.start()
        start = strings[inside]


@cache
def _less_deep(depth: int) -> re.Pattern[bytes]:
    return regex(rb"\n(?! {%d})(?! *(?:\n|#))" % depth)


def _body(code: bytes, start: int, end: int, strings: list[int]) -> Body | None:
    """Return the body that begins at ``start`` and has at most comments behind it up to ``end``; None where unsure."""
    behind = end
    while True:
        while code[end - 1] in b" \n":
            end -= 1
        line = code.rfind(b"\n", 0, end) + 1
        comment = code.find(b"#", line, end)
        if comment < 0:
            break
        before = code[line:comment]
        if bisect_right(strings, comment) % 2 or b'"' in before or b"'" in before:
            return None
        end = line + len(before.rstrip(b" ")) if before.strip(b" ") else line
        if end > line:
            break
    last = code[end - 1]
    if last in _NAME_BYTES:
        partner = end - 1
    elif last in _PARTNERS:
        partner = code.rfind(_PARTNERS[last], start, end - 1)
    else:
        return None
    if partner < 0 or end - start < _LEAST:
        return None
    body = code[start:end]
    if not _is_balanced(body) and not _is_balanced(_TEXTS.sub(b"", body)):
        return None
    return Body(start, partner, end - 1, behind)


def _is_balanced(body: bytes) -> bool:
    """Return whether ``body`` closes as many brackets of each kind as it opens."""
    count = body.translate(None, _NO_BRACKETS).count
    return count(b"(") == count(b")") and count(b"[") == count(b"]") and count(b"{") == count(b"}")


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


_starts: list[int] = []
_ends: list[int] = []
"""The bodies that are left out of the tree that was parsed last: a node does not tell whose tree it is of."""


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
