"""Regular expressions that are compiled when they are first used: in a run on a few files most never are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, AnyStr, cast

_METHODS = ("search", "match", "fullmatch", "finditer", "findall", "split", "sub", "subn")
_ATTRIBUTES = (*_METHODS, "pattern", "flags", "groups", "groupindex")


class _Regex:
    """Has what a compiled expression has, once somebody asks for some of it."""

    __slots__ = ("_flags", "_source", *_ATTRIBUTES)

    if TYPE_CHECKING:
        _flags: int
        _source: Any

    def __init__(self, source: str | bytes, flags: int) -> None:
        self._source = source
        self._flags = flags

    def __getattr__(self, name: str) -> object:
        if name not in _ATTRIBUTES:
            raise AttributeError(f"a regular expression has no {name!r} here")
        compiled = re.compile(self._source, self._flags)
        for attribute in _ATTRIBUTES:
            setattr(self, attribute, getattr(compiled, attribute))
        return getattr(compiled, name)


def regex(source: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Return a regular expression, as ``re.compile`` does; what is wrong with it is raised when it is first used."""
    return cast("re.Pattern[AnyStr]", _Regex(source, flags))
