"""The words of ``vocabulary.toml``, compiled once into the shapes that the locators ask for.

They are read from ``vocabulary.json``, which ``tools/write_data.py`` writes: each run reads them.
"""

from __future__ import annotations

import json
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from worker_lint.dataclass import dataclass, replace
from worker_lint.stems import STEMS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Scope = Literal["process", "gpu", "node", "threads"]


@dataclass(frozen=True, slots=True)
class Name:
    """A name of worker counts: what it takes to believe it, and what it counts."""

    name: str
    needs: Literal["settings", "nothing", "context", "evidence"]
    """``settings`` where the user says that it always means one."""
    scope: Scope
    minimum: int


@dataclass(frozen=True, slots=True)
class Loader:
    """A callable that takes a worker count, as the vocabulary describes it."""

    name: str
    count: str
    index: int | None
    minimum: int
    default: int | None
    """The count where none is given; None where nobody said."""
    prefix: str
    worker_options: frozenset[str]
    """The options, without the prefix, that raise where there are no workers."""
    checkpoint_error: str | None = None
    """What it raises where it resumes a checkpoint that another count has written; None where it keeps no count."""

    @property
    def short(self) -> str:
        """The last part of the dotted name."""
        return self.name.rpartition(".")[2]


class Words:
    """A set of words, some of which stand for all that begin or end with them."""

    def __init__(self, words: Iterable[str]) -> None:
        listed = [normalised(word) for word in words]
        self._whole = frozenset(word for word in listed if "*" not in word)
        self._starts = tuple(word[:-1] for word in listed if word.endswith("*") and not word.startswith("*"))
        self._ends = tuple(word[1:] for word in listed if word.startswith("*") and not word.endswith("*"))
        self._inside = tuple(word.strip("*") for word in listed if word.startswith("*") and word.endswith("*"))
        self._has = lru_cache(maxsize=4096)(self._fits)  # the same names are asked for again and again

    def __contains__(self, word: str) -> bool:
        """Return whether ``word``, in snake case, is one of them."""
        return self._has(word)

    def _fits(self, word: str) -> bool:
        return (
            word in self._whole
            or word.startswith(self._starts)
            or word.endswith(self._ends)
            or any(part in word for part in self._inside)
        )

    def among(self, words: Iterable[str]) -> str | None:
        """Return the first of ``words``, in alphabetical order, that is one of them."""
        return min(filter(self._has, words), default=None)


@dataclass(frozen=True, slots=True)
class Favour:
    """What speaks for a name being a loader's count."""

    siblings: Words
    keys: Words
    training: Words
    scripts: Words


@dataclass(frozen=True, slots=True)
class Against:
    """What speaks against it."""

    siblings: Words
    keys: Words
    scripts: Words
    programs: Words
    modules: Words


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """Every word that the locators know; equal only to itself, so that it can be the key of a cache."""

    stems: tuple[bytes, ...]
    names: Mapping[str, Name]
    options: Mapping[str, Mapping[str, str]]
    """What each worker option must be where there are no workers, by option and language."""
    favour: Favour
    against: Against
    loaders: Mapping[str, Loader]
    """By every dotted name under which one can be imported."""
    loader_names: frozenset[str]
    """The last parts of those names."""
    not_callables: frozenset[str]
    prefixes: Mapping[str, str]
    """What the names of a loader's options begin with, by the name of its count, where they begin with something."""
    own_loaders: Mapping[str, Loader]
    """Those of the loaders that the settings name."""

    def concerns(self, data: bytes) -> bool:
        """Return whether a file of these bytes can hold a count at all."""
        return any(stem in data for stem in self.stems)

    def is_count(self, name: str) -> bool:
        """Return whether ``name``, as written, may mean a loader's worker count."""
        return normalised(name) in self.names

    def is_plain_count(self, name: str) -> bool:
        """Return whether ``name``, as written, means a loader's count without more evidence than its context."""
        known = self.names.get(normalised(name))
        return known is not None and known.needs != "evidence"

    @property
    def odd_names(self) -> frozenset[str]:
        """The names without the word "worker" in them, in every way to write them."""
        return frozenset(way for name in self.names if "worker" not in name for way in spellings(name))

    @property
    def option_names(self) -> frozenset[str]:
        """The worker options, with every prefix of a loader's; ``timeout`` only with one, for it means much else."""
        prefixes = {loader.prefix for loader in self.loaders.values()}
        return frozenset(prefix + option for prefix in prefixes for option in self.options) - {"timeout"}

    def own_loader(self, relative: str) -> Loader | None:
        """Return the loader that the settings name and that ``relative``, as in ``..data.make_loader``, may be."""
        tail = "." + relative.lstrip(".")
        return next((loader for dotted, loader in self.own_loaders.items() if f".{dotted}".endswith(tail)), None)

    def prefix(self, options: Iterable[str]) -> str:
        """Return what the names of the worker options among ``options`` begin with, as the count's name tells."""
        return next((self.prefixes[name] for name in options if name in self.prefixes), "")

    def is_loader_group(self, options: Iterable[str]) -> bool:
        """Return whether the keys of a dict or object show that it configures a loader."""
        return self.favour.siblings.among(options) is not None


def spellings(name: str) -> tuple[str, ...]:
    """Return every way to write ``name``: snake case, upper case, kebab case, and as a command-line option."""
    kebab = name.replace("_", "-")
    return (name, name.upper(), kebab, f"--{name}", f"--{kebab}", f"-{name}", f"-{kebab}", f"--{name.upper()}")


@lru_cache(maxsize=4096)
def normalised(name: str) -> str:
    """Return ``name`` as the vocabulary writes it: lower case, underscores, no leading dashes."""
    return name.lstrip("-").replace("-", "_").lower()


@cache
def vocabulary() -> Vocabulary:
    """Return the vocabulary that ships with the package."""
    return compiled(json.loads(Path(__file__).with_suffix(".json").read_bytes()))


def extended(names: tuple[str, ...], not_names: tuple[str, ...], callables: tuple[str, ...]) -> Vocabulary:
    """Return the vocabulary with what the settings add to it and take from it: one object for the same words.

    ``callables`` are written ``module.function:parameter``. A name that is both added and taken is taken.
    """
    return _extended(names, not_names, callables) if names or not_names or callables else vocabulary()


@cache
def _extended(names: tuple[str, ...], not_names: tuple[str, ...], callables: tuple[str, ...]) -> Vocabulary:
    own = vocabulary()
    known = dict(own.names)
    loaders = dict(own.loaders)
    for each in callables:
        dotted, _, count = each.partition(":")
        loaders[dotted] = Loader(dotted, count, None, 0, None, "", frozenset(own.options))
        known.setdefault(normalised(count), Name(normalised(count), "evidence", "process", 0))
    for name in map(normalised, names):
        known[name] = replace(known[name], needs="settings") if name in known else Name(name, "settings", "process", 0)
    for name in map(normalised, not_names):
        known.pop(name, None)
    for dotted, loader in loaders.items():
        if normalised(loader.count) not in known:  # nor is it a count by its position
            loaders[dotted] = replace(loader, index=None)
    added = sorted(known.keys() - own.names.keys())
    spelled = {way.encode() for name in added for way in spellings(name) if not way.startswith("-")}
    return replace(
        own,
        stems=(*own.stems, *sorted(spelled)),
        names=known,
        loaders=loaders,
        loader_names=frozenset(dotted.rpartition(".")[2] for dotted in loaders),
        own_loaders={each.partition(":")[0]: loaders[each.partition(":")[0]] for each in callables},
    )


def compiled(data: Mapping[str, Any]) -> Vocabulary:
    """Return the vocabulary that the document ``data`` describes."""
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
            checkpoint_error=entry.get("checkpoint_error"),
        )
        loaders.update(dict.fromkeys((entry["name"], *entry.get("aliases", ())), loader))
    return Vocabulary(
        stems=STEMS,
        names={
            name: Name(name, entry["needs"], entry["scope"], entry["minimum"]) for name, entry in data["names"].items()
        },
        options=options,
        favour=Favour(**{kind: Words(words) for kind, words in data["evidence"]["for"].items()}),
        against=Against(**{kind: Words(words) for kind, words in data["evidence"]["against"].items()}),
        loaders=loaders,
        loader_names=frozenset(name.rpartition(".")[2] for name in loaders),
        not_callables=frozenset(data["not-callables"]),
        prefixes={loader.count: loader.prefix for loader in loaders.values() if loader.prefix},
        own_loaders={},
    )
