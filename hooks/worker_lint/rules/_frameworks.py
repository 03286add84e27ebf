"""What ``frameworks.toml`` says of worker counts, read once."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from worker_lint.dataclass import dataclass

if TYPE_CHECKING:
    from worker_lint.locate.module import Module


@dataclass(frozen=True, slots=True)
class OwnWorkers:
    """Datasets that have workers of their own."""

    names: tuple[str, ...]
    count: str
    """The keyword that says how many."""


@dataclass(frozen=True, slots=True)
class Replaced:
    """Datasets that the main process changes while workers hold a copy."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NeedsWorkers:
    """A method of a loader that raises an error where it has no workers."""

    method: str
    modules: tuple[str, ...]
    error: str


@dataclass(frozen=True, slots=True)
class Lowest:
    """A keyword below whose minimum every call of the framework raises ValueError."""

    keyword: str
    modules: tuple[str, ...]
    minimum: int


@dataclass(frozen=True, slots=True)
class Removed:
    """Keywords that methods no longer take, in files that one of the marks shows to be the new framework's."""

    methods: tuple[str, ...]
    keywords: tuple[str, ...]
    modules: tuple[str, ...]
    marks: tuple[str, ...]
    instead: str
    error: str


@dataclass(frozen=True, slots=True)
class Renamed:
    """A key of configurations that has another name where one of the marks is set as well."""

    key: str
    marks: tuple[str, ...]
    instead: str
    why: str


@dataclass(frozen=True, slots=True)
class Shards:
    """Calls that make a dataset whose shards can be counted: from a keyword, or from the pattern of their names."""

    method: str
    modules: tuple[str, ...]
    effect: str
    keyword: str | None = None
    default: int | None = None
    pattern: bool = False
    not_beside: tuple[str, ...] = ()
    """Keywords beside which the shards are shared out in another way."""


@dataclass(frozen=True, slots=True)
class Frameworks:
    """Everything that the file says."""

    own_workers: tuple[OwnWorkers, ...]
    replaced: tuple[Replaced, ...]
    needs_workers: tuple[NeedsWorkers, ...]
    lowest: tuple[Lowest, ...]
    removed: tuple[Removed, ...]
    renamed: tuple[Renamed, ...]
    shards: tuple[Shards, ...]


_Entry = TypeVar("_Entry")


@cache
def frameworks() -> Frameworks:
    """Return what the frameworks say."""
    data = json.loads(Path(__file__).with_name("frameworks.json").read_bytes())  # written by tools/write_data.py

    def each(kind: str, of: type[_Entry]) -> tuple[_Entry, ...]:
        return tuple(
            of(**{key.replace("-", "_"): _frozen(value) for key, value in entry.items() if key != "source"})
            for entry in data[kind]
        )

    return Frameworks(
        own_workers=each("own-workers", OwnWorkers),
        replaced=each("replaced", Replaced),
        needs_workers=each("needs-workers", NeedsWorkers),
        lowest=each("lowest", Lowest),
        removed=each("removed", Removed),
        renamed=each("renamed", Renamed),
        shards=each("shards", Shards),
    )


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def uses(module: Module, modules: tuple[str, ...]) -> bool:
    """Return whether a file imports one of ``modules``, or anything in them."""
    return module.may_hold(modules) and any(name.partition(".")[0] in modules for name in module.imports.modules)
