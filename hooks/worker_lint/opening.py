"""From a file's name and bytes to a source that may hold worker counts, or to nothing."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from worker_lint.file_language import has_suffix, language_by_line, language_by_name
from worker_lint.file_report import FileReport
from worker_lint.source import Source
from worker_lint.stems import STEMS, may_mention, mentions

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from worker_lint.discover import Found
    from worker_lint.languages import Language
    from worker_lint.locate.vocabulary import Vocabulary
    from worker_lint.settings import Settings


def is_wanted(path: str | Path, settings_for: Callable[[str | Path], Settings]) -> bool:
    """Return whether a file of a folder is looked at: its name allows it, and its settings want its language.

    Raises SettingsError.
    """
    language = language_by_name(path)
    if language is None:
        return not has_suffix(path)
    return language != "markdown" or settings_for(path).markdown


def language_of(path: Path, data: bytes) -> Language | None:
    """Return the language of a file by its name, else by its ``#!`` line; None where it is in none that is read."""
    return language_by_name(path) or (None if has_suffix(path) else language_by_line(data))


def words_of(settings: Settings) -> Vocabulary:
    """Return the vocabulary that holds under ``settings``."""
    from worker_lint.locate.vocabulary import extended

    return extended(settings.names, settings.not_names, settings.callables)


def is_bystander(found: Found, settings: Settings) -> bool:
    """Return whether no word that holds under ``settings`` stands in a file, as is known without reading it."""
    own = settings.names or settings.callables
    return found.mentions is False and not (own and _has_stems_of_its_own(words_of(settings)))


@cache
def _has_stems_of_its_own(words: Vocabulary) -> bool:
    return not all(any(stem in each for stem in STEMS) for each in words.stems)


def open_source(path: Path, language: Language, data: bytes, words: Vocabulary) -> Source | None:
    """Return a file's bytes as a source, or None where none of ``words`` can stand in it, and no comment to us.

    Raises SourceError where they are no text.
    """
    if not may_mention(data, words.stems):
        return None
    source = Source.decode(path, language, data)
    # Most files are in UTF-8, and what was looked at is their code.
    return source if source.code is data or mentions(source.code, words.stems) else None


def opened(path: Path, data: bytes, settings: Settings) -> Source | FileReport:
    """Return the source of a file in which something may be found under ``settings``, else its report.

    Raises SourceError where the bytes are no text.
    """
    language = language_of(path, data)
    if language is None:
        return FileReport(path, skipped="binary" if b"\0" in data[:8192] else "unknown language")
    if language == "markdown" and not settings.markdown:
        return FileReport(path, skipped="unwanted language")
    return open_source(path, language, data, words_of(settings)) or FileReport(path)
