"""What the rules about launchers, clusters and containers share: the workers that a command starts, and fewer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.finding import Fix, replacing
from worker_lint.rules._words import subject

if TYPE_CHECKING:
    from worker_lint.site import Site


def demand_in_words(site: Site, ranks: int) -> str:
    """Return the clause that says how many workers ``ranks`` processes with the count at ``site`` have in all."""
    number = site.value.number or 0
    if ranks == 1:
        return f"{subject(site)} is {number}"
    return f"{subject(site)} is {number} in each of {ranks} processes, {number * ranks} in all"


def fewer(cpus: float, ranks: int) -> int:
    """Return the workers of each of ``ranks`` processes that ``cpus`` bear, one CPU of each left to the process.

    A process with a whole CPU may have one worker; it is 0 where a process has not even that.
    """
    each = int(cpus // ranks)
    return max(1, each - 1) if each >= 1 else 0


def fewer_fix(site: Site, cpus: float, ranks: int) -> Fix | None:
    """Return the unsafe fix that lowers the count at ``site`` to what ``cpus`` bear, None where that is none at all."""
    count = fewer(cpus, ranks)
    if not site.intact or count < 1:
        return None
    return Fix("unsafe", f"Write {count}", (replacing(site.value, str(count)),))
