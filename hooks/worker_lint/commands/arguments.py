"""Arguments that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from worker_lint.recall.witness import Witness
    from worker_lint.settings import SettingsResolver


def add_paths(parser: argparse.ArgumentParser) -> None:
    """Declare the files and folders to look at."""
    parser.add_argument(
        "paths",
        nargs="*",
        type=Path,
        metavar="PATH",
        help="files and folders to look at (default: the current folder)",
    )


def add_settings(parser: argparse.ArgumentParser, *, rules: bool = False) -> None:
    """Declare the options that take the place of settings."""
    group = parser.add_argument_group("settings")
    group.add_argument("--mode", metavar="NAME", help="the mode for every path: debug, development, training, ...")
    group.add_argument(
        "--profile",
        metavar="NAME|PATH",
        action="append",
        help="the machine on which counts must hold: a hardware profile, 'live' or 'none'; may be given several times",
    )
    if rules:
        group.add_argument("--select", metavar="CODES", type=codes, help="rules to apply: codes or beginnings of codes")
        group.add_argument("--extend-select", metavar="CODES", type=codes, help="rules to apply besides those")
        group.add_argument("--ignore", metavar="CODES", type=codes, help="rules to leave out")
        group.add_argument("--baseline", metavar="FILE", help="the findings that are known; 'none' for no such file")
    add_settings_file(group)


def add_settings_file(parser: argparse.ArgumentParser | argparse._ArgumentGroup) -> None:
    """Declare which settings file is read, if any."""
    parser.add_argument("--config", metavar="FILE", type=Path, help="the settings file for every path")
    parser.add_argument("--isolated", action="store_true", help="read no settings file")


def add_cache(parser: argparse.ArgumentParser | argparse._ArgumentGroup) -> None:
    """Declare the folder of the cache."""
    parser.add_argument(
        "--cache-dir",
        metavar="FOLDER",
        type=Path,
        help="the folder of the cache (default: WORKER_LINT_CACHE_DIR, else what the settings say)",
    )


def count(text: str) -> int:
    """Return the positive number in ``text``. Raises ValueError, as argparse expects, where it is none."""
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def codes(text: str) -> tuple[str, ...]:
    """Return the codes in a comma-separated list. Raises ValueError, as argparse expects, where one is no code."""
    import re

    found = tuple(part.strip() for part in text.split(",") if part.strip())
    if not found or any(re.fullmatch(r"WL\d{0,3}", code) is None for code in found):
        raise ValueError(text)
    return found


def resolver(args: argparse.Namespace, witness: Witness | None = None) -> SettingsResolver:
    """Return the settings that the arguments ask for. Raises SettingsError."""
    from worker_lint.rules import CODES
    from worker_lint.settings import SettingsResolver

    given = {
        "mode": args.mode,
        "profile": None if args.profile is None else tuple(args.profile),
        **{key: getattr(args, key, None) for key in ("select", "extend_select", "ignore", "fail_on", "baseline")},
    }
    overrides = {key: value for key, value in given.items() if value is not None}
    return SettingsResolver(overrides, config=args.config, isolated=args.isolated, codes=CODES, witness=witness)
