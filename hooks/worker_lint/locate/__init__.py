"""From a source to its document: one module and one query file a language."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from worker_lint.errors import SourceError

if TYPE_CHECKING:
    from worker_lint.locate.vocabulary import Vocabulary
    from worker_lint.site import Document
    from worker_lint.source import Source

_HOLDERS = frozenset({"notebook", "markdown"})
"""Languages that say nothing themselves; their modules cut out the pieces that are in others."""


def locate(source: Source, words: Vocabulary) -> tuple[Document, ...]:
    """Return what ``source`` holds: its own document, and one for each piece of another language inside it.

    Raises SourceError where it cannot be judged.
    """
    # Each language's grammar is loaded when its first file comes.
    module = import_module(f"worker_lint.locate.{source.language}")
    if source.language in _HOLDERS:
        return tuple(document for piece in module.pieces(source) for document in _of_piece(piece, words))
    documents: tuple[Document, ...] = module.locate(source, words)
    return documents


def _of_piece(piece: Source, words: Vocabulary) -> tuple[Document, ...]:
    try:
        return locate(piece, words)
    except SourceError:
        if piece.is_data:  # an excerpt of a document, as in an explanation
            return ()
        raise
