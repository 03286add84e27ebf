"""Worker counts in makefiles: in the commands of recipes, and in the variables that become part of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.locate.rendition import Rendition, lines
from worker_lint.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker_lint.source import Source

_PREFIXES = regex(rb"[ \t]*[@+\-]?[@+\- \t]*")
"""What make takes from the front of a recipe's line."""
_ASSIGNMENT = regex(
    rb"[ ]*(?:[^\s#=:][^#=:]*:[ \t]*)?"  # the target that alone has the variable
    rb"(?:(?:export|override|private)[ \t]+)*"
    rb"(?P<name>[A-Za-z_]\w*)[ \t]*(?:\?|:{1,3}|\+|!)?=[ \t]*"
)
_COMMENT = regex(rb"(?:^|\s)#.*$")
_VARIABLE = regex(rb"(?P<dollar>\$\$)|\$\((?P<name>\w+)\)")


def pieces(source: Source) -> Iterator[Source]:
    """Yield the shell script that the recipes and variables of a makefile make."""
    yield _script(source)


def _script(source: Source) -> Source:
    rendition = Rendition(source)
    goes_on = closing = None
    in_define = False
    for start, end, continued in lines(source.code):
        text = source.code[start:end]
        if goes_on is None:
            goes_on = closing = b""
            if text.startswith(b"\t") or (in_define and text.strip() != b"endef"):
                prefixes = _PREFIXES.match(text)
                start += prefixes.end() if prefixes else 0
            elif assignment := _ASSIGNMENT.match(text):
                rendition.copy(start + assignment.start("name"), start + assignment.end("name"))
                start += assignment.end()
                end = _without_comment(source.code, start, end)
                several = continued or len(source.code[start:end].split()) > 1
                rendition.put(b"=(" if several else b"=", start)
                closing = b")" if several else b""
            else:
                in_define = text.startswith(b"define ") or (in_define and text.strip() != b"endef")
                start = end
        _copy(rendition, source.code, start, end)
        if continued:
            rendition.put(b" ", end)
        else:
            rendition.put((closing or b"") + b"\n", max(end - 1, 0))
            goes_on = None
    return rendition.source()


def _copy(rendition: Rendition, code: bytes, start: int, end: int) -> None:
    """Write ``code`` from ``start`` to ``end``, make's variables as the shell's."""
    for match in _VARIABLE.finditer(code, start, end):
        rendition.copy(start, match.start())
        start = match.end()
        if match["dollar"]:
            rendition.copy(match.start(), match.start() + 1)
        else:
            rendition.put(b"${", match.start())
            rendition.copy(match.start("name"), match.end("name"))
            rendition.put(b"}", match.end() - 1)
    rendition.copy(start, end)


def _without_comment(code: bytes, start: int, end: int) -> int:
    comment = _COMMENT.search(code[start:end])
    return start + comment.start() if comment else end
