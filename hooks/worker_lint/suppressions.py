"""Comments that tell worker-lint to be silent about a line or a file."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from worker_lint.finding import Finding
    from worker_lint.source import Source

_DIRECTIVE = re.compile(r"(?:#|//)\s*worker-lint:\s*(ignore-file|ignore|keep)(?![\w-])(?:\[([^\]]*)\])?")
_MARK = b"worker-lint:"
_COMMENT_LINE = re.compile(r"\s*(?:#|//)")
_KEPT = ("WL201", "WL301")
"""What ``keep`` answers: the count is deliberate, so neither the policy nor a bound that only costs speed speaks."""


class Suppressions:
    """The directives of one source, looked up line by line and only where something was found."""

    def __init__(self, source: Source) -> None:
        self._some = _MARK in source.root.code
        self._source = _without_texts(source) if self._some and source.inset is None else source
        self._file_codes = self._of_file() if self._some else ()

    def silence(self, finding: Finding) -> bool:
        """Return whether a comment on the finding's line, on a comment line above, or for the file silences it."""
        if not self._some:
            return False
        if _covers(self._file_codes, finding.code):
            return True
        if self._line_silences(self._source.line(finding.start), finding):
            return True
        above = 1
        # A line that a backslash continues takes no comment: it stands above the first line of the command.
        while self._source.line(finding.start, above).endswith("\\"):
            above += 1
        comment = self._source.line(finding.start, above)
        return _COMMENT_LINE.match(comment) is not None and self._line_silences(comment, finding)

    def _line_silences(self, text: str, finding: Finding) -> bool:
        for match in _DIRECTIVE.finditer(text):
            if match[1] == "keep" and finding.code in _KEPT:
                return True
            if match[1] == "ignore" and _covers(_codes(match[2]), finding.code):
                return True
        return False

    def _of_file(self) -> tuple[str, ...]:
        directives = _DIRECTIVE.finditer(self._source.root.code.decode("utf-8", "replace"))
        return tuple(code for match in directives if match[1] == "ignore-file" for code in _codes(match[2]))


def _without_texts(source: Source) -> Source:
    """Return ``source`` without the directives that stand in strings, in Python: what is quoted is no comment."""
    if source.language != "python":
        return source
    from worker_lint.locate.descent import node_at
    from worker_lint.locate.python import parse

    root, code = parse(source), bytearray(source.code)
    for match in re.finditer(_MARK, source.code):
        node = node_at(root, *match.span())
        if node is None or node.type != "comment":
            code[match.start() : match.end()] = b" " * len(_MARK)
    return replace(source, code=bytes(code))


def _codes(listed: str | None) -> tuple[str, ...]:
    """Return the codes in brackets; the empty prefix, which every code has, where there are no brackets."""
    if listed is None:
        return ("",)
    return tuple(code for part in listed.split(",") if (code := part.strip()))


def _covers(codes: tuple[str, ...], code: str) -> bool:
    return any(code.startswith(prefix) for prefix in codes)
