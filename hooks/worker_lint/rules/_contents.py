"""What the documents of one file hold, as far as it tells which rules may find something there."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from worker_lint.locate.words import names_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence, Set
    from typing import Literal

    from worker_lint.policy import Policy
    from worker_lint.site import Document, Value

    _Written = Literal["integers", "negatives", "constants", "computed"]
    Kind = Literal["python", "script", "program", "data", "container", "loaders", "counts", _Written, "mode", "machine"]
    """Python; a script that starts programs; one of both; a language of data; what may describe a container; calls and
    tables of a loader that is known; places that set a count; those that set it to a plain integer, to one below 0, to
    another literal, to what may be another number each time; that a policy holds counts to a mode, or to a machine."""


_RUNTIMES = (b"docker", b"podman")
_DESCRIPTIONS = (b"container", b"services")


class Contents:
    """What stands in the ``documents`` of one file, each kind of it looked for once, and only where it is asked."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._documents = documents

    @cached_property
    def kinds(self) -> frozenset[Kind]:
        """What at least one of the documents is, or has."""
        kinds: set[Kind] = set()
        for document in self._documents:
            if document.module is not None:
                kinds.update(("python", "program"))
            if document.job is not None:
                kinds.update(("script", "program"))
            if document.source.is_data:
                kinds.add("data")
            if any(mark in document.source.code for mark in _container_marks(document)):
                kinds.add("container")
            if document.sites or document.duplicates:
                kinds.add("counts")
            for site in document.sites:
                kinds.update(_written(site.value))
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
    def words(self) -> Set[bytes]:
        """Every name in the code, also in comments and strings, and every number."""
        found = [names_of(document.source.code) for document in self._documents]
        return found[0] if len(found) == 1 else frozenset().union(*found)


def declared(policy: Policy) -> frozenset[Kind]:
    """Return what ``policy`` holds the counts of a file to."""
    kinds: set[Kind] = set()
    if policy.settings.policy != "bounds-only":
        kinds.add("mode")
    if policy.profiles:
        kinds.add("machine")
    return frozenset(kinds)


def _written(value: Value) -> Iterator[_Written]:
    """Yield what of a count ``value`` is, as it is written."""
    if value.number is not None:
        yield "integers"
        if value.number < 0:
            yield "negatives"
    if value.kind in ("float", "string", "boolean", "null"):
        yield "constants"
    if value.kind in ("float", "expression"):  # a division is a float, too
        yield "computed"


def _container_marks(document: Document) -> tuple[bytes, ...]:
    """Return what stands in the code of ``document`` where it describes a container, or starts one."""
    if document.job is not None:
        return _RUNTIMES
    return _DESCRIPTIONS if document.source.language == "yaml" else ()
