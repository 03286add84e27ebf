"""Which languages are read, and the names of their files; imports nothing, because every run begins with it."""

from __future__ import annotations

TYPE_CHECKING = False  # as type checkers know it; the import of ``typing`` is a third of such a run
if TYPE_CHECKING:
    from typing import Literal

    Language = Literal[
        "python", "json", "jsonnet", "yaml", "toml", "shell", "makefile", "dockerfile", "notebook", "markdown"
    ]

SUFFIXES: dict[str, Language] = {
    ".py": "python",
    ".pyi": "python",
    ".pyw": "python",
    ".json": "json",
    ".jsonc": "json",
    ".json5": "jsonnet",
    ".jsonnet": "jsonnet",
    ".libsonnet": "jsonnet",
    ".yaml": "yaml",
    ".yml": "yaml",
    ".toml": "toml",
    ".sh": "shell",
    ".bash": "shell",
    ".zsh": "shell",
    ".ksh": "shell",
    ".slurm": "shell",
    ".sbatch": "shell",
    ".pbs": "shell",
    ".qsub": "shell",
    ".lsf": "shell",
    ".sub": "shell",
    ".job": "shell",
    ".mk": "makefile",
    ".mak": "makefile",
    ".dockerfile": "dockerfile",
    ".ipynb": "notebook",
    ".md": "markdown",
    ".markdown": "markdown",
}
NAMES: dict[str, Language] = {
    "makefile": "makefile",
    "gnumakefile": "makefile",
    "dockerfile": "dockerfile",
    "containerfile": "dockerfile",
}
"""Languages by the whole name of a file, in lower case."""
