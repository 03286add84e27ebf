"""Edits of comments: whether what is left when comments are taken away is the same before and after."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from worker_lint.locate import locate
from worker_lint.locate.comments import tree, uncommented
from worker_lint.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tree_sitter import Node

    from worker_lint.locate.vocabulary import Vocabulary
    from worker_lint.source import Source

_TEXT = regex("string|scalar|content|heredoc|quote")
"""Nodes in which blanks and line breaks are text."""


def differ_in_comments_alone(before: Source, after: Source, words: Vocabulary) -> bool:
    """Return whether two versions of a whole file say the same to whoever reads no comments.

    Both are parsed, and so is the code of other languages in them. Raises SourceError where that cannot be judged.
    """
    old, new = _parts(before, words), _parts(after, words)
    return len(old) == len(new) and all(
        one.language == other.language and _outline(one, old) == _outline(other, new)
        for one, other in zip(old, new, strict=True)
    )


def _parts(source: Source, words: Vocabulary) -> list[Source]:
    """Return the whole file, and the pieces of other languages in it, in a fixed order."""
    parts = [source]
    for document in locate(source, words):
        chain: list[Source] = []
        part = document.source
        while part is not source and all(part is not known for known in parts):
            chain.append(part)
            part = part.inset.host if part.inset is not None else source
        parts += reversed(chain)
    return parts


def _outline(source: Source, parts: Sequence[Source]) -> list[object]:
    """Return all that ``source`` says of itself, without its comments and without the pieces inside it."""
    pieces = [part for part in parts if part.inset is not None and part.inset.host is source]
    if source.language == "notebook":
        return [_notebook(source.code)]
    root = tree(source.language, source.parsed)
    if root is None:
        return list(_words(source, pieces))
    return list(_nodes(root, source.parsed, [_span(piece) for piece in pieces]))


def _span(piece: Source) -> tuple[int, int]:
    offsets = piece.inset.offsets if piece.inset is not None else ()
    return (min(offsets[:-1]), max(offsets[:-1])) if len(offsets) > 1 else (0, -1)


def _nodes(root: Node, code: bytes, pieces: Sequence[tuple[int, int]]) -> Iterator[object]:
    """Yield the syntax tree below ``root``: each node's type, and the text of those that have no parts or are text."""
    stack = list(reversed(root.children))
    while stack:
        node = stack.pop()
        text = code[node.start_byte : node.end_byte]
        if node.type == "comment" or not text.strip():
            continue
        whole = not node.children or _TEXT.search(node.type) is not None
        if whole and not any(node.start_byte < end and start < node.end_byte for start, end in pieces):
            yield node.type, text
        else:
            yield node.type
        stack += reversed(node.children)


def _words(source: Source, pieces: Sequence[Source]) -> Iterator[bytes]:
    """Yield the words of a source that has no grammar, outside of its comments and of the pieces in it."""
    code = bytearray(uncommented(source))
    for piece in pieces:
        # What a piece has besides the code of its host, it has in the place of something else there.
        offsets = piece.inset.offsets[:-1] if piece.inset is not None else ()
        for character, offset in zip(piece.code, offsets, strict=False):
            if offset < len(code) and character == source.code[offset] and character not in b"\r\n":
                code[offset] = ord(b" ")
    yield from bytes(code).split()


def _notebook(code: bytes) -> Any:
    """Return the notebook without the text of its code cells, each of which is a piece of its own."""
    document: Any = json.loads(code)
    for holder in (document, *document.get("worksheets", ())):
        for cell in holder.get("cells", ()):
            if cell.get("cell_type") == "code":
                cell.pop("source", cell.pop("input", None))
    return document
