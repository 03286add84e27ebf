"""What a count should be at one path: the mode's, clamped to what every profile bears."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.dataclass import dataclass, replace

if TYPE_CHECKING:
    from worker_lint.baseline import Baseline
    from worker_lint.hardware.demand import Demand
    from worker_lint.hardware.limits import Limits
    from worker_lint.hardware.profile import Profile
    from worker_lint.hardware.terms import Term
    from worker_lint.settings import Settings
    from worker_lint.site import Group


@dataclass(frozen=True, slots=True)
class Bound:
    """The limits of one profile under one demand."""

    profile: Profile
    demand: Demand
    limits: Limits

    @property
    def machine(self) -> str:
        """How messages name the machine."""
        return "this machine" if self.profile.name == "live" else self.profile.name

    def certainly_exceeds(self, term: Term, workers: int) -> bool:
        """Return whether ``workers`` exceed ``term`` without any assumed input to say so."""
        from worker_lint.hardware.limits import exceeded

        found = exceeded(self.profile, self.demand, workers)
        return any(excess.certain for excess in found if excess.term.name == term.name)


@dataclass(frozen=True, slots=True)
class Target:
    """The count that the repository's policy asks for, and why."""

    count: int
    why: str


class Policy:
    """The settings in force for a path together with the machines and the baseline that they name."""

    def __init__(
        self, settings: Settings, profiles: tuple[Profile, ...] = (), baseline: Baseline | None = None
    ) -> None:
        self.settings = settings
        self.profiles = profiles
        self.baseline = baseline
        self._bounds: dict[int, tuple[Bound, ...]] = {}

    @property
    def demand(self) -> Demand:
        """What one job asks of a machine, as far as the settings say."""
        from worker_lint.hardware.demand import Demand  # only with a machine there is something to compute

        said = self.settings
        return Demand(
            ranks_per_node=said.ranks_per_node,
            live_loaders=said.live_loaders,
            batch_bytes=said.batch_bytes,
            prefetch_factor=said.prefetch_factor,
            worker_bytes=said.worker_memory,
            main_bytes=said.main_memory,
        )

    def bounds(self, group: Group | None = None) -> tuple[Bound, ...]:
        """Return the limits of each profile for a loader with the options of ``group``."""
        if not self.profiles:
            return ()
        from worker_lint.hardware.limits import limits

        prefetch = self.prefetch_factor(group)
        if prefetch not in self._bounds:
            demand = replace(self.demand, prefetch_factor=prefetch)
            self._bounds[prefetch] = tuple(Bound(p, demand, limits(p, demand)) for p in self.profiles)
        return self._bounds[prefetch]

    def tightest(self, group: Group | None = None) -> Bound | None:
        """Return the bound of the profile that allows the fewest workers, or None where no profile is known."""
        return min(self.bounds(group), key=lambda bound: bound.limits.limit, default=None)

    def term(self, name: str, group: Group | None = None) -> tuple[Bound, Term] | None:
        """Return the tightest term called ``name`` over all profiles, with the bound it belongs to."""
        found = [(bound, term) for bound in self.bounds(group) if (term := bound.limits.term(name)) is not None]
        return min(found, key=lambda pair: pair[1].workers, default=None)

    def target(self, group: Group | None = None) -> Target | None:
        """Return the count that the mode asks for here, or None where no mode is in force."""
        mode = self.settings.mode
        return None if mode is None else self.target_of(mode, group)

    def target_of(self, mode: str, group: Group | None = None) -> Target:
        """Return the count that ``mode``, one of the settings' modes, would ask for here."""
        wanted = self.settings.modes[mode]
        bound = self.tightest(group)
        if bound is None or bound.limits.limit >= wanted:
            return Target(wanted, f"mode {mode} asks for {wanted}")
        return Target(
            bound.limits.limit,
            f"mode {mode} asks for {wanted}, and {bound.machine} bears "
            f"{bound.limits.limit}: {bound.limits.binding.why}",
        )

    def prefetch_factor(self, group: Group | None) -> int:
        """Return how many batches each worker of a loader with the options of ``group`` fetches ahead."""
        written = group.option("prefetch_factor") if group is not None else None
        if written is not None and written.number is not None and written.number > 0:
            return written.number
        return self.settings.prefetch_factor
