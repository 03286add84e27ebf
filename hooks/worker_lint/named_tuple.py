"""Tuples with named fields, as ``typing.NamedTuple`` makes them, without the compiler that it starts for its types."""

from __future__ import annotations

from collections import namedtuple

TYPE_CHECKING = False  # as type checkers know it; the import of ``typing`` is a third of a short run
if TYPE_CHECKING:
    from typing import Any, NamedTuple

__all__ = ["NamedTuple"]


class _Maker(type):
    """Makes a class that is written below ``NamedTuple`` a subclass of a tuple with its annotations as fields."""

    def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> type:
        if not bases:
            return super().__new__(cls, name, bases, body)
        names = list(body["__annotations__"])
        defaults = [body.pop(each) for each in names if each in body]
        fields: type = namedtuple(name, names, defaults=defaults, module=body["__module__"])  # type: ignore[misc]
        return type(name, (fields,), {"__slots__": (), **body})


class _NamedTuple(metaclass=_Maker):
    """The base of a tuple with named fields."""


if not TYPE_CHECKING:
    NamedTuple = _NamedTuple
