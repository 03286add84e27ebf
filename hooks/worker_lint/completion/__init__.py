"""Completion of the command line by the user's shell."""

from __future__ import annotations

SHELLS = ("bash", "zsh", "tcsh")
"""Those for which there is a script."""
