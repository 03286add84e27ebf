"""Finds, judges and rewrites the number of data-loading workers in a training repository."""

__version__ = "0.1.0"
