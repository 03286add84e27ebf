"""What the words of one command run, behind the wrappers and launchers in front of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from worker_lint.dataclass import dataclass
from worker_lint.regex import regex

if TYPE_CHECKING:
    from collections.abc import Sequence


PYTHON = regex(r"(?:python|pypy|ipython)[\d.]*[tw]?(?:\.exe)?")
SHELLS = frozenset({"sh", "bash", "zsh", "dash", "ksh", "source", ".", "sbatch", "qsub", "bsub", "msub"})
"""Programs that run a shell script."""

_LAUNCHERS = frozenset(
    {
        "torchrun", "accelerate", "deepspeed", "colossalai", "horovodrun", "composer", "bpslaunch", "torchpack",
        "lightning",
    }
)  # fmt: skip
"""Programs that start a training script on several devices; what stands before the script is theirs."""
_LAUNCHER_MODULES = regex(
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

_NO_PROGRAM = regex(r"-|[A-Za-z_]\w*=|[\d.]+[smhd]?$")
"""What stands between a wrapper and the program: options, assignments, a duration."""
_ASSIGNMENT = regex(r"[A-Za-z_]\w*=")
OVERRIDE = regex(r"\+{0,2}([A-Za-z_][\w.@/\-\[\]]*)=(.*)", re.DOTALL)
"""A word that sets a key, as Hydra takes it."""
_SUBCOMMAND = regex(r"[A-Za-z][A-Za-z_\-]*")


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
        launcher = launcher if _is_unknown(script) else stem_of(script)
        started = _launched(texts, first)
        if started is None:
            return Command(name, (), launcher, first)
        index = started
    return Command(None, (), launcher, 0 if launcher is None else index)


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
    stem = stem_of(script)
    return stem in _LAUNCHERS or stem in _LAUNCHER_SCRIPTS or _LAUNCHER_MODULES.fullmatch(script) is not None


def _is_argument(text: str) -> bool:
    """Return whether ``text`` can only be an argument of a program: an option or an override."""
    return text.startswith("-") or ("/" not in text and OVERRIDE.fullmatch(text) is not None)


def _name(texts: Sequence[str], index: int) -> str | None:
    """Return the last part of the path that the word at ``index`` is, or None where there is none."""
    return texts[index].rpartition("/")[2] if index < len(texts) else None


def stem_of(script: str) -> str:
    """Return the name of a program or script without its folder and suffix, the last part of that of a module."""
    name = script.rpartition("/")[2]
    stem, _, suffix = name.rpartition(".")
    if not stem:
        return name
    return stem if suffix in ("py", "sh", "bash", "slurm", "sbatch", "exe", "pyc") or "/" in script else suffix
