"""What the rules about containers share: the counts that run in one."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from worker_lint.locate.containers import container_of, describes_containers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker_lint.locate.containers import Container
    from worker_lint.locate.job import Launch
    from worker_lint.site import Document, Site

_RUNTIMES = (b"docker", b"podman")


@lru_cache(maxsize=2)  # each command of a file asks
def _holds(code: bytes, word: bytes) -> bool:
    return word in code


def contained(document: Document, word: bytes = b"") -> Iterator[tuple[Site, Container, int]]:
    """Yield each literal count above 0 whose container stands in the same file, and the processes that have it there.

    Nothing where the file lacks ``word``.
    """
    source = document.source
    inset = source.inset
    whole = inset.host if source.language == "shell" and inset is not None else source
    if not document.sites or not _holds(whole.code, word):
        return
    started = document.job is not None and any(name in source.code for name in _RUNTIMES)
    if not started and not (whole.language == "yaml" and describes_containers(whole)):
        return
    for site in document.sites:
        if site.value.number is None or site.value.number < 1:
            continue
        launches: list[Launch | None] = [*(document.job.launches(site) if document.job is not None else ())]
        for launch in launches or [None]:
            container = container_of(document, site, launch)
            if container is not None:
                ranks = document.job.ranks(launch) if document.job is not None and launch is not None else None
                yield site, container, ranks or 1
                break
