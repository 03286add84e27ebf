"""The programs in front of a command that say where and how often it runs: ``srun``, ``docker run``, ``torchrun``."""

from __future__ import annotations

import json
import re
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from worker_lint.dataclass import dataclass, field
from worker_lint.locate.command import PYTHON, SHELLS, understood
from worker_lint.locate.command_sites import Word, value_of
from worker_lint.locate.vocabulary import normalised
from worker_lint.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from worker_lint.site import Value

_LONG = regex(r"--([A-Za-z][\w\-]*)(?:(=)(.*))?", re.DOTALL)
_SHORT = regex(r"-([A-Za-z])(=?)(.*)", re.DOTALL)
_MODULE = ("-m", "--module")


@dataclass(frozen=True, slots=True)
class Starter:
    """A family of programs that start others, as ``starters.toml`` describes it."""

    kind: str
    names: tuple[str, ...]
    short: Mapping[str, str] = field(default_factory=dict)
    ranks: str | None = None
    otherwise: int | None = None
    over: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One such program in a command, with the options that it is given."""

    starter: Starter
    words: tuple[Word, ...]
    """Its own words, its name first."""
    options: Mapping[str, Value]
    """By long name, with underscores; an option without a value has the word behind it."""

    @property
    def kind(self) -> str:
        """The family that it belongs to."""
        return self.starter.kind

    @property
    def name(self) -> str:
        """The program as people call it."""
        return self.words[0].text.rpartition("/")[2]

    @property
    def open(self) -> bool:
        """Whether a word among its own is a variable that may stand for more options."""
        before = ("", *(word.text for word in self.words))
        return any(
            word.text.startswith(("$", '"$')) and not _takes_value(text)
            for text, word in zip(before, self.words, strict=False)
        )


@cache
def starters() -> Mapping[str, Starter]:
    """Return the starters by each of their names."""
    data = json.loads(Path(__file__).with_suffix(".json").read_bytes())  # written by tools/write_data.py
    listed = [Starter(kind, **{**said, "names": tuple(said["names"])}) for kind, said in data.items()]
    return {name: starter for starter in listed for name in starter.names}


def options_of(words: Sequence[Word], short: Mapping[str, str]) -> dict[str, Value]:
    """Return the options among ``words`` by long name; the last one wins.

    ``short`` has the long names of short options. An option without ``=`` has the word behind it for its value, as
    nothing here tells whether it takes one; at the end it has an empty one.
    """
    found: dict[str, Value] = {}
    for index, word in enumerate(words):
        behind = words[index + 1] if index + 1 < len(words) else word.part(len(word.text))
        if long := _LONG.fullmatch(word.text):
            found[normalised(long[1])] = value_of(word.part(long.start(3)) if long[2] else behind)
        elif (letter := _SHORT.fullmatch(word.text)) and letter[1] in short:
            found[short[letter[1]]] = value_of(word.part(letter.start(3)) if letter[3] else behind)
    return found


def steps_of(words: Sequence[Word]) -> tuple[Step, ...]:
    """Return the starters in front of the command that ``words`` are, the outermost first."""
    return tuple(_steps(words))


def _steps(words: Sequence[Word]) -> Iterator[Step]:
    texts = [word.text for word in words]
    first = understood(texts).first or len(texts)
    known = starters()
    places = [
        index
        for index in range(min(first, len(texts)))
        if _name(texts[index]) in known and (index == 0 or not _takes_value(texts[index - 1]))
    ]
    for place, behind in pairwise([*places, len(texts)]):
        starter = known[_name(texts[place])]
        end = next((at for at in range(place + 1, behind) if _ends(texts, at, starter)), behind)
        own = tuple(words[place:end])
        yield Step(starter, own, options_of(own[1:], starter.short))


def _ends(texts: Sequence[str], index: int, starter: Starter) -> bool:
    """Return whether the words of ``starter`` end in front of the one at ``index``: what it starts begins there."""
    text, name = texts[index], _name(texts[index])
    if starter.ranks is not None and text in _MODULE:
        return True
    if text.endswith((".py", ".sh")):
        return not texts[index - 1].startswith("--config")
    return not _takes_value(texts[index - 1]) and (PYTHON.fullmatch(name) is not None or name in SHELLS)


def _takes_value(text: str) -> bool:
    """Return whether the word behind ``text`` may be its value."""
    return text.startswith("--") and "=" not in text and text != "--" and text not in _MODULE


def _name(text: str) -> str:
    return text.rpartition("/")[2]
