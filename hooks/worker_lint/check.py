"""The pipeline: discover, read, locate, judge, triage; the caller reports, or rewrites."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.across import sightings
from worker_lint.errors import SourceError
from worker_lint.file_report import FileReport
from worker_lint.judge import judged
from worker_lint.locate import locate
from worker_lint.opening import language_of, open_source, words_of
from worker_lint.source import read

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from worker_lint.policies import Policies


def check_text(path: Path, data: bytes, policies: Policies) -> FileReport:
    """Return the report of a file at ``path`` that holds ``data``.

    Raises SettingsError, ProfileError and BaselineError; what is wrong with the file itself is reported.
    """
    language = language_of(path, data)
    if language is None:
        return FileReport(path, skipped="binary" if b"\0" in data[:8192] else "unknown language")
    settings = policies.settings_for(path)
    if language == "markdown" and not settings.markdown:
        return FileReport(path, skipped="unwanted language")
    words = words_of(settings)
    try:
        source = open_source(path, language, data, words)
        if source is None:
            return FileReport(path)
        documents, policy = locate(source, words), policies.for_path(path)
        found = judged(documents, policy)
        return FileReport(path, source, found.findings, sightings(documents, settings), found.exempting, found.known)
    except SourceError as error:
        return FileReport(path, error=str(error))


def check(paths: Iterable[Path], policies: Policies) -> Iterator[FileReport]:
    """Yield the report of each file, one at a time: no more than one file is held in memory."""
    for path in paths:
        try:
            data = read(path)
        except SourceError as error:
            yield FileReport(path, error=str(error))
        else:
            yield check_text(path, data, policies)
