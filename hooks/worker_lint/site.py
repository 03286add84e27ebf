"""What the locators find: values, the sites they stand at, and the groups of options around them."""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from worker_lint.conditions import NO_CONDITIONS
from worker_lint.dataclass import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from worker_lint.conditions import Conditions
    from worker_lint.locate.job import Job
    from worker_lint.locate.module import Module
    from worker_lint.locate.vocabulary import Loader
    from worker_lint.source import Source

ValueKind = Literal["integer", "float", "string", "boolean", "null", "reference", "expression"]

Form = Literal[
    "call-keyword",  # f(num_workers=4), partial(f, num_workers=4), Namespace(num_workers=4)
    "call-positional",  # DataLoader(dataset, 32, True, None, None, 4)
    "dict-entry",  # {"num_workers": 4}
    "dict-keyword",  # dict(num_workers=4)
    "parameter-default",  # def f(num_workers=4)
    "assignment",  # num_workers = 4, config.num_workers = 4, config["num_workers"] = 4
    "class-attribute",  # class Config: num_workers: int = 4
    "field-default",  # num_workers: int = field(default=4)
    "fallback",  # config.get("num_workers", 4), getattr(args, "num_workers", 4)
    "or-fallback",  # args.num_workers or 4
    "option-default",  # parser.add_argument("--num_workers", default=4)
    "key",  # "num_workers": 4 in a data file
    "flag",  # --num_workers 4, --num-workers=4, -j 4 in a command
    "override",  # data.num_workers=4 in a command, as Hydra takes it
    "variable",  # NUM_WORKERS=4, ${NUM_WORKERS:-4} in a shell script
]


@dataclass(frozen=True, slots=True)
class Value:
    """An expression as written, at bytes ``start`` to ``end`` of the source's code."""

    start: int
    end: int
    text: str
    kind: ValueKind
    number: int | None = None
    """The integer that the expression is, where it is an integer literal."""
    divisions: tuple[int, ...] = ()
    """The offsets of the ``/`` operators that alone make the expression a float."""
    surprise: str | None = None
    """What readers of the file take it for, as it goes on behind "which is", where that is not what it seems."""

    @property
    def literal(self) -> bool:
        """Whether this is a plain integer, which a fix may rewrite."""
        return self.number is not None


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Named values that act together: the keywords of one call, the entries of one dict or JSON object."""

    kind: Literal["call", "dict", "object", "command"]
    start: int
    end: int
    options: Mapping[str, Value]
    """The values by normalised name; the last one wins, as it does at run time."""
    callee: str | None = None
    """The dotted name of what is called, resolved through the file's imports."""
    loader: Loader | None = None
    """What the vocabulary knows of the callee."""
    prefix: str = ""
    """What the names of its worker options begin with, as the loader or the count's name tells."""
    open: bool = False
    """Whether a ``**`` or ``*`` argument may add options that are not written here."""
    intact: bool = True
    """Whether the source around it parses; a fix touches nothing else."""
    counts_by_position: bool = False
    """Whether the count is given by its position, not by its name."""
    conditions: Conditions = NO_CONDITIONS
    """The tests (``if``, ``assert``, ``max``, conditional expressions) in force around a call."""
    count_values: tuple[Value, ...] = ()
    """Every value that the file gives to the name that stands as the count, where the file alone decides it."""

    @property
    def count(self) -> Value | None:
        """The worker count that is written in this group, where its loader or the vocabulary's names say which."""
        return self.options.get(COUNT)

    def option(self, name: str) -> Value | None:
        """Return the worker option ``name`` (without the prefix), where it is written."""
        return self.options.get(self.prefix + name)


COUNT = "<count>"
"""The key of ``Group.options`` under which the worker count stands, whatever the loader calls it."""


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """A place that sets a data-loading worker count."""

    form: Form
    name: str
    value: Value
    group: Group | None = None
    callee: str | None = None
    pointer: str | None = None
    """The JSON pointer (RFC 6901) of the value in a data file."""
    confidence: int = 100
    """How sure it is, in percent, that this is a loader's worker count."""
    evidence: tuple[str, ...] = ()
    """What the confidence rests on, one clause each."""
    intact: bool = True
    """Whether a fix may touch it: the source around it parses, and its value is no other name's as well."""
    origin: Site | None = None
    """The literal, in the same file, that the reference which is the value can only stand for."""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A key that one object of a data file gives more than once: the values in order, the last of which wins."""

    name: str
    pointer: str
    values: tuple[Value, ...]


@dataclass(frozen=True, eq=False)
class Document:
    """What one source holds: its sites in order, the groups that configure a loader, and the duplicate keys."""

    source: Source
    sites: tuple[Site, ...] = ()
    groups: tuple[Group, ...] = ()
    duplicates: tuple[Duplicate, ...] = field(default=())
    module: Module | None = None
    """The syntax around them, in Python."""
    job: Job | None = None
    """What starts the commands that take them, in a shell script."""

    def site_at(self, value: Value) -> Site | None:
        """Return the site whose value ``value`` is; None where it is no site's."""
        return self._sites_by_span.get((value.start, value.end))

    def group_at(self, start: int, end: int) -> Group | None:
        """Return the group of bytes ``start`` to ``end``; None where there is none."""
        return self._groups_by_span.get((start, end))

    @cached_property
    def _sites_by_span(self) -> dict[tuple[int, int], Site]:
        return {(site.value.start, site.value.end): site for site in reversed(self.sites)}

    @cached_property
    def _groups_by_span(self) -> dict[tuple[int, int], Group]:
        return {(group.start, group.end): group for group in reversed(self.groups)}

    def loaders_within(self, start: int, end: int) -> tuple[Group, ...]:
        """Return the calls of known loaders that begin in bytes ``start`` to ``end``, in order."""
        first, last = bisect_left(self._loader_starts, start), bisect_left(self._loader_starts, end)
        return self.loaders[first:last]

    @cached_property
    def _loader_starts(self) -> list[int]:
        return [group.start for group in self.loaders]

    @cached_property
    def loaders(self) -> tuple[Group, ...]:
        """The calls of known loaders, in order."""
        return tuple(group for group in self.groups if group.loader is not None and group.kind == "call")
