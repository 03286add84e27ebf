"""The settings in force for a path: from the closest settings file, its overrides, and the command line."""

from __future__ import annotations

import os
from pathlib import Path
from stat import S_ISLNK, S_ISREG
from typing import TYPE_CHECKING, Any

from worker_lint import modes
from worker_lint.dataclass import dataclass, field, fields
from worker_lint.errors import SettingsError, UsageError
from worker_lint.gitignore import PathPatterns
from worker_lint.settings_file import Exemption, Layer, SettingsFile, no_rule, problem_with, read_settings, ready
from worker_lint.settings_place import FILE_NAMES, is_top

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from worker_lint.recall.witness import Witness

COMMAND_LINE = "command line"
DEFAULT = "default"

# Stands for a file that no pattern singles out by its name.
_ANY_FILE = "<any file>"


@dataclass(frozen=True, slots=True, eq=False)
class Settings:
    """Everything in force for one path, resolved; equal only to itself, so that it can be the key of a cache."""

    file: Path | None = None
    """The settings file; None where none was found."""
    mode: str | None = None
    policy: str = "bounds-only"
    """``exact``, ``at-most`` or ``bounds-only``."""
    policy_declared: bool = False
    """Whether somebody wrote the policy down; else it follows from whether a mode is in force."""
    modes: Mapping[str, int] = field(default_factory=lambda: dict(modes.BUILT_IN))
    """The built-in modes, with what the file changes or adds."""
    profile: tuple[str, ...] | None = None
    """``live``, ``none``, or paths that can be opened from here; None where nobody said."""
    ranks_per_node: int | None = None
    live_loaders: int = 1
    batch_bytes: int | None = None
    prefetch_factor: int = 2
    worker_memory: int | None = None
    """In bytes, as ``main_memory`` is."""
    main_memory: int | None = None
    confidence: int = 50
    """How sure it must be, in percent, that a number is a worker count before it is reported."""
    names: tuple[str, ...] = ()
    """Names that always mean a worker count, besides the vocabulary's."""
    not_names: tuple[str, ...] = ()
    """Names of the vocabulary that never mean one."""
    callables: tuple[str, ...] = ()
    """Callables that take a count, each as ``module.function:parameter``."""
    requires_python: str | None = None
    """The Pythons that the code runs on, as a version specifier (PEP 440)."""
    platforms: tuple[str, ...] = ()
    """``linux``, ``windows``, ``macos``: where the code runs; empty where nobody said."""
    markdown: bool = False
    """Whether the code in Markdown documents is read."""
    select: tuple[str, ...] | None = None
    """Codes or beginnings of codes; None for the rules' own defaults."""
    extend_select: tuple[str, ...] = ()
    """More rules that run."""
    ignore: tuple[str, ...] = ()
    per_file_ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Rules that do not run either, by the pattern that matches the path."""
    severity: Mapping[str, str] = field(default_factory=dict)
    """Severities that take the place of the rules' own, by code or beginning of a code."""
    fail_on: str = "warning"
    """The least severity that makes a run fail."""
    suppressions: tuple[Exemption, ...] = ()
    """What is silenced in the file at the path."""
    baseline: str | None = None
    """The file that lists the findings that are known, as a path that can be opened from here."""
    cache_dir: str | None = None
    """The folder of the cache, as a path that can be opened from here; None for one beside the settings file."""
    exclude: tuple[str, ...] = ()
    origins: Mapping[str, str] = field(default_factory=dict)
    """Where each value came from, by key as settings files write it: ``default``, ``command line``, a file."""


KEYS = tuple(
    each.name.replace("_", "-") for each in fields(Settings) if each.name not in ("file", "policy_declared", "origins")
)
"""The keys of a settings file that have a value for each path, in the order in which they are shown."""


class SettingsResolver:
    """Finds the settings of each path; every file is read once, and every folder looked at once."""

    def __init__(
        self,
        overrides: Mapping[str, object],
        config: Path | None = None,
        isolated: bool = False,
        codes: Sequence[str] = (),
        witness: Witness | None = None,
    ) -> None:
        """Take ``overrides``, values by field of Settings that beat every file.

        ``config`` is the settings file for every path; with ``isolated`` no file is read. Patterns in
        ``overrides`` start from the current folder, those of a file from the folder that it is in. ``codes`` are
        those of the rules: without them no selector is refused for naming a rule that is not there. The ``witness`` is
        told where settings are looked for. Raises UsageError where both are given or ``config`` is missing,
        SettingsError where a value is not valid.
        """
        if config is not None and isolated:
            raise UsageError("--config FILE and --isolated contradict each other; leave one of them out")
        self._codes = codes
        self._lstat = os.lstat if witness is None else witness.lstat
        if witness is not None and config is not None:
            full = os.path.abspath(config)  # noqa: PTH100
            witness.see_file(full)
            for name in FILE_NAMES:  # of which one may speak of what the other says
                witness.see(os.path.join(os.path.dirname(full), name))  # noqa: PTH118, PTH120
        self._given = _command_line(overrides, codes)
        self._exclude = PathPatterns(self._given.values["exclude"]) if "exclude" in overrides else None
        self._isolated = isolated
        self._file = None if config is None else _named_file(config, codes)
        self._folders: dict[str, SettingsFile | None] = {}
        self._resolved: dict[tuple[object, ...], Settings] = {}
        self._of_folders: dict[str, Settings] = {}
        """The settings of all the files of a folder, where no pattern is to be asked about them."""
        self._whole: set[str] = set()
        """Folders whose settings exclude nothing."""

    def for_path(self, path: str | Path) -> Settings:
        """Return the settings of the file ``path``: one object for all paths that share it. Raises SettingsError."""
        folder = _folder_of(path)
        known = self._of_folders.get(folder)
        if known is not None:
            return known
        file, relative = self._governing(path)
        if file is None or not file.has_patterns:
            known = self._of_folders[folder] = self._settled(() if file is None else file.layers, file)
            return known
        layers = tuple(each for each in file.layers if each.covers(relative))
        if relative is None:
            return self._settled(layers, file)
        ignores = tuple((name, codes) for name, codes, pattern in file.ignores if pattern.match(relative))
        exemptions = tuple(each for each, pattern in file.exemptions if pattern.match(relative))
        return self._settled(layers, file, ignores, exemptions)

    def _settled(
        self,
        layers: tuple[Layer, ...],
        file: SettingsFile | None,
        ignores: tuple[tuple[str, tuple[str, ...]], ...] = (),
        exemptions: tuple[Exemption, ...] = (),
    ) -> Settings:
        key = (layers, ignores, exemptions)
        known = self._resolved.get(key)
        if known is None:
            known = self._resolved[key] = _settled(file, (*layers, self._given), dict(ignores), exemptions)
        return known

    def for_folder(self, folder: Path) -> Settings:
        """Return the settings of a file in ``folder`` that no pattern singles out by name. Raises SettingsError."""
        return self.for_path(folder / _ANY_FILE)

    def files(self) -> list[SettingsFile]:
        """Return every settings file that was read so far."""
        read = [self._file, *self._folders.values()]
        return list({file.path: file for file in read if file is not None}.values())

    def is_excluded(self, path: str | Path) -> bool:
        """Return whether the settings exclude the file ``path`` or a folder above it. Raises SettingsError."""
        patterns = self._exclude
        if patterns is not None:
            relative = _below(os.fspath(Path.cwd()), os.path.abspath(path))  # noqa: PTH100
            return relative is not None and patterns.match(relative)
        folder = _folder_of(path)
        if folder in self._whole:
            return False
        file, relative = self._governing(path)
        if file is None or file.exclude is None:
            self._whole.add(folder)
            return False
        return relative is not None and file.exclude.match(relative)

    def _governing(self, path: str | Path) -> tuple[SettingsFile | None, str | None]:
        """Return the settings file of ``path``, and ``path`` from its folder; None where it is not below that."""
        if self._isolated:
            return None, None
        full = os.path.abspath(path)  # noqa: PTH100 - as text, because this runs for every path
        file = self._file or self._closest(os.path.dirname(full))  # noqa: PTH120
        if file is None:
            return None, None
        return file, _below(file.folder, full)

    def _closest(self, folder: str) -> SettingsFile | None:
        """Return the settings file of ``folder``, or of the closest folder above it that has one."""
        passed = []
        above = folder
        while above not in self._folders:
            passed.append(above)
            found = self._look(above)
            if found is not None or is_top(above, self._lstat):
                self._folders[above] = found
            else:
                above = os.path.dirname(above)  # noqa: PTH120
        for each in passed:
            self._folders[each] = self._folders[above]
        return self._folders[folder]

    def _look(self, folder: str) -> SettingsFile | None:
        """Return the settings file that lies in ``folder``; None where there is none, or nobody may look."""
        paths = [os.path.join(folder, name) for name in FILE_NAMES]  # noqa: PTH118 - for each folder of a tree
        for path in [path for path in paths if _is_file(path, self._lstat)]:  # of both, since the first reads the other
            if found := read_settings(Path(path), self._codes):
                return found
        return None


def _folder_of(path: str | Path) -> str:
    """Return what ``path`` begins with, up to its name: this is asked several times for every file of a tree."""
    name = str(path)
    return name[: name.rfind(os.sep) + 1]


def _is_file(path: str, lstat: Callable[[str], os.stat_result]) -> bool:
    """Return whether a file lies at ``path``, or where a link there leads."""
    try:
        mode = lstat(path).st_mode
    except OSError:
        return False
    return S_ISREG(mode) or (S_ISLNK(mode) and os.path.isfile(path))  # noqa: PTH113


def _below(folder: str, path: str) -> str | None:
    """Return the absolute ``path`` from ``folder``, with ``/`` between its parts; None if it is not below it."""
    start = folder if folder.endswith(os.sep) else folder + os.sep
    return path[len(start) :].replace(os.sep, "/") if path.startswith(start) else None


def _command_line(overrides: Mapping[str, object], codes: Sequence[str]) -> Layer:
    """Return the values given on the command line, by key. Raises SettingsError for one that is not valid."""
    values: dict[str, Any] = {}
    for name, value in overrides.items():
        key = name.replace("_", "-")
        written = list(value) if isinstance(value, tuple) else value
        problem = problem_with(key, written)
        if problem is not None:
            raise SettingsError(f"--{key}: {problem}")
        try:
            values[key] = ready(key, written, resolve=str)
            if key == "exclude":
                PathPatterns(values[key])
        except ValueError as error:
            raise SettingsError(f"--{key}: {error}") from None
        if key in ("select", "extend-select", "ignore"):
            for selector in values[key]:
                if message := no_rule(selector, codes):
                    raise SettingsError(f"--{key}: {message}")
    if "select" in values:
        values.setdefault("extend-select", ())  # who selects rules here wants none of the file's besides
    return Layer(COMMAND_LINE, values)


def _named_file(config: Path, codes: Sequence[str]) -> SettingsFile:
    if not config.is_file():
        raise UsageError(f"--config {config}: no such file; name a worker-lint.toml or a pyproject.toml")
    found = read_settings(Path(os.path.abspath(config)), codes, required=True)  # noqa: PTH100 - without its ".."
    assert found is not None  # noqa: S101 - because it is required
    return found


def _settled(
    file: SettingsFile | None,
    layers: Iterable[Layer],
    ignores: Mapping[str, tuple[str, ...]],
    exemptions: tuple[Exemption, ...],
) -> Settings:
    """Return the outcome of ``layers``, of which the last that has a key has the say, and what else is for the path."""
    values: dict[str, Any] = {"modes": dict(modes.BUILT_IN if file is None else file.modes)}
    values |= {"per-file-ignores": ignores, "suppressions": exemptions}
    origins = dict.fromkeys(KEYS, DEFAULT)
    if file is not None:
        origins |= {key: file.path.name for key in ("per-file-ignores", "suppressions") if values[key]}
    for layer in layers:
        for key, value in layer.values.items():
            values[key] = value
            origins[key] = layer.origin
    mode = values.get("mode")
    if mode is not None and mode not in values["modes"]:
        # A file's own modes were checked as it was read, with the line at hand; this one was typed.
        raise SettingsError(f"--mode: {modes.unknown_mode(mode, values['modes'])}")
    declared = "policy" in values
    if not declared:
        values["policy"] = "bounds-only" if mode is None else "exact"
    named = {key.replace("-", "_"): value for key, value in values.items()}
    return Settings(file=None if file is None else file.path, policy_declared=declared, origins=origins, **named)
