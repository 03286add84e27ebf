"""Whether two profiles differ in what matters: material is where a bound moves, not where a byte does."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal

from worker_lint.dataclass import dataclass, replace
from worker_lint.hardware.limits import Demand, Limits, limits
from worker_lint.hardware.profile import Profile, from_document

if TYPE_CHECKING:
    from collections.abc import Iterable

Verdict = Literal["same", "cosmetic", "larger", "smaller"]
FieldVerdict = Literal["changed", "within tolerance", "information", "known on one side only"]

REFERENCE_BATCH = 32 * 3 * 224 * 224 * 4
"""The bytes of 32 float32 images of 224 x 224: a drift of /dev/shm is judged by it where none is given."""

# Kernel and firmware keep a little more or less memory from boot to boot and release to release, and the
# size of /dev/shm and the number of processes are derived from it. The shares are judgements.
_TOLERANCES = {"memory.limit_bytes": 0.03, "shm.size_bytes": 0.05, "limits.processes": 0.10}

_MATERIAL = {
    "platform.start_method",
    "cpu.usable",
    "cpu.per",
    "cpu.quota",
    "cpu.affinity",
    "memory.per",
    "shm.per",
    "limits.open_files_soft",
    "gpu.count",
    "ranks_per_node",
    *_TOLERANCES,
}

# What names a document rather than the machine.
_LABELS = ("name", "note", "captured.method", "captured.at", "captured.tool")


@dataclass(frozen=True, slots=True)
class Change:
    """One figure that differs; ``old`` and ``new`` as in the documents (None is null: unlimited, or none)."""

    path: str
    old: Any
    new: Any
    verdict: FieldVerdict


class Unknown:
    """Stands for a figure that one of the documents does not have."""

    def __repr__(self) -> str:
        return "unknown"


UNKNOWN = Unknown()


@dataclass(frozen=True, slots=True)
class Outlook:
    """The bounds for one demand on either side."""

    demand: Demand
    before: Limits
    after: Limits


@dataclass(frozen=True, slots=True)
class Drift:
    """All that differs between two profiles, and what comes of it."""

    changes: tuple[Change, ...]
    before: Profile
    after: Profile
    """The new profile with the old figures wherever a difference moves no bound."""
    outlooks: tuple[Outlook, ...] = ()

    def at(self, demands: Iterable[Demand]) -> Drift:
        """Return this drift, judged by the bounds at ``demands`` besides."""
        known = {outlook.demand for outlook in self.outlooks}
        new = dict.fromkeys(demand for demand in demands if demand not in known)
        added = (Outlook(demand, limits(self.before, demand), limits(self.after, demand)) for demand in new)
        return replace(self, outlooks=(*self.outlooks, *added))

    @property
    def material(self) -> bool:
        """Whether a figure differs by enough to move a bound."""
        return any(change.verdict == "changed" for change in self.changes)

    @property
    def verdict(self) -> Verdict:
        """``smaller`` where a bound fell, else ``larger``, else ``cosmetic`` where only figures moved."""
        pairs = [(_number(o.before.limit), _number(o.after.limit)) for o in self.outlooks]
        pairs += [(_number(o.before.safe), _number(o.after.safe)) for o in self.outlooks]
        if any(after < before for before, after in pairs):
            return "smaller"
        if any(after > before for before, after in pairs):
            return "larger"
        return "cosmetic" if self.changes else "same"


def default_demands(demand: Demand) -> tuple[Demand, ...]:
    """Return the demands to compare at: ``demand``, and with a reference batch where it names none.

    Without a batch there is no /dev/shm term, and the loss of /dev/shm would go unseen.
    """
    if demand.batch_bytes is not None:
        return (demand,)
    return (demand, replace(demand, batch_bytes=REFERENCE_BATCH))


def compare(old: Profile, new: Profile, demands: Iterable[Demand] = (Demand(),)) -> Drift:
    """Return how ``new`` differs from ``old``, judged by the bounds at ``demands``.

    A figure within its tolerance, and one that only one side knows, is reported and moves no bound.
    """
    before, after = old.flat(), new.flat()
    paths = [*before, *(path for path in after if path not in before)]
    changes = []
    for path in paths:
        left, right = before.get(path, UNKNOWN), after.get(path, UNKNOWN)
        if left != right and path not in _LABELS:
            changes.append(Change(path, left, right, _judge(path, left, right)))
    effective = _with(new, [change for change in changes if change.verdict != "changed"])
    return Drift(tuple(changes), old, effective).at(demands)


def _judge(path: str, old: Any, new: Any) -> FieldVerdict:
    if old is UNKNOWN or new is UNKNOWN:
        return "known on one side only"
    if path not in _MATERIAL:
        return "information"
    tolerance = _TOLERANCES.get(path)
    if tolerance and old is not None and new is not None and abs(new - old) <= tolerance * old:
        return "within tolerance"
    return "changed"


def _with(profile: Profile, changes: list[Change]) -> Profile:
    """Return ``profile`` with the old figures of ``changes``."""
    found = profile.to_document()
    for change in changes:
        section, dot, key = change.path.rpartition(".")
        home = found.setdefault(section, {}) if dot else found
        if home is None:  # no /dev/shm any more: what was known of it has no place
            continue
        if change.old is UNKNOWN:
            del home[key]
        else:
            home[key] = change.old
    if found.get("gpu") == {}:
        del found["gpu"]
    return from_document(found)


def _number(count: int | None) -> float:
    return math.inf if count is None else count
