"""Jupyter notebooks: one program of Python in many cells, and the commands between them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from worker_lint.errors import SourceError
from worker_lint.locate.grammars import parser, python_tree
from worker_lint.locate.long_texts import without_long_texts
from worker_lint.locate.magics import readings
from worker_lint.locate.quoted import Text, escaped
from worker_lint.regex import regex
from worker_lint.source import Cell, Inset, Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tree_sitter import Node

    from worker_lint.languages import Language

_Reading = tuple[Cell, Text, bytes]
"""A cell, what is written in it, and that as one language has it."""


_UNKNOWN = regex(
    rb'"(?:[^"\\]|\\.)*"'
    rb"|(?P<constant>-?(?:NaN|Infinity))\b"  # which are no JSON, but Jupyter writes and reads them
    rb"|(?<=[0-9][eE])(?P<plus>\+)(?=[0-9])",  # 1e+16, which is JSON but not known to the grammar
    re.DOTALL,
)


def pieces(source: Source) -> Iterator[Source]:
    """Yield the code in a notebook: the Python of all cells as one program, and each cell's part in other languages.

    A cell that does not parse stands alone, so that it does not hide what is in the others. A notebook in another
    language than Python has nothing to yield. Raises SourceError where it is no JSON.
    """
    root = next((node for node in _document(source).named_children if node.type == "object"), None)
    if root is None or not _is_python(root, source.code):
        return
    program: list[_Reading] = []
    others: list[Source] = []
    for number, text in _code_cells(root, source.code):
        for language, code in readings(bytes(text.code)):
            reading = (Cell(0, number), text, code)
            if language == "python":
                program.append(reading)
            else:
                others.append(_joined(source, language, [reading]))
    yield from _programs(source, program)
    yield from others


def _document(source: Source) -> Node:
    """Return the syntax tree of a notebook. Raises SourceError where it is no JSON."""
    root = without_long_texts(source.code)
    if root.has_error:
        root = without_long_texts(_UNKNOWN.sub(_known, source.code))
    if root.has_error:
        from json import JSONDecodeError, loads

        place, what = 0, "it is nested too deep"
        try:
            loads(source.code)
            return root
        except JSONDecodeError as error:
            place, what = len(error.doc[: error.pos].encode()), error.msg[0].lower() + error.msg[1:]
        except RecursionError:
            pass
        line, column = source.position(place)
        raise SourceError(
            f"{source.path}:{line}:{column}: not a notebook: {what}; mend it or leave the file out of the check"
        )
    return root


def _known(match: re.Match[bytes]) -> bytes:
    """Return what the grammar reads in the place of ``match``, as many bytes long."""
    return b"0" * len(match[0]) if match["plus"] else b"0".ljust(len(match[0])) if match["constant"] else match[0]


def _programs(source: Source, cells: Sequence[_Reading]) -> Iterator[Source]:
    if not cells:
        return
    whole = _joined(source, "python", cells)
    if not python_tree(whole.code).root_node.has_error:
        yield whole
        return
    alone = [parser("python").parse(code).root_node.has_error for _, _, code in cells]
    intact = [cell for cell, has_error in zip(cells, alone, strict=True) if not has_error]
    if intact:
        yield _joined(source, "python", intact)
    for cell, has_error in zip(cells, alone, strict=True):
        if has_error:
            yield _joined(source, "python", [cell])


def _joined(source: Source, language: Language, readings: Sequence[_Reading]) -> Source:
    """Return the code of several cells as one piece of the notebook, a line break behind each."""
    cells: list[Cell] = []
    whole = Text()
    code = bytearray()
    for cell, text, reading in readings:
        cells.append(cell._replace(start=len(code)))
        whole.extend(text)
        whole.append(b"\n", whole.ends[-1], whole.ends[-1])
        code += reading + b"\n"
    inset = Inset(source, [*whole.starts, whole.ends[-1]], whole.ends, escaped)
    return Source(
        source.path,
        language,
        bytes(code),
        source.encoding,
        exact=source.exact,
        inset=inset,
        cells=tuple(cells),
        written=bytes(whole.code),
    )


def _code_cells(root: Node, code: bytes) -> Iterator[tuple[int, Text]]:
    """Yield the number and the text of each cell of code that is not empty."""
    for number, cell in enumerate(_cells(root, code)):
        entries = _entries(cell, code)
        kind = entries.get("cell_type")
        written = entries.get("source", entries.get("input"))  # "input" before version 4
        if kind is None or written is None or code[kind.start_byte : kind.end_byte] != b'"code"':
            continue
        text = Text()
        for part in [written] if written.type == "string" else written.named_children:
            if part.type == "string":
                text.append_string(code, part)
        if text.code:
            yield number, text


def _cells(root: Node, code: bytes) -> Iterator[Node]:
    top = _entries(root, code)
    sheets = top.get("worksheets")  # before version 4
    for holder in [root] if sheets is None else sheets.named_children:
        cells = _entries(holder, code).get("cells")
        for cell in cells.named_children if cells is not None else ():
            if cell.type != "comment":
                yield cell


def _is_python(root: Node, code: bytes) -> bool:
    """Return whether the notebook says that it is in Python, or does not say in what."""
    metadata = _entries(root, code).get("metadata")
    said = _entries(metadata, code) if metadata is not None else {}
    for holder, key in (("language_info", "name"), ("kernelspec", "language")):
        language = _entries(said[holder], code).get(key) if holder in said else None
        if language is not None:
            return b"python" in code[language.start_byte : language.end_byte].lower()
    return True


def _entries(node: Node, code: bytes) -> dict[str, Node]:
    """Return the values of ``node``, an object, by key; nothing where it is none."""
    entries: dict[str, Node] = {}
    for pair in node.named_children if node.type == "object" else ():
        key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
        if pair.type == "pair" and key is not None and value is not None:
            entries[code[key.start_byte + 1 : key.end_byte - 1].decode("utf-8", "replace")] = value
    return entries
