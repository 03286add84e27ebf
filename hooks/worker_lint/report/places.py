"""What the formats for other programs say of places in files, of findings that recur, and of failures."""

from __future__ import annotations

import re
from collections import Counter
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from worker_lint.identity import identity
from worker_lint.named_tuple import NamedTuple
from worker_lint.regex import regex
from worker_lint.source import Edit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker_lint.finding import Finding, Related
    from worker_lint.report.summary import Report
    from worker_lint.source import Source


def near(path: Path) -> Path:
    """Return ``path`` from the current folder where it is in it, as the services want it that know no other."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


class Span(NamedTuple):
    """A place in a whole file: lines and columns from 1, the end behind the last character."""

    line: int
    column: int
    end_line: int
    end_column: int


def file_edit(source: Source, start: int, end: int) -> Edit:
    """Return bytes ``start`` to ``end`` of a source's code as bytes of the whole file's, to be replaced by nothing."""
    return source.outward(Edit(start, end, ""))


def file_span(source: Source, edit: Edit, encoding: str | None = None) -> Span:
    """Return where ``edit``, of the whole file's code, stands.

    Columns count characters or, given an encoding, its code units: bytes of ``utf-8``, pairs of them of ``utf-16-le``.
    """
    return Span(*_place(source.root, edit.start, encoding), *_place(source.root, edit.end, encoding))


def _place(root: Source, offset: int, encoding: str | None) -> tuple[int, int]:
    line, column = root.position(offset)
    if encoding is None:
        return line, column
    # A character has at most four bytes, so these hold all that stands before the place in its line.
    near = root.code[max(0, offset - 4 * column) : offset].decode("utf-8", "replace")
    units = len(near[len(near) - (column - 1) :].encode(encoding, "replace"))
    return line, 1 + (units // 2 if encoding.startswith("utf-16") else units)


def related_place(source: Source, related: Related, encoding: str) -> tuple[int, int | None]:
    """Return the line and, in code units of ``encoding``, the column of a related place of a finding in ``source``.

    The column is None in another file: what stands before the place in its line is not at hand.
    """
    if related.path != source.path:
        return related.position.line, None
    return _place(source.root, source.root.offset_at(related.position), encoding)


def described(finding: Finding) -> str:
    """Return what a finding says, for the formats that have one text for all of it."""
    text = f"{finding.message}; {finding.help}"
    return text + "".join(f"; {related}" for related in finding.related)


def fingerprints(report: Report) -> Iterator[tuple[Source, Finding, str]]:
    """Yield each finding with a name of its own, that stays when lines move.

    It is made of the path, the rule, the name and the text; those of which all are the same are numbered in order.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    for source, finding in report.findings:
        key = (near(source.path).as_posix(), *identity(source, finding))
        digest = sha256("\0".join((*key, str(seen[key]))).encode("utf-8", "surrogatepass"))
        seen[key] += 1
        yield source, finding, digest.hexdigest()


class Failure(NamedTuple):
    """An error of a report, taken apart."""

    path: str
    """The file or folder that it is about; "." where it names none."""
    line: int | None
    column: int | None
    message: str
    """The whole error, with the path."""


_FAILURE = regex(r"(?P<path>.+?)(?::(?P<line>[1-9]\d*)(?::(?P<column>[1-9]\d*))?)?: ", re.DOTALL)


def failures(report: Report) -> Iterator[Failure]:
    """Yield the errors of ``report`` with the places that they begin with."""
    for error in report.errors:
        match = _FAILURE.match(error)
        if match is None:
            yield Failure(".", None, None, error)
        else:
            line, column = (None if found is None else int(found) for found in match.group("line", "column"))
            yield Failure(match["path"], line, column, error)


_NO_TEXT = regex("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def plain(text: str) -> str:
    """Return ``text`` with a replacement character for each that XML, or UTF-8, has no place for."""
    return _NO_TEXT.sub("\ufffd", text)
