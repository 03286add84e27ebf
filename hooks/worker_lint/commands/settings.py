"""``worker-lint settings``: the settings in force for a path, and where each of them came from."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from worker_lint.commands.arguments import add_settings, resolver
from worker_lint.dataclass import asdict
from worker_lint.errors import UsageError
from worker_lint.settings import KEYS

if TYPE_CHECKING:
    import argparse

    from worker_lint.settings import Settings

SUMMARY = "print the settings in force for a path, and where each came from"

_SIZES = ("batch_bytes", "worker_memory", "main_memory")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "path",
        nargs="?",
        type=Path,
        default=Path(),
        metavar="PATH",
        help="a file, or a folder for the files in it (default: the current folder)",
    )
    parser.add_argument("--output-format", choices=("text", "json"), default="text")
    add_settings(parser, rules=True)


def run(args: argparse.Namespace) -> int:
    """Print the settings in force for ``args.path``. Raises UsageError for a path that is missing, SettingsError."""
    path: Path = args.path
    if not path.exists():
        raise UsageError(f"{path}: no such file or folder; name one that exists")
    known = resolver(args)
    settings = known.for_folder(path) if path.is_dir() else known.for_path(path)
    excluded = not path.is_dir() and known.is_excluded(path)
    sys.stdout.write((_json if args.output_format == "json" else _text)(path, settings, excluded))
    return 0


def _text(path: Path, settings: Settings, excluded: bool) -> str:
    source = "no settings file" if settings.file is None else _shown(settings.file)
    lines = [f"{_shown(path)}: {source}{'; this file is excluded' if excluded else ''}"]
    rows = [(key, _value(settings, key), settings.origins[key]) for key in KEYS]
    first, second = (max(len(row[column]) for row in rows) for column in (0, 1))
    lines += [f"{key:{first}}  {value:{second}}  {origin}" for key, value, origin in rows]
    return "".join(f"{line}\n" for line in lines)


def _json(path: Path, settings: Settings, excluded: bool) -> str:
    document = {
        "path": os.fspath(path),
        "file": None if settings.file is None else os.fspath(settings.file),
        "excluded": excluded,
        "policy-declared": settings.policy_declared,
        "settings": {key: {"value": _plain(settings, key), "origin": settings.origins[key]} for key in KEYS},
    }
    return json.dumps(document, indent=2) + "\n"


def _plain(settings: Settings, key: str) -> object:
    """Return a value as JSON has it."""
    if key == "suppressions":
        return [asdict(each) for each in settings.suppressions]
    return getattr(settings, _field(key))


def _value(settings: Settings, key: str) -> str:
    from worker_lint.units import format_bytes

    value = getattr(settings, _field(key))
    if value is None or value in ((), {}):
        return "-"
    if isinstance(value, bool):
        return str(value).lower()
    if key in ("modes", "severity"):
        return ", ".join(f"{name} {each}" for name, each in value.items())
    if key == "per-file-ignores":
        return ", ".join(f"{pattern}: {' '.join(codes)}" for pattern, codes in value.items())
    if key == "suppressions":
        return ", ".join(f"{' '.join(each.rules)} in {each.path}{each.pointer or ''}" for each in value)
    if key in ("baseline", "cache-dir"):
        return _shown(Path(value))
    if isinstance(value, tuple):
        return ", ".join(_shown(Path(part)) if key == "profile" else part for part in value)
    return format_bytes(value) if _field(key) in _SIZES else str(value)


def _field(key: str) -> str:
    return key.replace("-", "_")


def _shown(path: Path) -> str:
    """Return ``path`` from the current folder where it is below it, printable even where it is not UTF-8."""
    here = Path.cwd()
    shown = path.relative_to(here) if path.is_relative_to(here) else path
    return os.fsencode(shown).decode("utf-8", "backslashreplace")
