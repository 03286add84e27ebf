"""The lines of a script together: which commands its variables become part of, and which counts they hold."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from worker_lint.dataclass import dataclass, field
from worker_lint.locate.command import understood
from worker_lint.locate.command_sites import FALLBACK, REFERENCE, Reading, Word, may_set, sites_of, value_of
from worker_lint.locate.evidence import STRONG, WEAK, Evidence, of_script, of_siblings, weigh
from worker_lint.regex import regex
from worker_lint.site import Site

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from worker_lint.locate.vocabulary import Vocabulary
    from worker_lint.site import Group

_MOST_WORDS = 1_000
"""Words of one command, with all its variables filled in, that are looked at."""
_MOST_USES = 16
"""Commands that are looked at for what a variable means."""
_MOST_VARIABLES = 64
"""Variables that are followed on the way to them."""

_NAMED = regex(r"\$\{?#?(\w+|@)")
"""A variable that is used, alone or inside a word."""
_NAMED_IN_CODE = regex(rb"\$\{?#?(\w+)")
_ALONE = regex(r"\$(?:(\w+|@)|\{(\w+|@)(?:\[[@*]\])?(?::?[-+=][^}]*)?\})")
"""A word that is one variable and nothing else."""
_FALLBACK_OF = regex(rb"\$\{(\w+):?[-=][\"']?$")


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """The words of one command, or of the part of one that the variable ``owner`` holds."""

    words: tuple[Word, ...]
    owner: str | None = None
    outer: Line | None = None
    """The command in one of whose words, or whose here-document, it stands."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """A value given to a variable."""

    name: str
    value: Word
    line: Line | None = None
    """The command that it is given to, where it stands in front of one."""
    exported: bool = False


@dataclass(slots=True)
class Script:
    """What was read of a script; ``stem`` is its name without the suffix."""

    stem: str
    code: bytes
    lines: list[Line] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)
    lines_of: dict[Group, Line] = field(default_factory=dict)
    """The line that each group of options was read from; there once the sites are."""

    def defaults(self, words: Iterable[Word]) -> None:
        """Note the assignments in the words behind ``:``, as in ``: ${NUM_WORKERS:=8}``."""
        for word in words:
            if fallback := FALLBACK.fullmatch(word.text):
                self.assignments.append(Assignment(fallback[1], word))

    def sites(self, flow: Flow, words: Vocabulary) -> list[Site]:
        """Return the sites of the script, whose ``flow`` is known, in the order in which they stand."""
        around = of_script(self.stem, words)
        flags: list[Site] = []
        for line in self.lines:
            if not may_set(line.words, words):
                continue
            readings = [sites_of(line.words, words, whole=whole, around=around) for whole in flow.readings(line)]
            # Arguments that several commands share count a loader's workers if they do so for one of them.
            best = max(readings, key=lambda sites: sum(site.confidence for site in sites), default=[])
            flags += best
            self.lines_of.update((site.group, line) for site in best if site.group is not None)
        found: dict[int, Site] = {}
        for site in (*flags, *self._variables(flow, flags, words)):
            # Where the grammar fails, a line is read twice; its first reading knows more.
            found.setdefault(site.value.start, site)
        return [found[start] for start in sorted(found)]

    def _variables(self, flow: Flow, flags: list[Site], words: Vocabulary) -> Iterator[Site]:
        fed = self._fed(flags)
        counts = {name for name in fed if words.is_count(name) or self._only_feeds(name, fed, flow)}
        surest = {name: max(fed[name], key=lambda site: site.confidence) for name in counts}
        for each in self.assignments:
            value = value_of(each.value)
            if not value.text:
                continue
            if each.name in counts:
                flag = surest[each.name]
                yield Site(
                    "variable",
                    each.name,
                    value,
                    flag.group,
                    confidence=max(0, flag.confidence - (WEAK if value.kind in ("string", "boolean", "null") else 0)),
                    evidence=(*flag.evidence, f"goes to {flag.name}"),
                )
            elif each.name not in fed and words.is_count(each.name):
                evidence = [*self._of_surroundings(each, flow, words), Evidence(-WEAK, "no command here takes it")]
                weighed = weigh(each.name, evidence, words)
                yield Site("variable", each.name, value, confidence=weighed.confidence, evidence=weighed.evidence)

    def _fed(self, flags: list[Site]) -> dict[str, list[Site]]:
        """Return the options that each variable goes to, by way of other variables, too."""
        fed: dict[str, dict[Site, None]] = {}
        for site in flags:
            if name := self.variable(site.value.start, site.value.text):
                fed.setdefault(name, {})[site] = None
        for _ in range(3):
            for each in self.assignments:
                value = value_of(each.value)
                name = self.variable(value.start, value.text)
                if each.name in fed and name is not None and name != each.name:
                    fed.setdefault(name, {}).update(fed[each.name])
        return {name: list(sites) for name, sites in fed.items()}

    def variable(self, start: int, text: str) -> str | None:
        """Return the name of the variable that the value ``text`` at ``start`` is, or is the fallback of."""
        if reference := REFERENCE.fullmatch(text):
            return reference[1] or reference[2]
        before = _FALLBACK_OF.search(self.code[max(0, start - 200) : start])
        return before[1].decode() if before else None

    def _only_feeds(self, name: str, fed: dict[str, list[Site]], flow: Flow) -> bool:
        """Return whether the variable ``name``, which says nothing itself, is used for nothing but worker counts."""
        direct = sum(1 for site in fed[name] if self.variable(site.value.start, site.value.text) == name)
        return flow.uses[name] <= direct + flow.passed[name]

    def _of_surroundings(self, each: Assignment, flow: Flow, words: Vocabulary) -> list[Evidence]:
        """Return what speaks for a variable that no command is seen to take as a count, or against it."""
        if (option := flow.option_of(each.name)) is not None:
            return [Evidence(-STRONG, f"goes to {option}")]
        found = list(flow.of_assigned)
        best: Reading | None = None
        if each.line is not None:
            best = max(flow.readings(each.line), key=lambda reading: reading.weight)
        elif each.exported:
            best = flow.best
        # Many programs look at their environment: only one that certainly trains says what a variable is for.
        if best is not None and best.weight >= STRONG:
            found += best.evidence
        return found or of_script(self.stem, words)


class Flow:
    """Which lines hold and which use each variable."""

    def __init__(self, script: Script, words: Vocabulary) -> None:
        self._words = words
        self._owned: dict[str, list[Line]] = {}
        self._users: dict[str, list[Line]] = {}
        self._read: dict[Line, Reading] = {}
        self._words_of: dict[str, list[Word]] = {}
        self._tops: dict[str, list[Line]] = {}
        self._options: dict[str, str] = {}
        self.printers: list[Line] = []
        self.commands: list[Line] = []
        self.assigned = {each.name for each in script.assignments}
        for line in script.lines:
            if line.owner is not None:
                self._owned.setdefault(line.owner, []).append(line)
            elif understood([word.text for word in line.words]).prints:
                self.printers.append(line)
            else:
                self.commands.append(line)
            for name in {name for word in line.words for name in _NAMED.findall(word.text)}:
                self._users.setdefault(name, []).append(line)
        for line in self.commands:
            for before, word in zip(("", *(word.text for word in line.words)), line.words, strict=False):
                option = word.text if word.text.startswith("-") else before
                if option.startswith("-"):
                    for name in _NAMED.findall(word.text):
                        self._options.setdefault(name, option.partition("=")[0])
        # Uses of each variable, but for those that only print it, and those that hand it to another variable.
        self.uses = Counter(name.decode() for name in _NAMED_IN_CODE.findall(script.code))
        self.uses.subtract(name for line in self.printers for word in line.words for name in _NAMED.findall(word.text))
        self.passed: Counter[str] = Counter()
        for each in script.assignments:
            value = value_of(each.value)
            if name := script.variable(value.start, value.text):
                self.passed[name] += 1

    @cached_property
    def of_assigned(self) -> list[Evidence]:
        """What the variables of the script say of each other."""
        return of_siblings(self.assigned, self._words, around="among the script's variables")

    @cached_property
    def best(self) -> Reading | None:
        """The command of the script that trains most certainly."""
        readings = (reading for line in self.commands for reading in self.readings(line))
        return max(readings, key=lambda reading: reading.weight, default=None)

    def readings(self, line: Line) -> list[Reading]:
        """Return each command that ``line`` becomes part of, its variables filled in."""
        return [self._reading(top) for top in self.tops(line)]

    def tops(self, line: Line) -> list[Line]:
        """Return the line of each command that ``line`` becomes part of; itself where that is none."""
        if line.owner is None:
            return [line]
        if line.owner not in self._tops:
            self._tops[line.owner] = self._commands_with(line.owner)
        return self._tops[line.owner] or [line]

    def _commands_with(self, variable: str) -> list[Line]:
        """Return the lines that ``variable`` becomes part of, by way of other variables, too."""
        found: list[Line] = []
        waiting, seen = [variable], {variable}
        while waiting and len(found) < _MOST_USES and len(seen) < _MOST_VARIABLES:
            users = self._users.get(waiting.pop(), [])
            # Scripts print a command before they run it.
            for user in [user for user in users if user not in self._printed] or users:
                if user.owner is None:
                    found.append(user)
                elif user.owner not in seen:
                    seen.add(user.owner)
                    waiting.append(user.owner)
                    if not self._users.get(user.owner):
                        found.append(user)
        return found[:_MOST_USES]

    def _reading(self, line: Line) -> Reading:
        if line not in self._read:
            self._read[line] = Reading.of([word.text for word in self.filled(line)], self._words)
        return self._read[line]

    @cached_property
    def _printed(self) -> frozenset[Line]:
        return frozenset(self.printers)

    def option_of(self, name: str) -> str | None:
        """Return the option of a command that takes the variable ``name``, or None where it has no part in any."""
        return self._options.get(name)

    def filled(self, line: Line) -> list[Word]:
        """Return the words of ``line`` with those of the variables that it uses in their places."""
        found: list[Word] = []
        stack: list[tuple[Word, frozenset[str]]] = [(word, frozenset()) for word in reversed(line.words)]
        if line.owner is not None and len(self._owned[line.owner]) > 1:
            # What stands in other assignments to the same variable stands beside it.
            others = (word for other in self._owned[line.owner] if other is not line for word in other.words)
            first = list(islice(others, _MOST_WORDS))
            stack = [(word, frozenset({line.owner})) for word in reversed(first)] + stack
        while stack and len(found) < _MOST_WORDS:
            word, inside = stack.pop()
            alone = _ALONE.fullmatch(word.text)
            name = (alone[1] or alone[2]) if alone else None
            if name is None or name in inside or name not in self._owned:
                found.append(word)
                continue
            stack += [(each, inside | {name}) for each in reversed(self._held(name))]
        return found

    def _held(self, name: str) -> list[Word]:
        """Return the words that the variable ``name`` stands for, no more of them than are looked at."""
        if name not in self._words_of:
            lines = self._owned[name]
            # A variable of one word is set anew, one of several words may be added to.
            lines = lines if any(len(line.words) > 1 for line in lines) else lines[-1:]
            self._words_of[name] = list(islice((word for line in lines for word in line.words), _MOST_WORDS))
        return self._words_of[name]
