"""How messages name what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from worker_lint.site import Form, Site, Value

_SUBJECTS: dict[Form, str] = {
    "parameter-default": "the default of {}",
    "option-default": "the default of {}",
    "field-default": "the default of {}",
    "fallback": "the fallback of {}",
    "or-fallback": "the fallback of {}",
}
_WIDTH = 60
"""Characters of an expression that a message shows."""


def subject(site: Site) -> str:
    """Return what the value at ``site`` is: a count, or only the default of one."""
    return _SUBJECTS.get(site.form, "{}").format(site.name)


def shown(value: Value) -> str:
    """Return ``value`` as written, in one line and not too long."""
    return in_short(value.text)


def in_short(text: str) -> str:
    """Return ``text`` in one line and not too long."""
    text = " ".join(text.split())
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 1]}…"
