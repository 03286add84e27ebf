"""The words of one command: what runs, with which options, and which of them set a worker count."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from worker_lint.locate.evidence import STRONG, WEAK, Evidence, of_keys, of_program, of_script, of_siblings, weigh
from worker_lint.locate.values import MOST_DIGITS
from worker_lint.locate.vocabulary import normalised
from worker_lint.site import COUNT, Group, Site, Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from worker_lint.locate.vocabulary import Vocabulary
    from worker_lint.site import Form, ValueKind

PYTHON = re.compile(r"(?:python|pypy|ipython)[\d.]*[tw]?(?:\.exe)?")
SHELLS = frozenset({"sh", "bash", "zsh", "dash", "ksh", "source", ".", "sbatch", "qsub", "bsub", "msub"})
"""Programs that run a shell script."""

_LAUNCHERS = frozenset(
    {
        "torchrun", "accelerate", "deepspeed", "colossalai", "horovodrun", "composer", "bpslaunch", "torchpack",
        "lightning",
    }
)  # fmt: skip
"""Programs that start a training script on several devices; what stands before the script is theirs."""
_LAUNCHER_MODULES = re.compile(
    r"(?:torch|paddle|oneflow)\.distributed(?:\.\w+)*|torch_xla(?:\.\w+)+|accelerate(?:\.\w+)*|deepspeed(?:\.\w+)*"
    r"|torch\.backends\.xeon\.run_cpu"
)
_LAUNCHER_SCRIPTS = frozenset({"multiproc", "launch", "xla_spawn", "distributed_launch", "ds_launch"})
_WRAPPERS = frozenset(
    {
        "sudo", "env", "time", "nohup", "exec", "command", "builtin", "nice", "ionice", "taskset", "numactl",
        "timeout", "stdbuf", "xvfb-run", "unbuffer", "setsid", "srun", "mpirun", "mpiexec", "orterun", "jsrun",
        "aprun", "singularity", "apptainer", "docker", "podman", "nvidia-docker", "poetry", "uv", "pdm", "rye",
        "hatch", "pixi", "pipenv", "conda", "mamba", "micromamba", "nsys", "ncu", "nvprof", "strace", "gdb",
        "coverage", "tini", "dumb-init", "gosu", "call", "run",
    }
)  # fmt: skip
"""Programs that run the program whose name follows, behind options of their own."""
_PRINTERS = frozenset(
    {
        "echo", "printf", "cat", "grep", "egrep", "rg", "sed", "awk", "head", "tail", "log", "logger", "die", "info",
        "usage", "warn", "error", "help", "alias", "which", "read", "test", "[", "tee", "cut", "tr", "wc", "true",
        "false", "unset",
    }
)  # fmt: skip
"""Programs whose words are text to them."""
_INNER = frozenset({"run", "exec", "launch", "--"})
"""Words between a wrapper and the program, as in ``poetry run``."""

_NO_PROGRAM = re.compile(r"-|[A-Za-z_]\w*=|[\d.]+[smhd]?$")
"""What stands between a wrapper and the program: options, assignments, a duration."""
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_FLAG = re.compile(r"(--?)([A-Za-z][\w.\-/]*)(?:(=)(.*))?", re.DOTALL)
_OVERRIDE = re.compile(r"\+{0,2}([A-Za-z_][\w.@/\-\[\]]*)=(.*)", re.DOTALL)
_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.\w+)+")
_SUBCOMMAND = re.compile(r"[A-Za-z][A-Za-z_\-]*")
_JOBS = re.compile(r"-j(\S*)")
_SHORT = {"-b": "batch_size", "-a": "arch"}
"""What short options mean beside a ``-j`` of loader workers, by the habit of the classic training scripts."""
_TRAINS = re.compile(r"(?:^|[_-])(?:pre|fine)?-?_?(?:train|tune|fit|sft)(?:$|[_\-\d]|er|ing)")
"""Names of scripts that can hardly do anything but feed a model."""
_BARE = re.compile(r"workers?")
"""A name that says nothing of what works; beside a fuller one it is something else."""

_MOST_FALLBACKS = 9
"""Fallbacks of fallbacks that are looked into."""
_ROLES = frozenset({"train", "val", "valid", "validation", "eval", "test", "predict"})

_QUOTED = re.compile(r"""(["'])(.*)\1""", re.DOTALL)
_INTEGER = re.compile(r"-?\d+")
_FLOAT = re.compile(r"-?(?:\d+\.\d*|\.\d+|\d+(?:\.\d*)?[eE][-+]?\d+)")
REFERENCE = re.compile(r"\$(?:(\w+)|\{(\w+)\})")
FALLBACK = re.compile(r"\$\{(\w+):?[-=](.*)\}", re.DOTALL)
_PIECE = re.compile(r"""(?:\$\([^()]*\)|\$\{[^{}]*\}|`[^`]*`|"[^"]*"|'[^']*'|\S)+""")
_WORD = re.compile(r"[A-Za-z_][\w\-]*")


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a command as written, without the quotes around it; ``start`` is the offset of its first byte."""

    text: str
    start: int

    def part(self, start: int, end: int | None = None) -> Word:
        """Return the characters from ``start`` to ``end`` as a word of their own."""
        return Word(self.text[start:end], self.start + len(self.text[:start].encode()))


@dataclass(frozen=True, slots=True)
class Command:
    """What a line of words runs, as far as its words tell."""

    program: str | None
    """The name of what runs, behind any wrappers; None where the line begins with an option."""
    scripts: tuple[str, ...]
    """Names that say what it does: the script, the module, the subcommand."""
    launcher: str | None
    """What starts it on several devices."""
    first: int
    """The index of the first word that it takes itself; 0 where nothing runs."""

    @property
    def prints(self) -> bool:
        """Whether the words are only text to the program."""
        return self.program in _PRINTERS


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


def understood(texts: Sequence[str]) -> Command:
    """Return what the words ``texts`` run."""
    if (name := _name(texts, 0)) in _PRINTERS:
        return Command(name, (), None, 1)
    launcher = None
    index = _next_program(texts, 0)
    while (name := _name(texts, index)) is not None and not _is_argument(texts[index]):
        if PYTHON.fullmatch(name):
            script, first = _of_python(texts, index + 1)
        elif name in SHELLS:
            behind = _behind_options(texts, index + 1)
            script, first = (texts[behind] if behind < len(texts) else None), behind + 1
        else:
            script, first = texts[index], index + 1
        if script is None:
            return Command(name, (), launcher, len(texts))
        if not _is_launcher(script) and not (_is_unknown(script) and _launched(texts, first) is not None):
            return Command(name, (script, *_subcommands(texts, first)), launcher, first)
        launcher = launcher if _is_unknown(script) else _stem(script)
        started = _launched(texts, first)
        if started is None:
            return Command(name, (), launcher, first)
        index = started
    return Command(None, (), launcher, 0 if launcher is None else index)


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
    for name in dict.fromkeys(_stem(each) for each in (command.program or "", *command.scripts)):
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
        elif override := _OVERRIDE.fullmatch(word.text):
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
        if flag := _FLAG.fullmatch(word.text) or _OVERRIDE.fullmatch(word.text):
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
        if len(pieces) > 1 and (_FLAG.match(begins) or _DOTTED.fullmatch(begins) or _OVERRIDE.match(begins)):
            yield from (word.part(piece.start(), piece.end()) for piece in pieces)
        else:
            yield word


def _next_program(texts: Sequence[str], index: int) -> int:
    """Return the index of the program that runs, from ``index`` on: what wrappers run, not the wrapper."""
    while index < len(texts) and (_ASSIGNMENT.match(texts[index]) or texts[index] in _INNER):
        index += 1
    name = _name(texts, index)
    if name is None or name.startswith("-") or PYTHON.fullmatch(name) or name in _LAUNCHERS:
        return index
    # Whatever stands in front of an interpreter (srun, a queue's wrapper, `conda run`) has it run.
    for later in range(index + 1, len(texts)):
        word = _name(texts, later) or ""
        if PYTHON.fullmatch(word) or word in ("torchrun", "accelerate", "deepspeed"):
            return later
    if name not in _WRAPPERS:
        return index
    behind = index + 1
    while behind < len(texts) and (texts[behind] in _INNER or _NO_PROGRAM.match(texts[behind])):
        behind += 1
    scripts = (i for i in range(behind, len(texts)) if re.search(r"\.(?:py|sh|bash)$", texts[i]))
    later = behind if name in ("sudo", "env", "time", "nohup", "exec") else next(scripts, behind)
    return _next_program(texts, later)


def _of_python(texts: Sequence[str], index: int) -> tuple[str | None, int]:
    """Return the script or module that an interpreter runs, None for other code, and the index behind it."""
    while index < len(texts) and texts[index].startswith("-"):
        option = texts[index]
        if option == "-m" and index + 1 < len(texts):
            return texts[index + 1], index + 2
        if option in ("-c", "-"):
            return None, len(texts)
        index += 2 if option in ("-W", "-X") else 1
    return (texts[index], index + 1) if index < len(texts) else (None, index)


def _launched(texts: Sequence[str], index: int) -> int | None:
    """Return the index of what a launcher starts: a script, or a module as if an interpreter ran it."""
    for later in range(index, len(texts)):
        text = texts[later]
        if text in ("-m", "--module") and later + 1 < len(texts):
            return later + 1
        if text.endswith((".py", ".sh")) and not texts[later - 1].startswith("--config"):
            return later
        if PYTHON.fullmatch(_name(texts, later) or ""):
            return later
    return None


def _behind_options(texts: Sequence[str], index: int) -> int:
    while index < len(texts) and texts[index].startswith("-"):
        index += 1
    return index


def _subcommands(texts: Sequence[str], index: int) -> tuple[str, ...]:
    """Return the plain words directly behind a program, as in ``yolo detect train``."""
    found: list[str] = []
    while index < len(texts) and len(found) < 2 and _SUBCOMMAND.fullmatch(texts[index]):
        found.append(texts[index])
        index += 1
    return tuple(found)


def _is_unknown(script: str) -> bool:
    """Return whether ``script`` is a variable that may stand for an interpreter or a launcher."""
    return script.startswith("$")


def _is_launcher(script: str) -> bool:
    stem = _stem(script)
    return stem in _LAUNCHERS or stem in _LAUNCHER_SCRIPTS or _LAUNCHER_MODULES.fullmatch(script) is not None


def _of_name(script: str, words: Vocabulary) -> list[Evidence]:
    """Return what the name of a script or module says, else that of the folder or package around it."""
    parts = re.split(r"/", script) if "/" in script or script.endswith((".py", ".sh")) else script.split(".")
    own = of_script(_stem(parts[-1]), words)
    if any(each.weight > 0 for each in own) and _TRAINS.search(normalised(_stem(parts[-1]))):
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
        elif override := _OVERRIDE.fullmatch(text):
            found.add(normalised(_parts(override[1])[-1]))
        elif _DOTTED.fullmatch(text):
            found.add(normalised(text.split(".")[-1]))
    return found


def _parts(name: str) -> list[str]:
    """Return the sections and the last part of a dotted ``name``."""
    return re.split(r"[./@]", name)


def _is_argument(text: str) -> bool:
    """Return whether ``text`` can only be an argument of a program: an option or an override."""
    return text.startswith("-") or ("/" not in text and _OVERRIDE.fullmatch(text) is not None)


def _is_option(text: str) -> bool:
    return text.startswith("-") and _INTEGER.fullmatch(text) is None


def _name(texts: Sequence[str], index: int) -> str | None:
    """Return the last part of the path that the word at ``index`` is, or None where there is none."""
    return texts[index].rpartition("/")[2] if index < len(texts) else None


def _stem(script: str) -> str:
    """Return the name of a program or script without its folder and suffix, the last part of that of a module."""
    name = script.rpartition("/")[2]
    stem, _, suffix = name.rpartition(".")
    if not stem:
        return name
    return stem if suffix in ("py", "sh", "bash", "slurm", "sbatch", "exe", "pyc") or "/" in script else suffix
