"""The folders that a command line names, as far as that is sure before anything else is known of its arguments."""

from __future__ import annotations

import os

TYPE_CHECKING = False  # as type checkers know it; the import of ``typing`` would be waited for
if TYPE_CHECKING:
    from collections.abc import Sequence

FLAGS = frozenset(
    {
        "--add-ignore", "--diff", "--exit-zero", "--fix", "--isolated", "--no-cache", "--quiet", "-q", "--statistics",
        "--unsafe-fixes",
    }
)  # fmt: skip
"""Options that take no value: what stands behind them is a path."""
TAKERS = frozenset(
    {
        "--baseline", "--cache-dir", "--color", "--config", "--extend-select", "--fail-on", "--ignore", "--jobs", "-j",
        "--mode", "--output", "--output-file", "--output-format", "--profile", "--reason", "--select",
        "--stdin-filename", "--write-baseline",
    }
)  # fmt: skip
"""Options that take a value: what stands behind them is none."""


def folders_in(arguments: Sequence[str]) -> list[str]:
    """Return the folders that are surely paths among ``arguments``; the current one where only options are given."""
    found = []
    only_options = True
    before = ""
    for argument in arguments:
        if argument.startswith("-"):
            only_options &= argument not in ("-", "--")
        elif before not in TAKERS:
            only_options = False
            is_value = before.startswith("-") and "=" not in before and before not in FLAGS
            if not is_value and os.path.isdir(argument):  # noqa: PTH112
                found.append(argument)
        before = argument
    return ["."] if only_options else found
