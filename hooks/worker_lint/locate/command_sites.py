"""The options of one command that set a worker count, and what speaks for each of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from worker_lint.dataclass import dataclass
from worker_lint.locate.command import OVERRIDE, stem_of, understood
from worker_lint.locate.evidence import STRONG, WEAK, Evidence, of_keys, of_program, of_script, of_siblings, weigh
from worker_lint.locate.values import MOST_DIGITS
from worker_lint.locate.vocabulary import normalised
from worker_lint.regex import regex
from worker_lint.site import COUNT, Group, Site, Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from worker_lint.locate.command import Command
    from worker_lint.locate.vocabulary import Vocabulary
    from worker_lint.site import Form, ValueKind

_FLAG = regex(r"(--?)([A-Za-z][\w.\-/]*)(?:(=)(.*))?", re.DOTALL)
_DOTTED = regex(r"[A-Za-z_]\w*(?:\.\w+)+")
_JOBS = regex(r"-j(\S*)")
_SHORT = {"-b": "batch_size", "-a": "arch"}
"""What short options mean beside a ``-j`` of loader workers, by the habit of the classic training scripts."""
_TRAINS = regex(r"(?:^|[_-])(?:pre|fine)?-?_?(?:train|tune|fit|sft)(?:$|[_\-\d]|er|ing)")
"""Names of scripts that can hardly do anything but feed a model."""
_BARE = regex(r"workers?")
"""A name that says nothing of what works; beside a fuller one it is something else."""


_MOST_FALLBACKS = 9
"""Fallbacks of fallbacks that are looked into."""
_ROLES = frozenset({"train", "val", "valid", "validation", "eval", "test", "predict"})

_QUOTED = regex(r"""(["'])(.*)\1""", re.DOTALL)
_INTEGER = regex(r"-?\d+")
_FLOAT = regex(r"-?(?:\d+\.\d*|\.\d+|\d+(?:\.\d*)?[eE][-+]?\d+)")
REFERENCE = regex(r"\$(?:(\w+)|\{(\w+)\})")
FALLBACK = regex(r"\$\{(\w+):?[-=](.*)\}", re.DOTALL)
_PIECE = regex(r"""(?:\$\([^()]*\)|\$\{[^{}]*\}|`[^`]*`|"[^"]*"|'[^']*'|\S)+""")
_WORD = regex(r"[A-Za-z_][\w\-]*")


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a command as written, without the quotes around it; ``start`` is the offset of its first byte."""

    text: str
    start: int

    def part(self, start: int, end: int | None = None) -> Word:
        """Return the characters from ``start`` to ``end`` as a word of their own."""
        return Word(self.text[start:end], self.start + len(self.text[:start].encode()))


@dataclass(frozen=True, slots=True)
class Reading:
    """A command, and what it says of the worker counts among its options."""

    command: Command
    evidence: tuple[Evidence, ...]

    @classmethod
    def of(cls, texts: Sequence[str], words: Vocabulary) -> Reading:
        """Return the reading of the words ``texts``."""
        command = understood(texts)
        return cls(command, tuple(_evidence(texts, command, words)))

    @property
    def weight(self) -> int:
        """How much speaks for training, in percent."""
        return sum(each.weight for each in self.evidence)


def sites_of(
    line: Sequence[Word],
    words: Vocabulary,
    *,
    whole: Reading | None = None,
    around: Sequence[Evidence] = (),
) -> list[Site]:
    """Return the sites of the command ``line``.

    ``whole`` is the command that the line becomes a part of (an array of arguments, say), where that is more than
    the line itself; ``around`` is what speaks where the command's own words say nothing.
    """
    line = list(_split(line))
    own = understood([word.text for word in line])
    reading = whole or Reading.of([word.text for word in line], words)
    if reading.command.prints:
        return []
    settings = list(_settings(line, own.first, words))
    if not settings:
        return []
    group = _group(line, own.first, settings, words)
    certain = [setting.name for setting in settings if not _BARE.fullmatch(normalised(setting.count))]
    return [_site(setting, reading.evidence or around, certain, group, words) for setting in settings]


def may_set(line: Sequence[Word], words: Vocabulary) -> bool:
    """Return whether any word of ``line`` sets what may be a worker count, whatever the command."""
    return next(_settings(list(_split(line)), 0, words), None) is not None


def _evidence(texts: Sequence[str], command: Command, words: Vocabulary) -> list[Evidence]:
    found: list[Evidence] = []
    for name in dict.fromkeys(stem_of(each) for each in (command.program or "", *command.scripts)):
        found += of_program(name, words)
    if not found:
        told = [says for script in command.scripts for says in _of_name(script, words)]
        # One name that speaks is enough: `main.py train` trains, `train.py preprocess` does not.
        found += sorted(told, key=lambda each: each.weight)[:1]
    if command.launcher is not None:
        found.append(Evidence(STRONG, f"started by {command.launcher}"))
    return found + of_siblings(_options(texts, command.first), words, around="in the command")


def value_of(word: Word) -> Value:
    """Return the value that ``word`` is: shells and argument lists know text only, so ``"8"`` in quotes is a number.

    Of ``${WORKERS:-8}`` the fallback is the value.
    """
    outer = word = _unquoted(word)
    for _ in range(_MOST_FALLBACKS):
        fallback = FALLBACK.fullmatch(word.text)
        if fallback is None or not fallback[2]:
            break
        word = _unquoted(word.part(fallback.start(2), fallback.end(2)))
    value = _plain_value(word)
    return value if value.kind in ("integer", "float") else _plain_value(outer)


def _unquoted(word: Word) -> Word:
    quoted = _QUOTED.fullmatch(word.text)
    return word.part(1, -1) if quoted else word


def _plain_value(word: Word) -> Value:
    text = word.text
    kind: ValueKind = "expression"
    number = None
    if _INTEGER.fullmatch(text):
        kind, number = "integer", int(text) if len(text) <= MOST_DIGITS else None
    elif _FLOAT.fullmatch(text):
        kind = "float"
    elif REFERENCE.fullmatch(text):
        kind = "reference"
    elif text.lower() in ("true", "false"):
        kind = "boolean"
    elif text.lower() in ("none", "null"):
        kind = "null"
    elif _WORD.fullmatch(text):
        kind = "string"
    return Value(word.start, word.start + len(text.encode()), text, kind, number)


@dataclass(frozen=True, slots=True)
class _Setting:
    form: Form
    name: str
    value: Word
    count: str
    """The name without its sections."""
    keys: tuple[str, ...] = ()
    """The sections that it stands in, the outermost first."""


def _settings(line: Sequence[Word], first: int, words: Vocabulary) -> Iterator[_Setting]:
    """Yield what the words of ``line`` from ``first`` on set, where the vocabulary knows its name."""
    for index, word in enumerate(line):
        if index < first:
            continue
        behind = line[index + 1] if index + 1 < len(line) and not _is_option(line[index + 1].text) else None
        if flag := _FLAG.fullmatch(word.text):
            value = word.part(flag.start(4)) if flag[3] else behind
            if (found := _counted(flag[2], words)) and value is not None and value.text:
                yield _Setting("flag", flag[1] + flag[2], value, *found)
            elif (jobs := _JOBS.fullmatch(word.text)) and words.is_count("workers"):
                value = word.part(jobs.start(1)) if jobs[1] else behind
                if value is not None and value_of(value).kind in ("integer", "reference"):
                    yield _Setting("flag", "-j", value, "workers")
        elif override := OVERRIDE.fullmatch(word.text):
            if (found := _counted(override[1], words)) and override[2]:
                yield _Setting("override", override[1], word.part(override.start(2)), *found)
        elif behind is not None and _DOTTED.fullmatch(word.text) and (found := _counted(word.text, words)):
            yield _Setting("override", word.text, behind, *found)


def _counted(name: str, words: Vocabulary) -> tuple[str, tuple[str, ...]] | None:
    """Return the count that the dotted ``name`` ends with, and the sections around it; None where it is no count."""
    *keys, last = _parts(name)
    if keys and last in _ROLES and words.is_count(keys[-1]):  # num_workers.train
        *keys, last = keys
    return (last, tuple(keys)) if words.is_count(last) else None


def _site(
    setting: _Setting, evidence: Sequence[Evidence], certain: Sequence[str], group: Group, words: Vocabulary
) -> Site:
    value = value_of(setting.value)
    says = [*evidence, *of_keys(setting.keys, words)]
    if not says:
        says.append(Evidence(-WEAK, "nothing in the command speaks of training"))
    if certain and setting.name not in certain:
        says.append(Evidence(-STRONG, f"{certain[0]} in the same command says more"))
    if setting.name == "-j":
        says.append(Evidence(-WEAK, "-j means jobs to many programs"))
    if value.kind in ("string", "boolean", "null"):
        says.append(Evidence(-WEAK, f"{value.text} is no number"))
    weighed = weigh(setting.count, says, words)
    return Site(setting.form, setting.name, value, group, confidence=weighed.confidence, evidence=weighed.evidence)


def _group(line: Sequence[Word], first: int, settings: Sequence[_Setting], words: Vocabulary) -> Group:
    """Return the options of ``line`` that act together with its count."""
    options: dict[str, Value] = {}
    for index in range(first, len(line)):
        word = line[index]
        if flag := _FLAG.fullmatch(word.text) or OVERRIDE.fullmatch(word.text):
            name = normalised(_parts(flag[2] if word.text.startswith("-") else flag[1])[-1])
            behind = line[index + 1] if index + 1 < len(line) and not _is_option(line[index + 1].text) else word
            written = word.part(word.text.index("=") + 1) if "=" in word.text else behind
            # A loader's timeout has no such option of its own: --timeout is that of a process group or a server.
            if name != "timeout":
                options[name.removeprefix("dataloader_")] = value_of(written)
    if len(settings) == 1:
        options[COUNT] = value_of(settings[0].value)
    end = max((word.start + len(word.text.encode()) for word in line), default=0)
    return Group("command", min((word.start for word in line), default=0), end, options)


def _split(line: Sequence[Word]) -> Iterator[Word]:
    """Yield the words of ``line``; an option that is written in one word with its value is two."""
    for word in line:
        pieces = list(_PIECE.finditer(word.text))
        begins = pieces[0][0] if pieces else ""
        if len(pieces) > 1 and (_FLAG.match(begins) or _DOTTED.fullmatch(begins) or OVERRIDE.match(begins)):
            yield from (word.part(piece.start(), piece.end()) for piece in pieces)
        else:
            yield word


def _of_name(script: str, words: Vocabulary) -> list[Evidence]:
    """Return what the name of a script or module says, else that of the folder or package around it."""
    parts = re.split(r"/", script) if "/" in script or script.endswith((".py", ".sh")) else script.split(".")
    own = of_script(stem_of(parts[-1]), words)
    if any(each.weight > 0 for each in own) and _TRAINS.search(normalised(stem_of(parts[-1]))):
        return [Evidence(STRONG, each.says) for each in own]
    if own or len(parts) < 2:
        return own
    return of_script(parts[-2], words)


def _options(texts: Sequence[str], first: int) -> set[str]:
    """Return the names of the options in ``texts``, without the sections that they stand in."""
    found: set[str] = set()
    jobs = any(_JOBS.fullmatch(text) for text in texts)
    for text in texts[first:]:
        if flag := _FLAG.fullmatch(text):
            found.add(normalised(flag[2].split(".")[-1]))
            if jobs and text in _SHORT:
                found.add(_SHORT[text])
        elif override := OVERRIDE.fullmatch(text):
            found.add(normalised(_parts(override[1])[-1]))
        elif _DOTTED.fullmatch(text):
            found.add(normalised(text.split(".")[-1]))
    return found


def _parts(name: str) -> list[str]:
    """Return the sections and the last part of a dotted ``name``."""
    return re.split(r"[./@]", name)


def _is_option(text: str) -> bool:
    return text.startswith("-") and _INTEGER.fullmatch(text) is None
