"""Where a count that is only passed on comes from, as far as its own file decides that."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from worker_lint.dataclass import replace
from worker_lint.locate.forms import text_of
from worker_lint.locate.scopes import scope_of, scopes_around
from worker_lint.locate.vocabulary import normalised

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from worker_lint.locate.forms import Placed
    from worker_lint.site import Site

    _Pair = tuple[Placed, Site]

_MOST_STEPS = 5
"""Names that a value is followed through: ``self.n`` to ``n`` to ``args.n`` to ``--n``."""


class Origins:
    """The sites of one file with the places in the tree at which they stand."""

    def __init__(self, found: Iterable[tuple[Placed, Site]]) -> None:
        self._found = list(found)
        self._of_scopes: dict[tuple[str, int], list[_Pair]] = {}
        """Those that set a plain name, by the name and the scope whose it is."""
        self._of_holders: dict[tuple[str, str], list[_Pair]] = {}
        """Those that set an attribute, by what holds it and its name."""
        self._of_options: dict[str, list[_Pair]] = {}
        for pair in self._found:
            placed, site = pair
            name, holder = text_of(placed.name), _holder(placed)
            if holder:
                self._of_holders.setdefault((holder, name), []).append(pair)
            elif site.form in ("assignment", "parameter-default"):
                self._of_scopes.setdefault((name, scope_of(placed.name)), []).append(pair)
            elif site.form == "option-default":
                self._of_options.setdefault(normalised(site.name), []).append(pair)

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

    def _settings(self, placed: Placed, reference: str) -> list[_Pair]:
        """Return the sites that give ``reference``, used at ``placed``, its value: no more than two of them."""
        base, _, last = reference.rpartition(".")
        if not base:
            scopes = scopes_around(placed.value)
            found: list[Sequence[_Pair]] = [self._of_scopes.get((last, scope), ()) for scope in scopes]
        else:
            found = [self._of_holders.get((base, last), ())]
            if base not in ("self", "cls"):
                found.append(self._of_options.get(normalised(last), ()))
        others = (pair for pairs in found for pair in pairs if pair[0] is not placed)
        return list(islice(others, 2))


def _holder(placed: Placed) -> str:
    """Return ``a.b`` where ``a.b.c`` is set; the empty string for a plain name or anything else."""
    above = placed.name.parent
    if placed.name.type != "identifier" or above is None or above.type != "attribute":
        return ""
    return text_of(above.child_by_field_name("object"))
