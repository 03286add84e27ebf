"""Worker counts in Dockerfiles: in the commands that they run or start with, and in environment variables."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from worker_lint.dataclass import dataclass, field
from worker_lint.locate.rendition import Rendition, lines
from worker_lint.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker_lint.source import Source

_INSTRUCTION = regex(rb"[ \t]*(?:ONBUILD[ \t]+)?(?P<name>[A-Z]+)[ \t]+(?:--\w[^ \t]*[ \t]+)*", re.IGNORECASE)
_COMMENT = regex(rb"[ \t]*#")
_EXEC = regex(rb"\s*\[\s*(?:\"(?:[^\"\\]|\\.)*\"\s*,?\s*)*\]\s*$", re.DOTALL)
_ELEMENT = regex(rb"\"(?:[^\"\\]|\\.)*\"", re.DOTALL)
_HERE = regex(rb"<<-?([\"']?)(\w+)\1")
_LEGACY = regex(rb"\s*(?P<name>[A-Za-z_]\w*)[ \t]+(?P<value>[^=\s].*)$", re.DOTALL)


@dataclass(slots=True)
class _Instruction:
    """One instruction: its name in upper case, and start and end of each line of what follows it."""

    name: bytes
    spans: list[tuple[int, int]] = field(default_factory=list)
    body: list[tuple[int, int]] = field(default_factory=list)
    """The lines of its here-document, its end among them."""


def pieces(source: Source) -> Iterator[Source]:
    """Yield the shell script that the commands and variables of a Dockerfile make."""
    yield _script(source)


def _script(source: Source) -> Source:
    rendition = Rendition(source)
    entered = False
    for instruction in _instructions(source.code):
        text = b"\n".join(source.code[start:end] for start, end in instruction.spans)
        name, first = instruction.name, instruction.spans[0][0]
        listed = name in (b"CMD", b"ENTRYPOINT", b"RUN") and _EXEC.match(text) is not None
        # The words of CMD stand behind those of ENTRYPOINT.
        if not (entered and name == b"CMD" and listed):
            rendition.put(b"\n", first)
        entered = name == b"ENTRYPOINT" and listed
        if listed:
            for start, end in instruction.spans:
                for element in _ELEMENT.finditer(source.code, start, end):
                    rendition.copy(element.start(), element.end())
                    rendition.put(b" ", element.end() - 1)
        elif name in (b"CMD", b"ENTRYPOINT", b"RUN", b"HEALTHCHECK"):
            _run(rendition, instruction, text)
        elif name in (b"ENV", b"ARG"):
            _set(rendition, instruction, source.code)
    rendition.put(b"\n", max(len(source.code) - 1, 0))
    return rendition.source()


def _instructions(code: bytes) -> list[_Instruction]:
    found: list[_Instruction] = []
    goes_on = False
    here: bytes | None = None
    for start, end, continued in lines(code):
        text = code[start:end]
        if here is not None:
            found[-1].body.append((start, end + (1 if continued else 0)))
            here = None if text.strip() == here else here
        elif _COMMENT.match(text) or not text.strip():
            continue
        elif goes_on:
            found[-1].spans.append((start, end))
            goes_on = continued
        elif instruction := _INSTRUCTION.match(text):
            found.append(_Instruction(instruction["name"].upper(), [(start + instruction.end(), end)]))
            goes_on = continued
            if instruction["name"].upper() == b"RUN" and (opening := _HERE.search(text)):
                here = opening[2]
    return found


def _run(rendition: Rendition, instruction: _Instruction, text: bytes) -> None:
    """Write a command in the shell's own form."""
    body = instruction.body
    if body and text.lstrip().startswith(b"<<"):
        body = body[:-1]  # the here-document is the script itself
    else:
        for start, end in instruction.spans:
            rendition.copy(start, end)
            rendition.put(b" ", max(end - 1, 0))
    for start, end in body:
        rendition.put(b"\n", start)
        rendition.copy(start, end)


def _set(rendition: Rendition, instruction: _Instruction, code: bytes) -> None:
    """Write variables as the shell exports them."""
    (start, end), *_ = instruction.spans
    if instruction.name == b"ENV":
        rendition.put(b"export ", start)
    if legacy := _LEGACY.match(code[start:end]):  # ENV NAME value
        rendition.copy(start + legacy.start("name"), start + legacy.end("name"))
        rendition.put(b'="', start + legacy.end("name"))
        rendition.copy(start + legacy.start("value"), end)
        rendition.put(b'"', end - 1)
        return
    for start, end in instruction.spans:
        rendition.copy(start, end)
        rendition.put(b" ", max(end - 1, 0))
