"""``worker-lint clean``: remove the cache."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from worker_lint.cache_folder import folder_of, is_cache, is_free, is_half_made, remove
from worker_lint.commands.arguments import add_cache, add_settings_file
from worker_lint.errors import UsageError
from worker_lint.settings import SettingsResolver

if TYPE_CHECKING:
    import argparse

SUMMARY = "remove the cache"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "path", nargs="?", type=Path, default=Path(), metavar="FOLDER",
        help="the folder that was checked (default: the current one)",
    )  # fmt: skip
    add_cache(parser)
    add_settings_file(parser)


def run(args: argparse.Namespace) -> int:
    """Remove the cache that a check of the folder would use, if there is one, and return 0.

    Raises UsageError where something else stands in its place, and for a folder that is missing.
    """
    if not args.path.exists():  # the settings of the folder above it would name another cache
        raise UsageError(f"{args.path}: no such file or folder; name one that exists")
    settings = SettingsResolver({}, config=args.config, isolated=args.isolated).for_folder(args.path)
    folder = folder_of(args.cache_dir, os.environ, settings)
    if is_cache(folder) or is_half_made(folder):
        remove(folder)
        sys.stdout.write(f"removed {folder}\n")
    elif is_free(folder):
        sys.stdout.write(f"nothing to remove: there is no cache at {folder}\n")
    else:
        raise UsageError(f"{folder}: is no cache of worker-lint; what is there stays as it is")
    return 0
