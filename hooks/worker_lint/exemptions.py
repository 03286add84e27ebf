"""The suppressions of the settings over a whole run: which of them suppressed nothing."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from worker_lint import rules as catalogue
from worker_lint.finding import Finding, Severity
from worker_lint.settings_file import line_of_exemption
from worker_lint.source import Source
from worker_lint.triage import selected, weighed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from worker_lint.baseline import Known
    from worker_lint.file_report import FileReport
    from worker_lint.finding import FoundIn
    from worker_lint.policies import Policies
    from worker_lint.settings import Settings, SettingsResolver
    from worker_lint.settings_file import Exemption, SettingsFile

_CODE = "WL001"
_GLOB = frozenset("*?[!\\")

_Key = tuple[Path, "Exemption", str]
"""A settings file, a suppression in it, and a code, or beginning of codes, that it lists."""


class Exemptions:
    """Takes note of what the suppressions of the settings silence, file by file."""

    def __init__(self, settings: SettingsResolver, policies: Policies) -> None:
        self._settings = settings
        self._policies = policies
        self._concerned: set[tuple[Path, Exemption]] = set()
        """Those with a file that they are for."""
        self._needed: set[_Key] = set()
        """The codes that silenced something, or may under another mode, on another machine, or beside other files."""

    def take(self, file: FileReport) -> None:
        """Take note of one file that was judged."""
        settings = self._settings.for_path(file.path)
        if settings.file is None:
            return
        for exemption in settings.suppressions:
            self._concerned.add((settings.file, exemption))
            self._needed.update(
                (settings.file, exemption, listed)
                for listed in exemption.rules
                if not self._would_show(listed, file, settings)
            )
        self._needed.update(
            (settings.file, exemption, listed)
            for exemption, code in file.exempted
            for listed in exemption.rules
            if code.startswith(listed)
        )

    def _would_show(self, listed: str, file: FileReport, settings: Settings) -> bool:
        """Return whether the rules whose codes begin with ``listed`` would have found something if they ever do."""
        ran = selected(settings)
        named = [rule for rule in catalogue.RULES if rule.code.startswith(listed) and not rule.review]
        if not named or any(rule not in ran for rule in named if rule.default or rule.code == listed):
            return False
        if not file.concerned:
            return True
        policy = self._policies.for_path(file.path)
        return all(rule.settles(policy) for rule in named if rule in ran)

    def unused(self, places: Sequence[Path], known: Counter[Known]) -> Iterator[FoundIn]:
        """Yield a finding for each suppression of which a code was not needed.

        Only where all files that it is for were checked: ``places`` are the files and folders that were. What a
        baseline lists is not yielded, but added to ``known``.
        """
        folders = [os.path.abspath(place) for place in places if place.is_dir()]  # noqa: PTH100 - links stay
        for file in self._settings.files():
            whole = any(Path(file.folder).is_relative_to(folder) for folder in folders)
            for exemption, _ in file.exemptions:
                matched = (file.path, exemption) in self._concerned
                if whole or (matched and _is_one_file(exemption.path)):
                    yield from self._found(file, exemption, known, matched=matched)

    def _found(
        self, file: SettingsFile, exemption: Exemption, known: Counter[Known], *, matched: bool
    ) -> Iterator[FoundIn]:
        codes = Counter(exemption.rules)
        kept = [each for each in codes if (file.path, exemption, each) in self._needed]
        unused = [each for each in codes if each not in kept]
        twice = [each for each in kept if codes[each] > 1]
        if not (unused or twice):
            return
        settings = self._settings.for_path(file.path)
        if all(rule.code != _CODE for rule in selected(settings)):
            return
        source = Source.decode(_near(file.path), "toml", file.path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
        line = line_of_exemption(file.path, exemption.index)
        start = sum(len(each) for each in source.code.splitlines(keepends=True)[: line - 1])
        _, end = source.line_span(start) or (start, start)
        place = f"at {exemption.pointer} in {exemption.path}" if exemption.pointer else f"in {exemption.path}"
        why = [f"{each} is listed twice" for each in twice]
        if not matched:
            why = [f"no file that was checked matches {exemption.path!r}"]
        elif unused:
            why.append(f"{', '.join(unused)} find{'s' if len(unused) == 1 else ''} nothing {place}")
        amount = "less than it says" if kept else "nothing"
        message = f"suppressions[{exemption.index}] suppresses {amount}: {', '.join(why)}"
        remedy = f"write rules = {json.dumps(kept)}" if kept else "remove the entry"
        found = Finding(_CODE, Severity.WARNING, start, end, message, remedy)
        told = [(source, weighed(found, settings.severity))]
        baseline = self._policies.baseline(settings)
        yield from told if baseline is None else baseline.beyond(told, known)


def _is_one_file(pattern: str) -> bool:
    """Return whether a gitignore pattern can only match one file."""
    return "/" in pattern.rstrip("/") and _GLOB.isdisjoint(pattern) and not pattern.endswith("/")


def _near(path: Path) -> Path:
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
