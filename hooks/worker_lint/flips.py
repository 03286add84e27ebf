"""The sites whose result flips: counts that one machine bears and another does not."""

from __future__ import annotations

from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from worker_lint.dataclass import dataclass
from worker_lint.discover import discover
from worker_lint.hardware.describe import bound
from worker_lint.opening import is_wanted
from worker_lint.policy import Policy
from worker_lint.survey import Survey

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker_lint.hardware.demand import Demand
    from worker_lint.hardware.drift import Drift
    from worker_lint.hardware.limits import Limits
    from worker_lint.settings import Settings, SettingsResolver
    from worker_lint.site import Group
    from worker_lint.source import Position


@dataclass(frozen=True, slots=True)
class Count:
    """A literal worker count, and what bears on its limits."""

    path: Path
    position: Position
    name: str
    number: int
    group: Group | None
    settings: Settings


@dataclass(frozen=True, slots=True)
class Flip:
    """A count with its limits on either machine, of which one bears it and the other does not."""

    count: Count
    demand: Demand
    before: Limits
    after: Limits

    @property
    def worse(self) -> bool:
        """Whether the count exceeds a bound that it kept before: the limit, or the most that does not crash."""
        number = self.count.number
        crashes_now = self.after.safe is not None and number > self.after.safe
        crashed = self.before.safe is not None and number > self.before.safe
        return self.before.limit >= number > self.after.limit or (crashes_now and not crashed)

    @property
    def better(self) -> bool:
        """Whether the count exceeded the limit, and is within it now."""
        return self.after.limit >= self.count.number > self.before.limit

    @property
    def line(self) -> str:
        """The flip in words: where, what, and both bounds with their terms."""
        count, (line, column) = self.count, self.count.position
        verdict = "is too many now" if self.worse else "fits now"
        return (
            f"{count.path.as_posix()}:{line}:{column}: {count.name} = {count.number} {verdict}: "
            f"{bound(self.before)} -> {bound(self.after)}"
        )


class Flips:
    """The literal counts below the current folder, read once and when they are asked for.

    What could not be read is in ``errors``, one line each.
    """

    def __init__(self, settings: SettingsResolver) -> None:
        self._settings = settings
        self._survey = Survey(settings.for_path)

    @property
    def errors(self) -> list[str]:
        """What could not be read so far."""
        return self._survey.errors

    def between(self, drift: Drift, profile: str | None = None) -> list[Flip]:
        """Return the counts whose result ``drift`` flips, those that are too many now before those that fit now.

        With ``profile``, as settings name it, only where the settings have a count hold on that. Where no bound can
        have moved nothing is read. Raises SettingsError.
        """
        if not drift.material:
            return []
        policies: dict[Settings, tuple[Policy, Policy]] = {}
        found = []
        for count in self._counts:
            settings = count.settings
            if profile is not None and profile not in (settings.profile or ()):
                continue
            if settings not in policies:
                policies[settings] = Policy(settings, (drift.before,)), Policy(settings, (drift.after,))
            (before,), (after,) = (policy.bounds(count.group) for policy in policies[settings])
            flip = Flip(count, before.demand, before.limits, after.limits)
            if flip.worse or flip.better:
                found.append(flip)
        return sorted(found, key=lambda flip: flip.better)

    @cached_property
    def _counts(self) -> list[Count]:
        return list(self._read())

    def _read(self) -> Iterator[Count]:
        wanted = partial(is_wanted, settings_for=self._settings.for_path)
        for document in self._survey.documents(discover([Path()], wanted, self._settings.is_excluded)):
            source = document.source
            settings = self._settings.for_path(source.path)
            for site in document.sites:
                if site.value.number is not None:
                    position = source.position(site.value.start)
                    yield Count(source.path, position, site.name, site.value.number, site.group, settings)
