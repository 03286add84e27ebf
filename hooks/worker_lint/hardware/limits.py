"""The most workers per process that a machine bears: five terms, each with its arithmetic in words.

Four terms (memory, /dev/shm, open files, processes) are crashes when exceeded; the fifth, CPUs, costs
speed only. ``docs/hardware.md`` derives them. In all of them R is the ranks per node, L the loaders whose
workers are alive together, p the prefetch factor, B the bytes of a batch, H the batches that the consumer
holds, k its tensors.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from worker_lint.dataclass import dataclass
from worker_lint.hardware import terms
from worker_lint.hardware.demand import Demand
from worker_lint.hardware.terms import Term

if TYPE_CHECKING:
    from worker_lint.hardware.profile import Profile

__all__ = ["SHM_WARNING", "Demand", "Excess", "Limits", "Term", "exceeded", "limits", "shm_share"]

SHM_WARNING = 0.8
"""The share of /dev/shm above which a count deserves a warning although it fits (a judgement)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The terms that could be computed (cpu, memory, shm, files, processes), and those that not."""

    terms: tuple[Term, ...]
    omitted: tuple[str, ...]  # each with its reason in words

    @property
    def limit(self) -> int:
        """The most workers per process that neither crash nor crowd the CPUs."""
        return min(term.workers for term in self.terms)

    @property
    def safe(self) -> int | None:
        """The most workers per process that do not crash; None where no crash term is known."""
        return min((term.workers for term in self.terms if term.crashes), default=None)

    @property
    def binding(self) -> Term:
        """The tightest term; on a tie one that crashes."""
        return min(self.terms, key=lambda term: (term.workers, not term.crashes))

    def term(self, name: str) -> Term | None:
        """Return the term called ``name``, or None where it was omitted."""
        return next((term for term in self.terms if term.name == name), None)


@dataclass(frozen=True, slots=True)
class Excess:
    """A crash term that a count exceeds; ``certain`` where no assumed input was needed to say so."""

    term: Term
    certain: bool


def limits(profile: Profile, demand: Demand) -> Limits:
    """Return the most workers that each process may have on ``profile``'s machine under ``demand``."""
    answers = [compute(profile, demand) for compute in terms.ALL]
    return Limits(
        tuple(answer for answer in answers if isinstance(answer, Term)),
        tuple(answer for answer in answers if isinstance(answer, str)),
    )


def exceeded(profile: Profile, demand: Demand, workers: int) -> tuple[Excess, ...]:
    """Return the crash terms that ``workers`` per process exceed, tightest first."""
    over = [t for t in limits(profile, demand).terms if t.crashes and workers > t.workers]
    return tuple(
        Excess(term, not term.assumed and (term.name != "files" or _files_run_out(profile, demand, workers)))
        for term in sorted(over, key=lambda term: term.workers)
    )


def _files_run_out(profile: Profile, demand: Demand, workers: int) -> bool:
    """Say whether the descriptors that are open for certain exceed the soft limit.

    The part of the term that counts tensors in flight is a worst case: batches must arrive out of order
    for it.
    """
    soft = profile.limits.open_files_soft
    certain = terms.files_of(demand, workers, in_flight=False)
    return isinstance(soft, int) and certain + terms.RESERVED_FILES > soft


def shm_share(profile: Profile, demand: Demand, workers: int) -> float | None:
    """Return the share of a rank's /dev/shm that ``workers`` in each loader fill; None where it is unknown.

    Measured: at its peak a loader holds exactly N*p + H batches there (8 configurations, to within 0.1
    %). Without workers there is nothing to pass between processes.
    """
    size = terms.rank_shm(profile, demand)
    if size is None or demand.batch_bytes is None:
        return None
    if workers <= 0:
        return 0.0
    batches = demand.live_loaders * (workers * demand.prefetch_factor + demand.held_batches)
    used = batches * demand.batch_bytes
    return used / size if size and used < 2**63 else math.inf
