"""From a source to its document: one module and one query file a language."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from worker_lint.locate.vocabulary import Vocabulary
    from worker_lint.site import Document
    from worker_lint.source import Source


def locate(source: Source, words: Vocabulary) -> tuple[Document, ...]:
    """Return what ``source`` holds: its own document, and one for each piece of another language inside it.

    Raises SourceError where it cannot be judged.
    """
    # Each language's grammar is loaded when its first file comes.
    documents: tuple[Document, ...] = import_module(f"worker_lint.locate.{source.language}").locate(source, words)
    return documents
