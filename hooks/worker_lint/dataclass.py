"""Classes of named fields, as ``dataclasses`` of the standard library makes them, in a thirtieth of its time.

A short run needs some fifty of them. The standard library compiles up to six methods for each as its module is
imported, and imports ``inspect`` to do so: together that was a third of the run. Here ``__init__`` alone is compiled,
and for a class of many instances only; the other methods are the same for all. For type checkers the functions of this
module are those of the standard library; at run time they know the options that this package uses.
"""

from __future__ import annotations

from operator import attrgetter

TYPE_CHECKING = False  # as type checkers know it; the import of ``typing`` is a third of a short run
if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import asdict, dataclass, field, fields, replace
    from typing import Any, NoReturn

__all__ = ["asdict", "dataclass", "field", "fields", "replace"]

_FIELDS = "__fields__"
"""The attribute of a class that holds its fields."""
_NOTHING = object()
"""Stands for a value that nobody gave."""
_FEW = 16
"""Instances of a class that are made field by field: to compile what is faster takes as long as to make some forty."""


class _Field:
    """What is known of one field."""

    __slots__ = ("default", "default_factory", "kw_only", "name")

    def __init__(self, default: object, default_factory: Callable[[], object] | None, kw_only: bool) -> None:
        self.name = ""
        self.default = default
        self.default_factory = default_factory
        self.kw_only = kw_only

    def otherwise(self) -> object:
        """Return its value in an instance for which none is given."""
        return self.default if self.default_factory is None else self.default_factory()


def _field(
    *, default: object = _NOTHING, default_factory: Callable[[], object] | None = None, kw_only: bool = False
) -> _Field:
    """Return what a class's body gives a field whose default is made anew, or that is given by its name alone."""
    return _Field(default, default_factory, kw_only)


def _dataclass(*, frozen: bool = False, slots: bool = False, eq: bool = True) -> Callable[[type], type]:
    """Return a decorator that makes the annotations of a class its fields.

    Instances of a ``frozen`` class cannot be changed, ``slots`` spares each its dictionary, and without ``eq`` each is
    equal to itself alone.
    """

    def made(cls: type) -> type:
        body = dict(cls.__dict__)
        for name in ("__dict__", "__weakref__"):
            body.pop(name, None)
        fields = tuple(_declared(name, body) for name in cls.__annotations__)
        names = tuple(each.name for each in fields)
        if slots:
            for name in names:
                body.pop(name, None)
            body["__slots__"] = names
        body.update({_FIELDS: fields, "__match_args__": names, "__qualname__": cls.__qualname__})
        body.setdefault("__repr__", _repr)
        if frozen:
            body.update(__setattr__=_refuse, __delattr__=_refuse, __getstate__=_state, __setstate__=_restore)
        if eq:
            body.update(_comparison(names, frozen))
        found = type(cls)(cls.__name__, cls.__bases__, body)
        _compile_for_many(found, fields, frozen)
        return found

    return made


def _declared(name: str, body: dict[str, Any]) -> _Field:
    """Return the field ``name`` of a class with ``body``, in which its default is left, if it has one."""
    given = body.get(name, _NOTHING)
    found = given if isinstance(given, _Field) else _Field(given, None, kw_only=False)
    found.name = name
    if found is given:
        if found.default is _NOTHING:
            del body[name]
        else:
            body[name] = found.default
    return found


def _compile_for_many(cls: type, fields: tuple[_Field, ...], frozen: bool) -> None:
    """Give ``cls`` an ``__init__`` that makes a few instances, and then puts a compiled one in its own place."""
    names = frozenset(each.name for each in fields)
    needed = frozenset(each.name for each in fields if each.default is _NOTHING and each.default_factory is None)
    positional = tuple(each.name for each in fields if not each.kw_only)
    put = object.__setattr__ if frozen else setattr
    finish: Callable[[object], None] | None = getattr(cls, "__post_init__", None)
    made = 0

    def init(self: object, *values: object, **named: object) -> None:
        nonlocal made
        made += 1
        given = {**dict(zip(positional, values, strict=False)), **named}
        fits = len(given) == len(values) + len(named) and needed <= given.keys() <= names
        if made > _FEW or not fits:  # the compiled one says what does not fit
            compiled = _compiled_init(cls, fields, frozen)
            type.__setattr__(cls, "__init__", compiled)
            compiled(self, *values, **named)
            return
        for each in fields:
            put(self, each.name, given[each.name] if each.name in given else each.otherwise())
        if finish is not None:
            finish(self)

    type.__setattr__(cls, "__init__", init)


def _compiled_init(cls: type, fields: tuple[_Field, ...], frozen: bool) -> Callable[..., None]:
    """Return the ``__init__`` of ``cls``: a parameter for each of ``fields``, which it sets one by one."""
    scope: dict[str, Any] = {"_put": object.__setattr__, "_NOTHING": _NOTHING}
    positional: list[str] = []
    by_name: list[str] = []
    lines: list[str] = []
    for each in fields:
        name = value = parameter = each.name
        if each.default_factory is not None:
            scope[f"_make_{name}"] = each.default_factory
            parameter, value = f"{name}=_NOTHING", f"_make_{name}() if {name} is _NOTHING else {name}"
        elif each.default is not _NOTHING:
            scope[f"_default_{name}"] = each.default
            parameter = f"{name}=_default_{name}"
        (by_name if each.kw_only else positional).append(parameter)
        lines.append(f"_put(self, {name!r}, {value})" if frozen else f"self.{name} = {value}")
    parameters = ["self", *positional, *(("*", *by_name) if by_name else ())]
    if hasattr(cls, "__post_init__"):
        lines.append("self.__post_init__()")
    exec(f"def __init__({', '.join(parameters)}):\n  " + "\n  ".join(lines), scope)  # noqa: S102 - names of fields
    init: Callable[..., None] = scope["__init__"]
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    return init


def _comparison(names: tuple[str, ...], frozen: bool) -> dict[str, Any]:
    values = attrgetter(*names)

    def equal(self: object, other: object) -> bool:
        return values(self) == values(other) if type(other) is type(self) else NotImplemented

    def hashed(self: object) -> int:
        return hash(values(self))

    return {"__eq__": equal, "__hash__": hashed if frozen else None}


def _repr(self: object) -> str:
    values = ", ".join(f"{each.name}={getattr(self, each.name)!r}" for each in _fields(self))
    return f"{type(self).__qualname__}({values})"


def _refuse(self: object, name: str, _: object = None) -> NoReturn:
    raise AttributeError(f"{type(self).__qualname__} is frozen: its {name!r} cannot be changed")


def _state(self: object) -> dict[str, object]:
    """Return what another process makes the same instance of: what was computed for this one is left out."""
    return {each.name: getattr(self, each.name) for each in _fields(self)}


def _restore(self: object, state: dict[str, object]) -> None:
    for name, value in state.items():
        object.__setattr__(self, name, value)


def _fields(of: object) -> tuple[_Field, ...]:
    """Return the fields of a class, or of that of an instance, in order."""
    found: tuple[_Field, ...] = getattr(of, _FIELDS)
    return found


def _replace(instance: object, **changes: object) -> object:
    """Return a copy of ``instance`` in which the fields that ``changes`` names have its values."""
    return type(instance)(**(_state(instance) | changes))


def _asdict(instance: object) -> dict[str, object]:
    """Return the values of ``instance`` by their names; those that have fields themselves are dictionaries, too."""
    values = _state(instance).items()
    return {name: _asdict(value) if hasattr(value, _FIELDS) else value for name, value in values}


if not TYPE_CHECKING:
    asdict, dataclass, field, fields, replace = _asdict, _dataclass, _field, _fields, _replace
