"""Findings for people: one line each, and a frame of the code around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from worker_lint.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Callable

    from worker_lint.finding import Finding
    from worker_lint.report.summary import Report
    from worker_lint.source import Source

_COLORS = {Severity.ERROR: "31", Severity.WARNING: "33", Severity.INFO: "36"}
_FIXES = {"policy": " [--fix]", "safe": " [--fix]", "unsafe": " [--fix --unsafe-fixes]"}
_WIDTH = 100
"""Characters of a line of code that are shown, around the finding."""


def render(report: Report, stream: TextIO, *, color: bool = False, frames: bool = True) -> None:
    """Write every finding, with a code frame unless ``frames`` is off, then the errors and the summary."""
    paint = _paint if color else _plain
    for source, finding in report.findings:
        line, column = source.position(finding.start)
        number = source.cell(finding.start)
        cell = "" if number is None else f":cell {number}"
        where = paint(f"{_clean(str(source.path))}{cell}:{line}:{column}:", "1")
        severity = paint(str(finding.severity), _COLORS[finding.severity])
        stream.write(f"{where} {paint(finding.code, '1')} {severity}: {_clean(finding.message)}\n")
        if frames:
            stream.write(_frame(source, finding, paint))
    stream.writelines(f"{paint('error:', '31;1')} {_clean(error)}\n" for error in report.errors)
    stream.write(f"{report.summary()}\n")


def _frame(source: Source, finding: Finding, paint: Callable[[str, str], str]) -> str:
    line, column = source.position(finding.start)
    end_line, end_column = source.position(finding.end)
    text = source.line(finding.start)
    last = end_column - 1 if end_line == line else len(text)
    first = max(0, min(column - 1 - _WIDTH // 3, len(text) - _WIDTH)) if len(text) > _WIDTH else 0
    shown = text[first : first + _WIDTH]
    before = text[first : column - 1]
    marked = text[column - 1 : min(last, first + _WIDTH)]
    lead, tail = ("…" if first else ""), ("…" if first + _WIDTH < len(text) else "")
    gutter = " " * len(str(line))
    bar = paint("|", "34")
    mark = "^" * max(1, _width(marked))
    space = " " * len(lead) + "\t".join(" " * _width(part) for part in before.split("\t"))
    fixable = _FIXES[finding.fix.kind] if finding.fix is not None else ""
    return (
        f"{gutter} {bar}\n"
        f"{paint(str(line), '34')} {bar} {lead}{_clean(shown)}{tail}\n"
        f"{gutter} {bar} {space}{paint(mark, _COLORS[finding.severity])}\n"
        f"{gutter} {paint('=', '34')} {paint('help:', '36')} {_clean(finding.help)}{fixable}\n"
        + "".join(
            f"{gutter} {paint('=', '34')} {paint('note:', '36')} {_clean(str(related))}\n"
            for related in finding.related
        )
        + "\n"
    )


def _width(text: str) -> int:
    """Return how many columns of a terminal ``text`` takes."""
    return len(text) if text.isascii() else sum(map(_cells, text))


def _cells(char: str) -> int:
    import unicodedata

    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _clean(text: str) -> str:
    """Return ``text`` without what would steer a terminal, or break a line."""
    if text.isprintable():
        return text
    return "".join(char if char == "\t" or char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def _plain(text: str, _codes: str) -> str:
    return text


def _paint(text: str, codes: str) -> str:
    return f"\x1b[{codes}m{text}\x1b[0m"
