"""Markdown documents: the fenced blocks that say in which language they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from worker_lint.regex import regex
from worker_lint.source import Inset, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker_lint.languages import Language

_LANGUAGES: dict[str, Language] = {
    **dict.fromkeys(("python", "py", "python3", "py3", "ipython", "ipython3", "pycon"), "python"),
    **dict.fromkeys(("bash", "sh", "shell", "zsh", "console", "shell-session", "shellsession", "terminal"), "shell"),
    **dict.fromkeys(("yaml", "yml"), "yaml"),
    **dict.fromkeys(("json", "jsonc", "json5"), "json"),
    "toml": "toml",
}
_QUOTES = rb"(?:[ \t]*>)*"
_ITEM = rb"[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*"
_FENCE = regex(
    rb"(?P<quotes>" + _QUOTES + rb")(?P<item>" + _ITEM + rb")"
    rb"(?P<fence>`{3,}(?=[^`\n]*(?:\n|\Z))|~{3,})(?P<info>[^\n]*)\n?"
)
_INFO = regex(r"\{?[.{]?(?:code(?:-block|-cell)?\}?\s+)?([\w+-]+)")
_LINE = regex(rb"[^\n]*\n|[^\n]+\Z")
_PROMPTS = {
    "python": regex(rb"[ \t]*(?:>>>|\.\.\.)(?: |(?=\r?\n)|\Z)"),
    "shell": regex(rb"[ \t]*(?:\([\w.-]+\)[ \t]*)?[$%][ \t]+"),
}
_CONTINUED = regex(rb"\\\r?\n?\Z")

Span = tuple[int, int]


def pieces(source: Source) -> Iterator[Source]:
    """Yield the code of each fenced block in a language that is read, without the quotation and indentation around it.

    Of a block with prompts, what follows them is the code; the rest is output.
    """
    code = source.code
    place = 0
    while place < len(code):
        fence = _FENCE.match(code, place)
        if fence is None:
            place = _next_line(code, place)
            continue
        lines, place = _block(code, fence)
        language = _language(fence["info"])
        if language is not None:
            lines = list(_commands(code, lines, language))
            if lines:
                yield _piece(source, language, lines)


def _language(info: bytes) -> Language | None:
    match = _INFO.match(info.decode("utf-8", "replace").strip())
    return _LANGUAGES.get(match[1].lower()) if match else None


def _block(code: bytes, fence: re.Match[bytes]) -> tuple[list[Span], int]:
    """Return the lines behind ``fence`` without what precedes the code in them, and where the block ends."""
    mark = re.escape(fence["fence"][:1])
    closing = re.compile(_QUOTES + rb"[ \t]*" + mark + rb"{%d,}[ \t\r]*(?:\n|\Z)" % len(fence["fence"]))
    depth, indent = fence["quotes"].count(b">"), len(fence["item"])
    margin = re.compile(rb"(?:[ \t]*>[ \t]?){0,%d}[ \t]{0,%d}" % (depth, max(0, indent - bool(depth))))
    lines: list[Span] = []
    place = fence.end()
    while place < len(code):
        end = _next_line(code, place)
        if closing.match(code, place):
            return lines, end
        before = margin.match(code, place)
        lines.append((before.end() if before else place, end))
        place = end
    return lines, place


def _commands(code: bytes, lines: list[Span], language: Language) -> Iterator[Span]:
    """Yield the parts of ``lines`` that are code: all of them, or what follows the prompts where there are any."""
    prompt = _PROMPTS.get(language)
    prompts = [prompt.match(code, start, end) if prompt else None for start, end in lines]
    if not any(prompts):
        yield from lines
        return
    continued = False
    for (start, end), match in zip(lines, prompts, strict=True):
        if match is not None or continued:
            yield (match.end() if match else start), end
            continued = language == "shell" and _CONTINUED.search(code, start, end) is not None


def _piece(source: Source, language: Language, lines: list[Span]) -> Source:
    offsets = [offset for start, end in lines for offset in range(start, end)]
    code = b"".join(source.code[start:end] for start, end in lines)
    inset = Inset(source, [*offsets, lines[-1][1]])
    return Source(source.path, language, code, source.encoding, exact=source.exact, inset=inset)


def _next_line(code: bytes, place: int) -> int:
    line = _LINE.match(code, place)
    return line.end() if line else len(code)
