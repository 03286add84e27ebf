"""The suppressions of the settings over a whole run: which of them suppressed nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from worker_lint import rules as catalogue
from worker_lint.finding import Finding, Severity
from worker_lint.settings_file import line_of_exemption
from worker_lint.source import Source
from worker_lint.triage import selected, weighed

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator, Sequence

    from worker_lint.baseline import Known
    from worker_lint.file_report import FileReport
    from worker_lint.finding import FoundIn
    from worker_lint.policies import Policies
    from worker_lint.settings import SettingsResolver
    from worker_lint.settings_file import Exemption, SettingsFile

_CODE = "WL001"
_GLOB = frozenset("*?[!\\")

_Key = tuple[Path, "Exemption"]
"""A settings file, and a suppression in it."""


class Exemptions:
    """Takes note of what the suppressions of the settings silence, file by file."""

    def __init__(self, settings: SettingsResolver, policies: Policies) -> None:
        self._settings = settings
        self._policies = policies
        self._concerned: set[_Key] = set()
        self._needed: set[_Key] = set()
        """Those that silenced something, or may under another mode, on another machine, or beside other files."""

    def take(self, file: FileReport) -> None:
        """Take note of one file that was judged."""
        settings = self._settings.for_path(file.path)
        if settings.file is None:
            return
        ran = selected(settings) if settings.suppressions else ()
        for exemption in settings.suppressions:
            key = settings.file, exemption
            self._concerned.add(key)
            named = [rule for rule in catalogue.RULES if rule.code.startswith(exemption.rules) and not rule.review]
            if not named or any(rule not in ran for rule in named if rule.default or rule.code in exemption.rules):
                self._needed.add(key)
            elif file.concerned:
                policy = self._policies.for_path(file.path)
                if not all(rule.settles(policy) for rule in named if rule in ran):
                    self._needed.add(key)
        self._needed.update((settings.file, exemption) for exemption in file.exempting)

    def unused(self, places: Sequence[Path], known: Counter[Known]) -> Iterator[FoundIn]:
        """Yield a finding for each suppression that was not needed, where all files that it is for were checked.

        ``places`` are the files and folders that were. What a baseline lists is not yielded, but added to ``known``.
        """
        folders = [os.path.abspath(place) for place in places if place.is_dir()]  # noqa: PTH100 - links stay
        for file in self._settings.files():
            whole = any(Path(file.folder).is_relative_to(folder) for folder in folders)
            for exemption, _ in file.exemptions:
                key = file.path, exemption
                if key in self._needed or not (whole or (key in self._concerned and _is_one_file(exemption.path))):
                    continue
                yield from self._found(file, exemption, known, matched=key in self._concerned)

    def _found(
        self, file: SettingsFile, exemption: Exemption, known: Counter[Known], *, matched: bool
    ) -> Iterator[FoundIn]:
        settings = self._settings.for_path(file.path)
        if all(rule.code != _CODE for rule in selected(settings)):
            return
        source = Source.decode(_near(file.path), "toml", file.path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
        line = line_of_exemption(file.path, exemption.index)
        start = sum(len(each) for each in source.code.splitlines(keepends=True)[: line - 1])
        _, end = source.line_span(start) or (start, start)
        rules = ", ".join(exemption.rules)
        place = f"at {exemption.pointer} in {exemption.path}" if exemption.pointer else f"in {exemption.path}"
        why = f"{rules} finds nothing {place}" if matched else f"no file that was checked matches {exemption.path!r}"
        message = f"suppressions[{exemption.index}] suppresses nothing: {why}"
        found = Finding(_CODE, Severity.WARNING, start, end, message, "remove the entry")
        told = [(source, weighed(found, settings.severity))]
        baseline = self._policies.baseline(settings)
        yield from told if baseline is None else baseline.beyond(told, known)


def _is_one_file(pattern: str) -> bool:
    """Return whether a gitignore pattern can only match one file."""
    return "/" in pattern.rstrip("/") and _GLOB.isdisjoint(pattern) and not pattern.endswith("/")


def _near(path: Path) -> Path:
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
