"""What stands beside the counts of a shell script: its requests to a cluster, its variables, what starts its commands.

Nothing of it is looked up before a rule asks.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from worker_lint.dataclass import dataclass
from worker_lint.locate.command_sites import REFERENCE, Word, value_of
from worker_lint.locate.starters import options_of, starters, steps_of
from worker_lint.regex import regex

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Mapping

    from worker_lint.locate.script import Assignment, Flow, Line, Script
    from worker_lint.locate.starters import Step
    from worker_lint.site import Site, Value
    from worker_lint.source import Source

_DIRECTIVE = regex(rb"(?m)^#SBATCH[ \t]+(?P<words>[^\r\n]*)")
_WORD = regex(rb"[^\s\"']*(?:\"[^\"]*\"|'[^']*')?\S*")


@dataclass(frozen=True, slots=True, eq=False)
class Launch:
    """A command that takes a count, its variables filled in, and the programs that start it."""

    line: Line
    words: tuple[Word, ...]
    steps: tuple[Step, ...]
    """The programs in front of it, the outermost first, those around its quotes among them."""

    def step(self, *kinds: str) -> Step | None:
        """Return the innermost program of one of ``kinds`` that starts the command, or None."""
        return next((step for step in reversed(self.steps) if step.kind in kinds), None)


class Job:
    """One shell script as a job: what it asks of a cluster, and how it starts what takes its counts."""

    def __init__(self, source: Source, script: Script, flow: Flow) -> None:
        self._source = source
        self._script = script
        self._flow = flow
        self._launches: dict[Line, tuple[Launch, ...]] = {}

    @property
    def assignments(self) -> tuple[Assignment, ...]:
        """The values that its variables are given, in no order."""
        return tuple(self._script.assignments)

    @cached_property
    def directives(self) -> Mapping[str, Value]:
        """The options in its ``#SBATCH`` lines by long name, without those that are said differently elsewhere."""
        found: dict[str, Value] = {}
        contradicted: set[str] = set()
        for match in _DIRECTIVE.finditer(self._source.code):
            for name, value in options_of(list(_words(match)), starters()["sbatch"].short).items():
                if name in found and found[name].text != value.text:
                    contradicted.add(name)
                found[name] = value
        return {name: value for name, value in found.items() if name not in contradicted}

    def launches(self, site: Site) -> tuple[Launch, ...]:
        """Return the commands that take the count at ``site``, also by way of variables; none where that is unknown."""
        line = self._script.lines_of.get(site.group) if site.group is not None else None
        if line is None:
            return ()
        if line not in self._launches:
            tops = self._flow.tops(line)
            # A command in quotes is the one that runs, not the one that is given the quotes.
            around = {top.outer for top in tops}
            self._launches[line] = tuple(self._launch(top) for top in tops if top not in around)
        return self._launches[line]

    def number(self, value: Value) -> int | None:
        """Return the integer that ``value`` is, or that the script gives to the variable that it is; None if unsure."""
        if value.number is not None:
            return value.number
        name = REFERENCE.fullmatch(value.text)
        if name is None:
            return None
        given = {value_of(each.value).number for each in self._script.assignments if each.name in name.groups()}
        return given.pop() if len(given) == 1 else None

    def ranks(self, launch: Launch) -> int | None:
        """Return how many processes ``launch`` starts on a node, or None where no launcher there tells."""
        step = next((step for step in reversed(launch.steps) if step.starter.ranks is not None), None)
        if step is None or step.starter.ranks is None:
            return None
        if (said := step.options.get(step.starter.ranks)) is None:
            return None if step.open else step.starter.otherwise
        ranks = self.number(said)
        if ranks is None or step.starter.over is None or (over := step.options.get(step.starter.over)) is None:
            return ranks
        nodes = self.number(over)
        return None if nodes is None or nodes < 1 else ranks // nodes

    def _launch(self, top: Line) -> Launch:
        words = tuple(self._flow.filled(top))
        steps = steps_of(words)
        outer = top.outer
        while outer is not None:
            steps = (*steps_of(self._flow.filled(outer)), *steps)
            outer = outer.outer
        return Launch(top, words, steps)


def _words(directive: re.Match[bytes]) -> Iterator[Word]:
    """Yield the words of a ``#SBATCH`` line in front of any comment."""
    for match in _WORD.finditer(directive["words"]):
        if match[0].startswith(b"#"):
            return
        if match[0]:
            yield Word(match[0].decode("utf-8", "replace"), directive.start("words") + match.start())
