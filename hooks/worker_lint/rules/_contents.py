"""What the documents of one file hold, as far as it tells which rules may find something there."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from worker_lint.locate.words import present

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from worker_lint.site import Document

    Kind = Literal["python", "script", "yaml", "counts", "loaders"]
    """Python; a script that starts programs; YAML; places that set a count; uses of a loader that is known."""


class Contents:
    """What stands in the ``documents`` of one file, each kind of it looked for once, and only where it is asked."""

    def __init__(self, documents: Sequence[Document], words: frozenset[str]) -> None:
        self._documents = documents
        self._words = words

    @cached_property
    def kinds(self) -> frozenset[Kind]:
        """What at least one of the documents is, or has."""
        kinds: set[Kind] = set()
        for document in self._documents:
            if document.module is not None:
                kinds.add("python")
            if document.job is not None:
                kinds.add("script")
            if document.source.language == "yaml":
                kinds.add("yaml")
            if document.sites or document.duplicates:
                kinds.add("counts")
            if any(group.loader is not None for group in document.groups):
                kinds.add("loaders")
        return frozenset(kinds)

    @cached_property
    def options(self) -> frozenset[str]:
        """The names, without their prefixes, of all values that stand beside others, as keywords or as keys."""
        return frozenset(
            name.removeprefix(group.prefix)
            for document in self._documents
            for group in document.groups
            for name in group.options
        )

    @cached_property
    def words(self) -> frozenset[str]:
        """Those of the words asked for that stand in the code, be it in a comment or a string."""
        return frozenset(word for document in self._documents for word in present(document.source.code, self._words))
