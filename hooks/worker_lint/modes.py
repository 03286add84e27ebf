"""The built-in modes: a named intent, and the worker count that it stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.schema import suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping

BUILT_IN: Mapping[str, int] = {
    "debug": 0,
    "development": 4,
    "training": 8,
    "production": 16,
    "high-performance": 32,
}


def unknown_mode(mode: str, modes: Mapping[str, int]) -> str:
    """Return what to say of a ``mode`` that is none of ``modes``, and which ones there are."""
    listed = ", ".join(f"{name} ({count})" for name, count in modes.items())
    hint = suggestion(mode, modes)
    return (
        f"{mode!r} is no mode{hint} The modes are {listed}" if hint else f"{mode!r} is no mode; the modes are {listed}"
    )
