"""One module a command: ``SUMMARY``, ``configure(parser)`` and ``run(args)``, which returns the exit status."""

from __future__ import annotations

COMMANDS = (
    "check",
    "init",
    "sites",
    "status",
    "settings",
    "profile",
    "schema",
    "rules",
    "explain",
    "clean",
    "completion",
)
"""The commands, each a module of the same name; ``check`` is meant where none is named."""
