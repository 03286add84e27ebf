"""``worker-lint completion``: the script by which a shell completes the command line."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module

from worker_lint.commands import COMMANDS
from worker_lint.completion import SHELLS

SUMMARY = "print the script by which bash, zsh or tcsh completes the command line"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("shell", choices=SHELLS, metavar="SHELL", help=", ".join(SHELLS))


def run(args: argparse.Namespace) -> int:
    """Print the script."""
    from worker_lint.completion.script import script_for

    whole = argparse.ArgumentParser(prog="worker-lint")
    whole.add_argument("-V", "--version", action="version", version="")
    commands = whole.add_subparsers()
    for name in COMMANDS:
        command = import_module(f"worker_lint.commands.{name}")
        command.configure(commands.add_parser(name, help=command.SUMMARY, description=command.SUMMARY))
    sys.stdout.write(script_for(args.shell, whole, COMMANDS))
    return 0
