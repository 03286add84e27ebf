"""A shell script made of the commands of a file in another language, each byte knowing where it came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.regex import regex
from worker_lint.source import Inset, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

_CONTINUED = regex(rb"\\[ \t]*$")
_LINE = regex(rb"([^\r\n]*)(?:\r\n|\r|\n|\Z)")


class Rendition:
    """What stands in ``source``, written down piece by piece as a shell would read it."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._code = bytearray()
        self._offsets: list[int] = []

    def copy(self, start: int, end: int) -> None:
        """Write the bytes of the source from ``start`` to ``end``."""
        self._code += self._source.code[start:end]
        self._offsets += range(start, end)

    def put(self, text: bytes, at: int) -> None:
        """Write ``text``, which the source does not have, as if it stood at the offset ``at``."""
        self._code += text
        self._offsets += [at] * len(text)

    def source(self) -> Source:
        """Return what was written as a piece of the source."""
        # An end of the piece is never asked for as the place of a byte, but it must be one.
        offsets = [*self._offsets, self._offsets[-1] + 1 if self._offsets else 0]
        return Source(self._source.path, "shell", bytes(self._code), inset=Inset(self._source, offsets))


def lines(code: bytes) -> Iterator[tuple[int, int, bool]]:
    """Yield start and end of each line of ``code``, without its break, and whether a backslash continues it.

    The end of a line that goes on stands in front of its backslash.
    """
    for match in _LINE.finditer(code):
        if match.start() == len(code):
            return
        continued = _CONTINUED.search(match[1])
        yield match.start(), match.start() + (continued.start() if continued else len(match[1])), continued is not None
