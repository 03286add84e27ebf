"""The languages of a notebook's cell: Python, with the lines that IPython hands to a shell or keeps for itself."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from worker_lint.file_language import language_by_name
from worker_lint.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker_lint.languages import Language

Span = tuple[int, int]

_CELL_MAGIC = regex(rb"\s*%%(?P<name>!|\w+)(?P<rest>[^\n]*)")
_SHELL_MAGICS = frozenset({b"bash", b"sh", b"shell", b"system", b"sx", b"!"})
_FILE_MAGICS = frozenset({b"writefile", b"file"})
_FOREIGN_MAGICS = frozenset(
    {
        b"html", b"HTML", b"javascript", b"js", b"latex", b"markdown", b"svg", b"SVG", b"perl", b"ruby", b"R", b"sql",
        b"bigquery", b"julia", b"cu", b"cpp", b"script", b"cmd", b"pypy", b"python2", b"kql", b"mermaid", b"spark",
    }
)  # fmt: skip
"""Magics whose cell is in a language that is not read."""

_REST = rb"(?:[^\n\\]|\\\r\n|\\.)*"
_MAGIC = regex(
    # !command, and %run script.py, %env NAME=8, %sx command, which are as good as commands
    rb"[ \t]*(?P<shell>!!?|%(?:run|sx|system|env|set_env)[ \t])(?P<command>" + _REST + rb")"
    # %time statement
    rb"|[ \t]*(?P<wrapper>%%?(?:time|timeit|prun|memit|mprun|lprun|debug)(?:[ \t]+-\w+(?:[ \t]+\d+)?)*[ \t]+)"
    rb"(?=[A-Za-z_])"
    # %magic and its arguments, ?help, help?
    rb"|[ \t]*(?P<other>%%?[A-Za-z_]" + _REST + rb"|\?[^\n]*|[%\w.*]+\?\??[ \t\r]*(?=\n|\Z))"
    # files = !ls, logger = %magic
    rb"|[ \t]*(?P<result>[A-Za-z_][\w., \t]*=[ \t]*(?:!(?P<result_command>" + _REST + rb")|%[A-Za-z_]" + _REST + rb"))",
    re.DOTALL,
)
_TOKEN = regex(
    rb"(?P<triple>\"{3}|'{3})(?:\\.|(?!(?P=triple)).)*(?:(?P=triple)|\Z)"
    rb"|(?P<quote>[\"'])(?:\\.|(?!(?P=quote))[^\\\n])*(?:(?P=quote)|(?=\n)|\Z)"
    rb"|\#[^\n]*|\\\r?\n|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<line>\n)",
    re.DOTALL,
)


def readings(code: bytes) -> Iterator[tuple[Language, bytes]]:
    """Yield each language of a cell with its part of the cell's ``code``; the rest of it is blanks, byte for byte.

    Where IPython takes a line of its own, Python has a name: what stands around it parses as it did.
    """
    start = 0
    magic = _CELL_MAGIC.match(code)
    if magic is not None:
        language = _language_of_cell(magic["name"], magic["rest"])
        if language != "python":
            if language is not None:
                yield language, _blank(code, 0, magic.end()) + code[magic.end() :]
            return
        start = magic.start("name") - 2
    python = bytearray(code)
    commands: list[Span] = []
    for match in _magics(code, start):
        _mask(python, match)
        commands += [match.span(name) for name in ("command", "result_command") if match[name] is not None]
    yield "python", bytes(python)
    if commands:
        shell = bytearray(_blank(code, 0, len(code)))
        for first, last in commands:
            shell[first:last] = code[first:last]
        yield "shell", bytes(shell)


def _language_of_cell(name: bytes, rest: bytes) -> Language | None:
    """Return the language of a cell that begins with ``%%name rest``, or None where it is not read."""
    if name in _SHELL_MAGICS or (name == b"script" and re.search(rb"\b(?:ba|z|k|da)?sh\b", rest)):
        return "shell"
    if name in _FILE_MAGICS:
        words = rest.decode("utf-8", "replace").split()
        return language_by_name(Path(words[-1].strip("\"'"))) if words else None
    return None if name in _FOREIGN_MAGICS else "python"


def _magics(code: bytes, start: int) -> Iterator[re.Match[bytes]]:
    """Yield every line from ``start`` on that IPython takes before Python sees it: only where a statement begins."""
    place, depth, begins = start, 0, True
    while place < len(code):
        magic = _MAGIC.match(code, place) if begins else None
        if magic is not None:
            yield magic
            begins = False
            place = magic.end()
            continue
        token = _TOKEN.search(code, place)
        if token is None:
            return
        depth = max(0, depth + (token["open"] is not None) - (token["close"] is not None))
        begins = token["line"] is not None and depth == 0
        place = token.end()


def _mask(code: bytearray, match: re.Match[bytes]) -> None:
    """Put a name that means nothing in the place of what ``match`` found, as many bytes long."""
    name = next(name for name in ("shell", "wrapper", "other", "result") if match[name] is not None)
    start = match.start(name)
    end = match.end()
    code[start:end] = _blank(code, start, end)
    stand_in = b"_;" if name == "wrapper" else b"_"
    code[start : start + len(stand_in)] = stand_in


def _blank(code: bytes | bytearray, start: int, end: int) -> bytes:
    return re.sub(rb"[^\r\n]", b" ", bytes(code[start:end]))
