"""The pipeline: discover, read, locate, judge, triage; the caller reports, or rewrites."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from worker_lint.across import sightings
from worker_lint.errors import SourceError
from worker_lint.file_report import FileReport
from worker_lint.judge import judged
from worker_lint.locate import locate
from worker_lint.locate.elision import sparingly
from worker_lint.opening import is_bystander, opened, words_of
from worker_lint.reading import read
from worker_lint.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from worker_lint.discover import Found
    from worker_lint.policies import Policies


def check_text(path: Path, data: bytes, policies: Policies) -> FileReport:
    """Return the report of a file at ``path`` that holds ``data``.

    Raises SettingsError, ProfileError and BaselineError; what is wrong with the file itself is reported.
    """
    try:
        source = opened(path, data, policies.settings_for(path))
        return judged_source(source, policies) if isinstance(source, Source) else source
    except SourceError as error:
        return FileReport(path, error=str(error))


def judged_source(source: Source, policies: Policies) -> FileReport:
    """Return the report of a whole file. Raises SettingsError, ProfileError, BaselineError and SourceError."""
    return sparingly(partial(_judged, source, policies))


def _judged(source: Source, policies: Policies, whole: bool) -> FileReport:
    settings = policies.settings_for(source.path)
    documents = locate(source, words_of(settings), whole=whole)
    policy = policies.for_path(source.path)
    found = judged(documents, policy)
    seen = sightings(documents, settings)
    return FileReport(source.path, source, True, found.findings, seen, found.exempted, found.known)


def check_file(path: Path, policies: Policies) -> FileReport:
    """Return the report of the file at ``path``. Raises SettingsError, ProfileError and BaselineError."""
    try:
        data = read(path)
    except SourceError as error:
        return FileReport(path, error=str(error))
    return check_text(path, data, policies)


def check(files: Iterable[Found], policies: Policies) -> Iterator[FileReport]:
    """Yield the report of each file, one at a time: no more than one file is held in memory."""
    for file in files:
        known = is_bystander(file, policies.settings_for(file.name))
        yield FileReport(file.path) if known else check_file(file.path, policies)
