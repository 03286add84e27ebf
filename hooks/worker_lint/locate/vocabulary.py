"""The words of ``vocabulary.toml``, compiled once into the shapes that the locators ask for."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@dataclass(frozen=True, slots=True)
class Loader:
    """A callable that takes a worker count, as the vocabulary describes it."""

    name: str
    count: str
    index: int | None
    minimum: int
    default: int
    prefix: str
    worker_options: frozenset[str]
    """The options, without the prefix, that raise where there are no workers."""

    @property
    def short(self) -> str:
        """The last part of the dotted name."""
        return self.name.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Every word that the locators know."""

    stems: tuple[bytes, ...]
    names: frozenset[str]
    options: Mapping[str, Mapping[str, str]]
    """What each worker option must be where there are no workers, by option and language."""
    siblings: frozenset[str]
    loaders: Mapping[str, Loader]
    """By every dotted name under which one can be imported."""
    loader_names: frozenset[str]
    """The last parts of those names."""
    not_callables: frozenset[str]
    prefixes: Mapping[str, str]
    """What the names of a loader's options begin with, by the name of its count, where they begin with something."""

    def concerns(self, data: bytes) -> bool:
        """Return whether a file of these bytes can hold a count at all."""
        return any(stem in data for stem in self.stems)

    def is_count(self, name: str) -> bool:
        """Return whether ``name``, as written, always means a loader's worker count."""
        return normalised(name) in self.names

    def spellings(self) -> tuple[str, ...]:
        """Return every way to write a name: snake case, upper case, kebab case, and as a command-line option."""
        ways: list[str] = []
        for name in sorted(self.names):
            kebab = name.replace("_", "-")
            ways += [name, name.upper(), kebab, f"--{name}", f"--{kebab}", f"-{name}", f"-{kebab}", f"--{name.upper()}"]
        return tuple(dict.fromkeys(ways))

    def prefix(self, options: Iterable[str]) -> str:
        """Return what the names of the worker options among ``options`` begin with, as the count's name tells."""
        return next((self.prefixes[name] for name in options if name in self.prefixes), "")

    def is_loader_group(self, options: Mapping[str, object]) -> bool:
        """Return whether the keys of a dict or object show that it configures a loader."""
        return not self.siblings.isdisjoint(options)


def normalised(name: str) -> str:
    """Return ``name`` as the vocabulary writes it: lower case, underscores, no leading dashes."""
    return name.lstrip("-").replace("-", "_").lower()


@cache
def vocabulary() -> Vocabulary:
    """Return the vocabulary that ships with the package."""
    data = tomllib.loads((files("worker_lint.locate") / "vocabulary.toml").read_text(encoding="utf-8"))
    options = {name: entry["without_workers"] for name, entry in data["options"].items()}
    loaders: dict[str, Loader] = {}
    for entry in data["callables"]:
        loader = Loader(
            name=entry["name"],
            count=entry["count"],
            index=entry.get("index"),
            minimum=entry["minimum"],
            default=entry["default"],
            prefix=entry.get("prefix", ""),
            worker_options=frozenset(entry.get("worker_options", options)),
        )
        loaders.update(dict.fromkeys((entry["name"], *entry.get("aliases", ())), loader))
    return Vocabulary(
        stems=tuple(stem.encode() for stem in data["stems"]),
        names=frozenset(data["names"]),
        options=options,
        siblings=frozenset(data["evidence"]["siblings"]),
        loaders=loaders,
        loader_names=frozenset(name.rpartition(".")[2] for name in loaders),
        not_callables=frozenset(data["not-callables"]),
        prefixes={loader.count: loader.prefix for loader in loaders.values() if loader.prefix},
    )
