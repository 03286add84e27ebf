"""A profile, its limits and a drift in words, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from worker_lint.hardware.drift import UNKNOWN
from worker_lint.units import format_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from worker_lint.hardware.drift import Drift, Verdict
    from worker_lint.hardware.limits import Demand, Limits
    from worker_lint.hardware.profile import Profile

MEANING: dict[Verdict, str] = {
    "same": "no figure differs",
    "cosmetic": "figures moved, no bound did",
    "larger": "the profile is more careful than need be; capture it again to use what is there",
    "smaller": "a worker count that passes under the profile may be too many here",
}


def profile_lines(profile: Profile) -> Iterator[str]:
    """Yield each figure of ``profile`` with where it came from, in columns."""
    rows = [(path, figure(path, value), profile.provenance.get(path, "")) for path, value in profile.flat().items()]
    yield from _columns(rows)


def limits_lines(found: Limits) -> Iterator[str]:
    """Yield each term with its clause, then what was left out, then the bound."""
    for term in found.terms:
        supposed = f" (assumed: {'; '.join(term.assumed)})" if term.assumed else ""
        yield f"{term.name:<9}  {term.workers:>6}  {term.why}{supposed}"
    for reason in found.omitted:
        name, _, why = reason.partition(": ")
        yield f"{name:<9}  {'-':>6}  {why}"
    yield f"limit: {bound(found)}"


def drift_lines(drift: Drift) -> Iterator[str]:
    """Yield each figure that differs, and the bounds before and after for each demand."""
    yield from _columns(
        [
            (
                change.path,
                f"{figure(change.path, change.old)} -> {figure(change.path, change.new)}",
                change.verdict,
            )
            for change in drift.changes
        ]
    )
    for outlook in drift.outlooks:
        yield f"{demand_words(outlook.demand)}: {bound(outlook.before)} -> {bound(outlook.after)}"


def verdict_line(drift: Drift) -> str:
    """Return the verdict, and what it means."""
    return f"{drift.verdict}: {MEANING[drift.verdict]}"


def bound(found: Limits) -> str:
    """Return the limit and the safe count with their terms, as in ``7 (cpu), safe 24 (memory)``."""
    crashing = [term for term in found.terms if term.crashes]
    safe = min(crashing, key=lambda term: term.workers, default=None)
    return f"{found.limit} ({found.binding.name})" + (f", safe {safe.workers} ({safe.name})" if safe else "")


def demand_words(demand: Demand) -> str:
    """Return for which batches and loaders a bound was computed."""
    batch = demand.batch_bytes
    batches = "batches of unknown size" if batch is None else f"batches of {format_bytes(batch)}"
    loaders = "" if demand.live_loaders == 1 else f" in {demand.live_loaders} loaders"
    ranks = "" if demand.ranks_per_node is None else f" on {demand.ranks_per_node} ranks"
    return f"with {batches}{loaders}{ranks}"


def figure(path: str, value: Any) -> str:
    """Return one figure as a person would say it."""
    if value is UNKNOWN:
        return "unknown"
    if value is None:
        return "none" if path == "shm.size_bytes" else "unlimited"
    if path.endswith("_bytes"):
        return format_bytes(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _columns(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    for row in rows:
        yield "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
