"""The inventory of a tree: the document of every file that sets a worker count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.errors import SourceError
from worker_lint.file_report import FileReport
from worker_lint.judge import believed
from worker_lint.locate import locate
from worker_lint.opening import is_bystander, opened, words_of
from worker_lint.reading import read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from worker_lint.discover import Found
    from worker_lint.settings import Settings
    from worker_lint.site import Document


class Survey:
    """Reads files one by one, and counts them; what could not be read is in ``errors``, one line each."""

    def __init__(self, settings_for: Callable[[str | Path], Settings]) -> None:
        self._settings_for = settings_for
        self.files = 0
        self.errors: list[str] = []

    def documents(self, found: Iterable[Found]) -> Iterator[Document]:
        """Yield the document of each file of ``found`` that sets a worker count, in order."""
        files = iter(found)
        while True:
            try:
                file = next(files, None)
                if file is None:
                    return
                documents = self._documents(file)
            except SourceError as error:
                self.errors.append(str(error))
            else:
                yield from (document for document in documents if document.sites)

    def _documents(self, file: Found) -> tuple[Document, ...]:
        settings = self._settings_for(file.name)
        if is_bystander(file, settings):
            self.files += 1
            return ()
        path = file.path
        source = opened(path, read(path), settings)
        if isinstance(source, FileReport):
            self.files += source.skipped is None
            return ()
        self.files += 1
        return tuple(believed(locate(source, words_of(settings)), settings.confidence))
