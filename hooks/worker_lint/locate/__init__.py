"""From a source to its document: one module and one query file a language."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from worker_lint.errors import SourceError
from worker_lint.source import Source

if TYPE_CHECKING:
    from worker_lint.locate.vocabulary import Vocabulary
    from worker_lint.site import Document

_HOLDERS = frozenset({"notebook", "markdown", "makefile", "dockerfile"})
"""Languages that say nothing themselves; their modules cut out the pieces that are in others."""


def locate(source: Source, words: Vocabulary, *, whole: bool = True) -> tuple[Document, ...]:
    """Return what ``source`` holds: its own document, and one for each piece of another language inside it.

    Unless ``whole``, the tree of a Python source may lack what seems not to be needed (see ``elision``).
    Raises SourceError where it cannot be judged, and UnseenError where something is needed that the tree lacks.
    """
    # Each language's grammar is loaded when its first file comes.
    module = import_module(f"worker_lint.locate.{source.language}")
    if not whole and source.language == "python":
        found: tuple[Document, ...] = module.locate(source, words, whole=False)
        return found
    # A module knows its own language alone: of a piece in another it yields the source.
    held = module.pieces(source) if source.language in _HOLDERS else module.locate(source, words)
    return tuple(
        document for each in held for document in (_of_piece(each, words) if isinstance(each, Source) else (each,))
    )


def _of_piece(piece: Source, words: Vocabulary) -> tuple[Document, ...]:
    try:
        return locate(piece, words)
    except SourceError:
        if piece.is_data:  # an excerpt of a document, or one that something fills in yet
            return ()
        raise
