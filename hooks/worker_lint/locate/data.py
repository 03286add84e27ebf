"""Worker counts in the languages of data: tables of keys and values, and what stands around a count there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from worker_lint.dataclass import dataclass
from worker_lint.locate.evidence import PROOF, STRONG, WEAK, Evidence, of_keys, of_siblings, weigh
from worker_lint.locate.places import occurrences
from worker_lint.locate.values import refuse_endless
from worker_lint.locate.vocabulary import normalised
from worker_lint.locate.words import worker_words
from worker_lint.regex import regex
from worker_lint.site import COUNT, Document, Duplicate, Group, Site

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from worker_lint.locate.vocabulary import Vocabulary
    from worker_lint.site import Value
    from worker_lint.source import Source

MOST_ENTRIES = 1000
"""Entries of one table that are still options somebody set, and not a vocabulary, an index or results."""

_FEWEST_NUMBERS = 50
"""Entries from which on a table of integers, and of nothing else, is a list of words and their numbers."""

_PHASES = frozenset({"train", "training", "val", "valid", "validation", "test", "eval", "dev", "predict"})
_SCHEMA_KEYS = frozenset({"properties", "patternProperties", "definitions", "$defs"})
_ARGUMENTS = {"init_args": "class_path", "params": "target"}
"""Where a table holds the arguments of a callable, and the key beside it that names the callable."""
_TARGET = "_target_"
"""The key that names the callable to which the others of its table are arguments."""
_LOADS_DATA = regex(r"(?i)loader|data_?module|data_?set|data_?source|data_?pipe|^data$|trainer|task$|experiment")
"""Callables whose name, or whose module's, says that they make or hold a loader."""
_DESCRIBES_A_VALUE = frozenset({"value", "desc", "description", "type", "help"})
_DESCRIBES_AN_OPTION = frozenset({"default", "help", "type", "choices", "required", "nargs", "dest", "metavar"})
_MEANS_A_COUNT = regex(r"""["']?\s*(?:[-+]?[\d._]+|auto|max|none|null|default|all|)\s*["']?""", re.IGNORECASE)
_KEY = regex(rb"""([A-Za-z][\w-]*)["']?\s*[:=]""")
_FEWEST_TRAINING_KEYS = 2
_FEWEST_LOADER_KEYS = 2
_MOST_READ_FOR_KEYS = 1 << 20


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One key of a table."""

    key: str
    value: Value | None
    """None where a table or a list stands under the key."""
    table: Table | None = None
    """The table under the key, where the key may be a count's name."""


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A mapping of a data file, from byte ``start`` to byte ``end``."""

    start: int
    end: int
    entries: tuple[Entry, ...]
    path: tuple[str, ...]
    """The keys and indices on the way from the root of the document."""
    outer: Table | None = None
    """The table around it, where that says what it is."""
    open: bool = False
    """Whether it takes more entries from elsewhere, as by a merge key of YAML."""
    intact: bool = True
    """Whether the text around it parses."""
    huge: bool = False
    """Whether it has more than ``MOST_ENTRIES``, which then nobody has read."""

    def text(self, key: str) -> str | None:
        """Return the text of the value under ``key`` without its quotes, or None where there is none."""
        for entry in self.entries:
            if entry.key == key and entry.value is not None:
                return entry.value.text.strip("\"'")
        return None


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A value under a name that may be a count's."""

    table: Table
    name: str
    path: tuple[str, ...]
    value: Value
    group: Group | None


def places(code: bytes, words: Vocabulary) -> Iterator[tuple[int, int]]:
    """Yield the span of every word of ``code`` that is a count's name, in order."""
    added = [
        spelled
        for name in words.names.values()
        if name.needs == "settings" and "worker" not in name.name
        for spelled in (name.name, name.name.upper(), name.name.replace("_", "-"))
    ]
    found = (span for word, span in worker_words(code) if words.is_count(word))
    yield from found if not added else sorted([*found, *(span for _, span in occurrences(code, added))])


def last_part(key: str) -> str:
    """Return what a key names where it is a dotted path, as in ``data.num_workers``."""
    return key.rpartition(".")[2]


def pointer(path: Iterable[str]) -> str:
    """Return the JSON pointer (RFC 6901) of what stands at ``path``."""
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in path)


def document(source: Source, tables: Iterable[Table], words: Vocabulary) -> Document:
    """Return the sites, groups and duplicate keys of the ``tables`` in which a count's name is a key.

    Raises SourceError where a count has more digits than a number can be read from.
    """
    candidates: list[_Candidate] = []
    groups: list[Group] = []
    duplicates: list[Duplicate] = []
    for table in tables:
        if table.huge or _is_numbering(table):
            continue
        group = _group(table, words)
        groups.append(group)
        candidates += _candidates(table, group, words)
        if b"{%" not in source.code[table.start : table.end]:  # else one of them may be left out
            duplicates += _duplicates(table, words)
    judge = _Judge(source, candidates, words)
    sites = [judge.site(candidate) for candidate in candidates]
    for site in sites:
        refuse_endless(source, site.value)
    sites.sort(key=lambda site: site.value.start)
    return Document(source, tuple(sites), tuple(groups), tuple(duplicates))


def _is_numbering(table: Table) -> bool:
    """Return whether ``table`` numbers many words, as the vocabulary of a tokenizer does."""
    numbered = {entry.key for entry in table.entries if entry.value is not None and entry.value.number is not None}
    return len(numbered) >= _FEWEST_NUMBERS and len(numbered) > 0.9 * len(table.entries)


def _group(table: Table, words: Vocabulary) -> Group:
    options = {entry.key: entry.value for entry in table.entries if entry.value is not None}
    counts = [key for key in options if words.is_count(last_part(key))]
    if len(counts) == 1:
        options[COUNT] = options[counts[0]]
    callee = _callee(table)
    return Group(
        "object",
        table.start,
        table.end,
        options,
        callee=callee,
        loader=words.loaders.get(callee) if callee else None,
        prefix=words.prefix(options),
        open=table.open,
        intact=table.intact,
    )


def _callee(table: Table) -> str | None:
    """Return the dotted name of the callable that ``table`` holds the arguments of, where the data name it."""
    beside = _ARGUMENTS.get(table.path[-1]) if table.path and table.outer is not None else None
    if beside is not None and table.outer is not None:
        return table.outer.text(beside)
    return table.text(_TARGET)


def _candidates(table: Table, group: Group, words: Vocabulary) -> Iterator[_Candidate]:
    for entry in table.entries:
        name = last_part(entry.key)
        if not words.is_count(name):
            continue
        path = (*table.path, entry.key)
        if entry.value is not None:
            yield _Candidate(table, name, path, entry.value, group)
        elif entry.table is not None:
            for inner in _counts_under_a_name(entry.table):
                if inner.value is not None:
                    yield _Candidate(table, name, (*path, inner.key), inner.value, None)


def _counts_under_a_name(table: Table) -> Iterable[Entry]:
    """Return the entries of ``table``, which stands under a count's name, that are counts themselves.

    One a phase (``{train: 8, val: 2}``), the value of a described one (``{desc: ..., value: 8}``), or the default of
    a described option (``{default: 8, help: ...}``).
    """
    keys = {entry.key for entry in table.entries}
    if keys <= _PHASES:
        return table.entries
    if "value" in keys and keys <= _DESCRIBES_A_VALUE:
        return [entry for entry in table.entries if entry.key == "value"]
    if {"default", "help"} <= keys <= _DESCRIBES_AN_OPTION:
        return [entry for entry in table.entries if entry.key == "default"]
    return ()


def _duplicates(table: Table, words: Vocabulary) -> Iterator[Duplicate]:
    given: dict[str, list[Value]] = {}
    for entry in table.entries:
        if entry.value is not None and words.is_count(last_part(entry.key)):
            given.setdefault(entry.key, []).append(entry.value)
    for key, values in given.items():
        if len(values) > 1:
            yield Duplicate(key, pointer((*table.path, key)), tuple(values))


class _Judge:
    """Says how sure it is that each candidate of one source is a loader's count."""

    def __init__(self, source: Source, candidates: Sequence[_Candidate], words: Vocabulary) -> None:
        self._source = source
        self._words = words
        self._named_plainly = any(words.is_plain_count(candidate.name) for candidate in candidates)
        self._keys: frozenset[str] | None = None

    def site(self, candidate: _Candidate) -> Site:
        weighed = weigh(candidate.name, self._evidence(candidate), self._words)
        return Site(
            "key",
            candidate.name,
            candidate.value,
            candidate.group,
            callee=candidate.group.callee if candidate.group else None,
            pointer=pointer(candidate.path),
            confidence=weighed.confidence,
            evidence=weighed.evidence,
            intact=candidate.table.intact,
        )

    def _evidence(self, candidate: _Candidate) -> Iterator[Evidence]:
        words, table = self._words, candidate.table
        around = candidate.path[:-1]
        if not _SCHEMA_KEYS.isdisjoint(around):
            yield Evidence(-PROOF, "it is described by a schema, not set")
        if candidate.value.kind == "string" and _MEANS_A_COUNT.fullmatch(candidate.value.text) is None:
            yield Evidence(-PROOF, "it is a word and not a number")
        beside = {last_part(entry.key) for entry in table.entries if last_part(entry.key) != candidate.name}
        siblings = of_siblings(beside, words)
        yield from siblings
        keys = [part for key in around for part in key.split(".")]
        yield from of_keys(keys, words)
        yield from self._of_callee(candidate)
        if words.names[normalised(candidate.name)].needs == "evidence":
            if self._named_plainly:
                yield Evidence(-STRONG, "the loader's count has a plainer name elsewhere in the file")
            elif not siblings:
                yield from self._of_file()

    def _of_callee(self, candidate: _Candidate) -> Iterator[Evidence]:
        group, words = candidate.group, self._words
        if group is None or group.callee is None:
            return
        short = group.callee.rpartition(".")[2]
        if group.loader is not None:
            yield Evidence(PROOF, f"an argument of {group.callee}")
        elif short in words.not_callables:
            yield Evidence(-PROOF, f"an argument of {group.callee}")
        elif any(_LOADS_DATA.search(part) for part in group.callee.split(".")[-2:]):
            yield Evidence(WEAK, f"an argument of {group.callee}")
        elif "$" not in group.callee:
            yield Evidence(-STRONG, f"an argument of {group.callee}, which is not known to load data")

    def _of_file(self) -> Iterator[Evidence]:
        """Yield what the keys of the whole file say; it takes several to say that a model is trained."""
        if self._keys is None:
            code = self._source.code[:_MOST_READ_FOR_KEYS]
            self._keys = frozenset(normalised(key.decode("ascii")) for key in _KEY.findall(code))
        favour = self._words.favour
        loader = sorted(key for key in self._keys if key in favour.siblings)
        if loader:
            # One such key may be anything's; several are a loader's, in a table of their own.
            weight = STRONG if len(loader) >= _FEWEST_LOADER_KEYS else WEAK
            yield Evidence(weight, f"{', '.join(loader[:_FEWEST_LOADER_KEYS])} elsewhere in the file")
        training = sorted(key for key in self._keys if key in favour.training)
        if len(training) >= _FEWEST_TRAINING_KEYS:
            yield Evidence(WEAK, f"{', '.join(training[:_FEWEST_TRAINING_KEYS])} elsewhere in the file")
