"""Answers about the names and nodes of a module, each worked out once however often it is asked for."""

from __future__ import annotations

from functools import lru_cache, wraps
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from worker_lint.locate.module import Module

_Key = TypeVar("_Key", bound="Hashable")
_Answer = TypeVar("_Answer")


def once(answer: Callable[[_Key, Module], _Answer]) -> Callable[[_Key, Module], _Answer]:
    """Return ``answer`` so that it is asked once for each key: the loaders of one file mostly take the same names.

    Without that, a file of ten thousand loaders would be searched ten thousand times. Only what is known of the last
    module is kept.
    """

    @wraps(answer)
    def asked(key: _Key, module: Module) -> _Answer:
        known: dict[_Key, _Answer] = _known(module).setdefault(answer, {})
        if key not in known:
            known[key] = answer(key, module)
        return known[key]

    return asked


@lru_cache(maxsize=1)
def _known(module: Module) -> dict[object, Any]:
    """Return what is known of ``module`` by now; one cache for all, so that no other module is kept in memory."""
    return {}
