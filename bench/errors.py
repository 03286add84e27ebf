"""What can go wrong with a measurement; each is one line, and ends the run with status 2."""

from __future__ import annotations


class BenchError(Exception):
    """Something that makes a measurement impossible or worthless."""
