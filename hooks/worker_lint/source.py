"""One file under inspection: its bytes, the text they stand for, and the way from an offset to a line."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

from worker_lint.dataclass import dataclass
from worker_lint.encodings import is_utf_8, json_encoding, python_encoding
from worker_lint.errors import SourceError
from worker_lint.named_tuple import NamedTuple
from worker_lint.regex import regex

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from worker_lint.languages import Language


_LONG = 4096
"""Bytes of a line whose characters are counted each time that somebody asks for a column."""
_CONTINUING = bytes(range(0x80, 0xC0))
"""The bytes of UTF-8 that go on with a character."""
_BACKSLASH = regex(rb"\\(?=\r\n|\n|\r)")
"""The end of a line that the next one continues."""


class Position(NamedTuple):
    """A place for people: line and column from 1, the column in characters."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Edit:
    """One replacement: bytes ``start`` to ``end`` of a source's code become ``text``."""

    start: int
    end: int
    text: str


class Cell(NamedTuple):
    """The cell of a notebook, counted from 0, that begins at the byte ``start`` of a source's code."""

    start: int
    number: int


@dataclass(frozen=True)
class Inset:
    """Where a piece of code stands in the source around it."""

    host: Source
    offsets: Sequence[int]
    """The offset in the host's code of each byte of the piece, and of its end."""
    ends: Sequence[int] | None = None
    """The offset behind each byte of the piece, where it is not always the next one, as behind an escape."""
    quote: Callable[[str], str] = str
    """How the host writes a text there, as inside the quotes of a JSON string."""


@dataclass(frozen=True, eq=False)
class Source:
    """The text of one file as UTF-8 without a byte order mark (``code``), with what it takes to write it back."""

    path: Path
    language: Language
    code: bytes
    encoding: str = "utf-8"
    mark: bytes = b""
    """The byte order mark that the file begins with."""
    exact: bool = True
    """Whether encoding the text again gives the file's own bytes, as it must before the file may be rewritten."""
    inset: Inset | None = None
    """Where this stands, when it is a piece of another source."""
    cells: tuple[Cell, ...] = ()
    """The cells of the notebook that this is made of, in order; lines are then counted from each cell's first."""
    written: bytes | None = None
    """The text as its author wrote it, where ``code`` has stand-ins, as many bytes long, for other languages' lines."""

    @classmethod
    def decode(cls, path: Path, language: Language, data: bytes) -> Source:
        """Return ``data`` as a source, in the encoding that its language prescribes.

        Python: the byte order mark or the coding line of PEP 263, else UTF-8. JSON: UTF-8, or UTF-16 and
        UTF-32 as ``json.loads`` tells them apart. Raises SourceError, with line and column of the first
        byte that does not fit, or where the bytes are no text at all.
        """
        mark, encoding = python_encoding(path, data) if language == "python" else json_encoding(data)
        bare = data.removeprefix(mark)
        if encoding in ("utf-8", "utf8") and b"\0" in data:
            raise SourceError(f"{path}: is binary (it holds a NUL byte); leave it out of the check")
        try:
            if encoding == "utf-8" and is_utf_8(bare):
                return cls(path, language, bare, encoding, mark)
            if language == "python" and encoding.startswith(("utf-16", "utf-32")):
                raise LookupError(encoding)  # the line that declares it could not be read
            text = bare.decode(encoding)
        except UnicodeDecodeError as error:
            line, column = _place(bare[: error.start].decode(encoding, "replace"))
            wrong = bare[error.start : error.start + 1]
            what = f"byte 0x{wrong.hex()} is" if wrong else "the end of the file is"
            raise SourceError(
                f"{path}:{line}:{column}: {what} not {encoding}; "
                f"save the file as {encoding}" + (" or declare its encoding" if language == "python" else "")
            ) from error
        except (LookupError, UnicodeError) as error:  # codecs that are for other things than text, such as rot13
            raise SourceError(f"{path}: is not text in its declared encoding, {encoding}; declare another") from error
        return cls(path, language, text.encode(), encoding, mark, exact=text.encode(encoding) == bare)

    def encode(self, code: bytes) -> bytes:
        """Return the bytes of a file whose text is ``code``: the inverse of ``decode``.

        Raises SourceError where the encoding has no character that ``code`` needs, or more than one way to write it.
        """
        if self.encoding == "utf-8":
            return self.mark + code
        if not self.exact:
            raise SourceError(
                f"{self.path}: cannot be written back as it was in {self.encoding}; save it as UTF-8 first"
            )
        try:
            return self.mark + code.decode().encode(self.encoding)
        except UnicodeEncodeError as error:
            raise SourceError(f"{self.path}: cannot be written back as {self.encoding}: {error.reason}") from error

    @property
    def is_data(self) -> bool:
        """Whether this is in a language of data: keys and values, and no code that could make one of the other."""
        return self.language in ("json", "jsonnet", "yaml", "toml")

    @cached_property
    def _line_starts(self) -> list[int]:
        lines = self.code.splitlines(keepends=True)
        starts = list(accumulate(map(len, lines), initial=0))
        return starts if not lines or lines[-1].endswith((b"\n", b"\r")) else starts[:-1]

    def _cell(self, offset: int) -> Cell:
        if not self.cells:
            return Cell(0, 0)
        return self.cells[bisect_right(self.cells, offset, key=lambda cell: cell.start) - 1]

    def _row(self, offset: int) -> int:
        """Return how many lines of the code begin at or before ``offset``."""
        return bisect_right(self._line_starts, offset)

    def cell(self, offset: int) -> int | None:
        """Return the number of the notebook's cell in which the byte at ``offset`` stands; None outside notebooks."""
        if self.cells:
            return self._cell(offset).number
        return None if self.inset is None else self.inset.host.cell(self.inset.offsets[offset])

    def position(self, offset: int) -> Position:
        """Return the line and column, in the file or the cell, of the byte at ``offset`` of the code."""
        if self.inset is not None and not self.cells:
            return self.inset.host.position(self.inset.offsets[offset])
        row = self._row(offset)
        start = self._line_starts[row - 1]
        if offset - start > _LONG:
            column = self._characters_before(start, offset) + 1
        else:
            column = len(self.code[start:offset].decode("utf-8", "replace")) + 1
        return Position(row - self._row(self._cell(offset).start) + 1, column)

    def _characters_before(self, start: int, offset: int) -> int:
        """Return how many characters stand between ``start`` of a long line and ``offset``.

        Thousands of findings may stand on one line: what it holds is counted once, in pieces.
        """
        if start not in self._counted:
            ends = range(start + _LONG, self._end_of_line(start), _LONG)
            counts = (_characters(self.code[end - _LONG : end]) for end in ends)
            self._counted[start] = list(accumulate(counts, initial=0))
        whole = min((offset - start) // _LONG, len(self._counted[start]) - 1)
        return self._counted[start][whole] + _characters(self.code[start + whole * _LONG : offset])

    @cached_property
    def _counted(self) -> dict[int, list[int]]:
        return {}

    def _end_of_line(self, start: int) -> int:
        row = self._row(start)
        return self._line_starts[row] if row < len(self._line_starts) else len(self.code)

    def file_position(self, offset: int) -> Position:
        """Return the line and column in the file itself, for readers that know nothing of cells."""
        if self.inset is not None:
            return self.inset.host.file_position(self.inset.offsets[offset])
        return self.position(offset)

    def offset_at(self, position: Position) -> int:
        """Return the offset of the byte at ``position``, where the code is that of a whole file without cells.

        A column behind the end of its line is that end.
        """
        starts = [*self._line_starts, len(self.code)]
        line = self.code[starts[position.line - 1] : starts[position.line]].decode("utf-8", "replace").rstrip("\r\n")
        return starts[position.line - 1] + len(line[: position.column - 1].encode())

    def line(self, offset: int, above: int = 0) -> str:
        """Return the line of the file or the cell in which the byte at ``offset`` stands, without its line break.

        ``above`` asks for the line so many lines further up; it is empty where there is none.
        """
        if self.inset is not None and not self.cells:
            return self.inset.host.line(self.inset.offsets[offset], above)
        span = self.line_span(offset, above)
        text = self.code if self.written is None else self.written
        return "" if span is None else text[slice(*span)].decode("utf-8", "replace")

    def line_span(self, offset: int, above: int = 0) -> tuple[int, int] | None:
        """Return start and end, in the code, of the line in which the byte at ``offset`` stands, without its break.

        ``above`` asks for the line so many lines further up; None where the file or the cell has none there.
        """
        row = self._row(offset) - above
        if row < self._row(self._cell(offset).start):
            return None
        start = self._line_starts[row - 1]
        end = self._end_of_line(start)
        while end > start and self.code[end - 1] in b"\r\n":
            end -= 1
        return start, end

    def first_line(self, offset: int) -> int:
        """Return where the first of those lines begins that backslashes join to the line of the byte at ``offset``.

        Asked of a source whose lines people see.
        """
        row = self._row(offset)
        first = self._joined.get(row, row)
        return self._line_starts[max(first, self._row(self._cell(offset).start)) - 1]

    @cached_property
    def _joined(self) -> dict[int, int]:
        """The first of the rows that backslashes join, by each of the others."""
        text = self.code if self.written is None else self.written
        found: dict[int, int] = {}
        for each in _BACKSLASH.finditer(text):
            row = self._row(each.start())
            found[row + 1] = found.get(row, row)
        return found

    def in_lines(self, offset: int) -> tuple[Source, int]:
        """Return the source whose lines are those that people see around ``offset``, and the offset in its code.

        That is the file itself, or in a notebook the cells that make one program.
        """
        if self.inset is None or self.cells:
            return self, offset
        return self.inset.host.in_lines(self.inset.offsets[offset])

    def outward(self, edit: Edit) -> Edit:
        """Return ``edit``, of this source's code, as an edit of the code of the file that holds it."""
        if self.inset is None:
            return edit
        start = self.inset.offsets[edit.start]
        end = start
        if edit.end > edit.start:
            # An edit ends where its last byte does: what stands between two bytes of the host is not touched.
            ends, last = self.inset.ends, edit.end - 1
            end = self.inset.offsets[last] + 1 if ends is None else ends[last]
        return self.inset.host.outward(Edit(start, end, self.inset.quote(edit.text)))

    def file_offset(self, offset: int) -> int:
        """Return the offset, in the code of the whole file, of the byte at ``offset``."""
        return offset if self.inset is None else self.inset.host.file_offset(self.inset.offsets[offset])

    @property
    def root(self) -> Source:
        """The source of the whole file."""
        return self if self.inset is None else self.inset.host.root

    @property
    def parsed(self) -> bytes:
        """The code as parsers want it, byte for byte as long.

        A lone carriage return, which Python takes for a line break and tree-sitter for a blank, is a line feed.
        """
        if b"\r" not in self.code:
            return self.code
        return re.sub(rb"\r(?!\n)", b"\n", self.code)


def _characters(code: bytes) -> int:
    """Return how many characters begin in ``code``, a part of UTF-8."""
    return len(code.translate(None, _CONTINUING))


def _place(before: str) -> Position:
    lines = re.split("\r\n|\r|\n", before)
    return Position(len(lines), len(lines[-1]) + 1)
