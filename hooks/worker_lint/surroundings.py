"""What every verdict rests on besides the files and the policy: worker-lint itself, its parsers, and where it runs."""

from __future__ import annotations

import os
import sys

from worker_lint import __version__

_GRAMMARS = ("bash", "json", "python", "toml", "yaml")
_OTHERS = ("jsonschema", "packaging", "tomli", "tree_sitter", *(f"tree_sitter_{each}" for each in _GRAMMARS))
"""The packages of others that have a say in a verdict."""

_files: list[tuple[str, int, int]] = []
"""Those that have a say, as they were when they were first looked at, which is before the rest of them is imported."""


def surroundings() -> tuple[object, ...]:
    """Return them, as what is the same as long as they are. Raises OSError, as where an archive holds all of it."""
    user = (os.geteuid(), os.getegid(), os.getgroups(), _capabilities()) if hasattr(os, "geteuid") else None
    if not _files:
        _files.extend(_of_all())
    return __version__, sys.version, sys.platform, os.getcwd(), user, _files  # noqa: PTH109


def _capabilities() -> bytes:
    """Return what Linux says of the capabilities of this process, without which root may not read all files."""
    try:
        with open("/proc/self/status", "rb", buffering=0) as file:  # noqa: PTH123
            return file.readall().partition(b"CapEff:")[2].partition(b"\n")[0]
    except OSError:
        return b""


def _of_all() -> list[tuple[str, int, int]]:
    """Return what ``_content`` does of all that has a say."""
    package = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120
    schemas = os.path.join(os.path.dirname(os.path.dirname(package)), "schemas")  # noqa: PTH118, PTH120 - of a checkout
    folders = [package, *filter(None, map(_folder_of, _OTHERS))]
    if not os.path.lexists(os.path.join(package, "schemas")):  # noqa: PTH118
        folders.append(schemas)
    return [each for folder in folders for each in _content(folder)]


def _folder_of(package: str) -> str | None:
    """Return the folder from which ``package`` would be imported, as ``importlib.util.find_spec`` finds it.

    That function would be the dearest import of a run that has nothing to judge.
    """
    for finder in sys.meta_path:
        find = getattr(finder, "find_spec", None)
        spec = find(package, None) if find else None
        if spec is not None:
            return os.path.dirname(spec.origin) if spec.origin else None  # noqa: PTH120
    return None


def _content(folder: str) -> list[tuple[str, int, int]]:
    """Return every file below ``folder`` with its size and the time of its content, but those that Python makes."""
    found: list[tuple[str, int, int]] = []
    pending = [folder]
    while pending:
        with os.scandir(pending.pop()) as entries:
            for entry in entries:
                if entry.name == "__pycache__":
                    continue
                if entry.is_dir():
                    pending.append(entry.path)
                else:
                    about = entry.stat()
                    found.append((entry.path, about.st_size, about.st_mtime_ns))
    return sorted(found)
