"""Where a count that is only passed on comes from, as far as its own file decides that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.dataclass import replace
from worker_lint.locate.forms import text_of
from worker_lint.locate.scopes import scope_of, scopes_around
from worker_lint.locate.vocabulary import normalised

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from worker_lint.locate.forms import Placed
    from worker_lint.site import Site

_MOST_STEPS = 5
"""Names that a value is followed through: ``self.n`` to ``n`` to ``args.n`` to ``--n``."""


class Origins:
    """The sites of one file with the places in the tree at which they stand."""

    def __init__(self, found: Iterable[tuple[Placed, Site]]) -> None:
        self._found = list(found)

    def resolved(self) -> Iterator[Site]:
        """Yield every site; one that is a reference with the one literal that it can only stand for."""
        for placed, site in self._found:
            origin = self._origin(placed, site) if site.value.kind == "reference" else None
            yield site if origin is None else replace(site, origin=origin)

    def _origin(self, placed: Placed, site: Site) -> Site | None:
        for _ in range(_MOST_STEPS):
            settings = self._settings(placed, site.value.text)
            if len(settings) != 1:  # nobody in this file sets it, or more than one place does
                return None
            placed, site = settings[0]
            if site.value.literal:
                return site
            if site.value.kind != "reference":
                return None
        return None

    def _settings(self, placed: Placed, reference: str) -> list[tuple[Placed, Site]]:
        """Return every site that gives ``reference``, used at ``placed``, its value."""
        base, _, last = reference.rpartition(".")
        others = [pair for pair in self._found if pair[0] is not placed]
        if not base:
            scopes = scopes_around(placed.value)
            return [
                pair
                for pair in others
                if pair[1].form in ("assignment", "parameter-default")
                and text_of(pair[0].name) == last
                and scope_of(pair[0].name) in scopes
                and _holder(pair[0]) == ""
            ]
        if base in ("self", "cls"):
            return [pair for pair in others if _holder(pair[0]) == base and text_of(pair[0].name) == last]
        return [
            pair
            for pair in others
            if (pair[1].form == "option-default" and normalised(pair[1].name) == normalised(last))
            or (_holder(pair[0]) == base and text_of(pair[0].name) == last)
        ]


def _holder(placed: Placed) -> str:
    """Return ``a.b`` where ``a.b.c`` is set; the empty string for a plain name or anything else."""
    above = placed.name.parent
    if placed.name.type != "identifier" or above is None or above.type != "attribute":
        return ""
    return text_of(above.child_by_field_name("object"))
