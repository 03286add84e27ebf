"""The policy for each path: its settings, and the machines that the settings or the surroundings name."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from worker_lint.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from worker_lint.baseline import Baseline
    from worker_lint.hardware.profile import Profile
    from worker_lint.recall.witness import Witness
    from worker_lint.settings import Settings, SettingsResolver

_CI_VARIABLES = (
    "CI",
    "BUILDKITE",
    "CIRCLECI",
    "GITHUB_ACTIONS",
    "GITLAB_CI",
    "JENKINS_URL",
    "TEAMCITY_VERSION",
    "TF_BUILD",
)


class Policies:
    """Hands out one policy for each set of settings; each file they name is read, and the machine measured, once.

    Where nobody named a profile the running machine is taken, but not in CI: a runner there is not the machine that
    trains, so the bounds are left out, and ``notices`` says so.
    """

    def __init__(
        self,
        resolver: SettingsResolver,
        environ: Mapping[str, str] | None = None,
        *,
        with_baselines: bool = True,
        witness: Witness | None = None,
    ) -> None:
        self._resolver = resolver
        self._with_baselines = with_baselines
        self._baselines: dict[str, Baseline] = {}
        # As a dictionary, which other processes can be sent.
        self._environ = dict(os.environ if environ is None else environ)
        self._policies: dict[Settings, Policy] = {}
        self._profiles: dict[str, Profile] = {}
        self._witness = witness
        self.notices: list[str] = []
        self.machine = ""
        """The running machine, where counts are judged by it."""

    def settings_for(self, path: str | Path) -> Settings:
        """Return the settings of ``path``, for which no profile is loaded. Raises SettingsError."""
        return self._resolver.for_path(path)

    def for_path(self, path: Path) -> Policy:
        """Return the policy for ``path``. Raises SettingsError, ProfileError and BaselineError."""
        return self._told(self.settings_for(path))

    def for_folder(self, folder: Path) -> Policy:
        """Return the policy for a file in ``folder`` that no pattern singles out.

        Raises SettingsError, ProfileError and BaselineError.
        """
        return self._told(self._resolver.for_folder(folder))

    def prepare(self, path: Path) -> None:
        """Load all that the policy for ``path`` needs, and take no notice of anything before the policy is asked for.

        Raises SettingsError, ProfileError and BaselineError.
        """
        self._policy(self.settings_for(path))

    def _told(self, settings: Settings) -> Policy:
        policy = self._policy(settings)
        if settings.profile is None and not policy.profiles:
            notice = (
                "no profile is declared, and a CI runner is not the machine that trains: "
                "hardware bounds are not checked (--profile PATH names a machine, --profile live takes this one)"
            )
            if notice not in self.notices:
                self.notices.append(notice)
        return policy

    def _policy(self, settings: Settings) -> Policy:
        known = self._policies.get(settings)
        if known is None:
            known = self._policies[settings] = Policy(settings, self.profiles(settings), self.baseline(settings))
        return known

    @property
    def baselines(self) -> tuple[Baseline, ...]:
        """The baselines that were read so far."""
        return tuple(self._baselines.values())

    def baseline(self, settings: Settings) -> Baseline | None:
        """Return the baseline that ``settings`` name. Raises BaselineError."""
        name = settings.baseline
        if name is None or not self._with_baselines:
            return None
        if name not in self._baselines:
            from worker_lint.baseline import read

            self._see(name)
            self._baselines[name] = read(_near(Path(name)))
        return self._baselines[name]

    def profiles(self, settings: Settings) -> tuple[Profile, ...]:
        """Return the profiles on which a count must hold under ``settings``. Raises ProfileError."""
        names = settings.profile
        if names is None:
            if in_ci(self._environ):
                return ()
            names = ("live",)
        return tuple(self._profile(name) for name in names if name != "none")

    def _profile(self, name: str) -> Profile:
        if name not in self._profiles:
            self._profiles[name] = self._live() if name == "live" else self._load(name)
        return self._profiles[name]

    def _live(self) -> Profile:
        """Return the running machine as a profile called ``live``. Raises ProfileError where it cannot be measured."""
        from worker_lint.hardware.machine import inspect
        from worker_lint.hardware.profile import Profile

        machine = inspect()
        self.machine = machine.standing
        return Profile.from_machine(machine, "live")

    def _load(self, name: str) -> Profile:
        from worker_lint.hardware.profile import load

        self._see(name)
        return load(Path(name))

    def _see(self, name: str) -> None:
        if self._witness is not None:
            self._witness.see_file(name)

    def doubt(self) -> None:
        """Take note that something could not be read which may be read the next time."""
        if self._witness is not None:
            self._witness.doubt()


def _near(path: Path) -> Path:
    """Return ``path`` as people would name it from the current folder."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def in_ci(environ: Mapping[str, str]) -> bool:
    """Return whether the environment is that of a CI service."""
    return any(environ.get(name, "").lower() not in ("", "0", "false") for name in _CI_VARIABLES)
