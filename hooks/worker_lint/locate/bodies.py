"""The bodies of functions in Python code that is not parsed yet, as far as their layout surely shows them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import cache
from typing import TYPE_CHECKING

from worker_lint.locate.triple_quotes import long_strings
from worker_lint.named_tuple import NamedTuple
from worker_lint.regex import regex

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Sequence

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
_TEXTS = regex(
    rb"""(?s:"{3}[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"{3}|'{3}[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'{3})"""
    rb"""|"[^"\\\n]*(?:\\.[^"\\\n]*)*"|'[^'\\\n]*(?:\\.[^'\\\n]*)*'|#[^\n]*"""
)
"""A string or a comment."""
LOOKED_FOR = ("environ", "getenv")
"""Words that rules look for in every file: to leave out a body with one of them would be noticed."""
_LOOKED_AT = regex(rb"\n *(?:from|import|class) ")
"""What begins a line that is looked at in every file, or in most."""
_CLASS = b"\nclass "
_DATASET = regex(rb" *\w+ *\([^#\n]*Dataset")
_NAME_BYTES = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789")
_PARTNERS = {ord(")"): b"(", ord("]"): b"[", ord("}"): b"{", ord('"'): b'"', ord("'"): b"'"}
_NO_BRACKETS = bytes(byte for byte in range(256) if byte not in b"()[]{}")


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
    strings = None if any(byte in code for byte in _UNSURE) else long_strings(code)
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
