"""Capturing a machine again over its profile: what a person wrote survives, or nothing is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from worker_lint.dataclass import replace
from worker_lint.hardware import document
from worker_lint.hardware.profile import Profile, parse

if TYPE_CHECKING:
    from pathlib import Path

# What goes with a figure that a person declared: whose it is, and what limits it.
_COMPANIONS = {
    "cpu.usable": ("cpu.per", "cpu.limited_by"),
    "memory.limit_bytes": ("memory.per", "memory.limited_by"),
    "shm.size_bytes": ("shm.per",),
}


def recapture(old: Profile, new: Profile, path: Path) -> Profile:
    """Return what is to stand in ``path``, which holds ``old``, after the machine was measured as ``new``.

    The note and every field whose provenance says ``declared`` are a person's and are kept; the document
    is then "live-edited". Where nothing but the date and the version of the tool would change, ``old``
    itself comes back, so that a second capture of an unchanged machine leaves the file as it is, byte for
    byte. The Python version is a figure like others: the start method, and with it the memory of each
    worker, follows from it.

    Raises ProfileError where the work of a person would be lost: the document was declared as a whole, or
    says that it was edited and not where.
    """
    declared = [key for key, source in old.provenance.items() if source.startswith("declared")]
    if old.captured.method == "declared":
        what = "was declared by hand, and a capture would replace every figure"
        raise document.problem(path, "/captured/method", what, "give another --output or remove the file")
    if old.captured.method == "live-edited" and not declared:
        what = "says live-edited, but no field's provenance says which figures are declared"
        remedy = 'mark each edited field in /provenance, as in "cpu.usable": "declared:reason"'
        raise document.problem(path, "/captured/method", what, remedy)
    found = new.to_document()
    before = old.to_document()
    for key in declared:
        for part in (key, *_COMPANIONS.get(key, ())):
            _copy(before, found, part)
        found.setdefault("provenance", {})[key] = old.provenance[key]
    merged = replace(parse(found, path), note=old.note)
    if declared:
        merged = replace(merged, captured=replace(merged.captured, method="live-edited"))
    dated = replace(merged.captured, at=old.captured.at, tool=old.captured.tool)
    return old if replace(merged, captured=dated).to_document() == before else merged


def _copy(source: dict[str, Any], target: dict[str, Any], path: str) -> None:
    """Copy the field at ``path`` ("cpu.usable", "ranks_per_node"), if ``source`` has it, into ``target``."""
    section, dot, key = path.rpartition(".")
    if not dot:
        if key in source:
            target[key] = source[key]
    elif key in (source.get(section) or {}):
        inner = dict(target.get(section) or {})
        target[section] = inner | {key: source[section][key]}
