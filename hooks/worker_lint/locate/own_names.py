"""The places that set one name of a file's own, such as ``nw``, and which of them a loader takes it from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.locate.forms import text_of
from worker_lint.locate.scopes import scope_of, scopes_around

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tree_sitter import Node

    from worker_lint.locate.forms import Placed

_SEVERAL = 2
"""Loaders that take one name after which another one that does tells nothing more."""


class OwnName:
    """Every place of a file that sets one name, by what it is there.

    Only what is sure to be the same thing is given out: a name of the loader's own function or of the module, the
    attribute of the same object, the option behind ``args.name``.
    """

    def __init__(self, placed: Iterable[Placed]) -> None:
        self._of_scopes: dict[int, _Setters] = {}
        self._of_holders: dict[str, _Setters] = {}
        self._options = _Setters()
        for found in placed:
            above = found.name.parent
            if found.form in ("option-default", "fallback"):
                self._options.places.append(found)
            elif found.form == "assignment" and above is not None and above.type == "attribute":
                holder = text_of(above.child_by_field_name("object"))
                self._of_holders.setdefault(holder, _Setters()).places.append(found)
            if found.form in ("assignment", "parameter-default") and _is_bare(found):
                self._of_scopes.setdefault(scope_of(found.name), _Setters()).places.append(found)

    def taken(self, base: str, call: Node) -> Iterator[Placed]:
        """Yield each place that sets what ``call`` takes from ``base``, an object, or under the plain name.

        A place that more calls take is given out for two of them: who asks where a count comes from has to know
        whether there is one answer or several.
        """
        if not base:
            found = [self._of_scopes.get(scope) for scope in scopes_around(call)]
        else:
            is_option = base.rpartition(".")[2] not in ("self", "cls")
            found = [self._of_holders.get(base), self._options if is_option else None]
        for setters in found:
            if setters is not None and setters.given_out < _SEVERAL:
                setters.given_out += 1
                yield from setters.places


class _Setters:
    """Places that set the same thing, and for how many calls they were given out."""

    def __init__(self) -> None:
        self.places: list[Placed] = []
        self.given_out = 0


def _is_bare(found: Placed) -> bool:
    return found.name.parent is None or found.name.parent.type not in ("attribute", "keyword_argument")
