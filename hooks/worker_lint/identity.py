"""What a finding is, wherever in its file it stands."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from worker_lint.named_tuple import NamedTuple

if TYPE_CHECKING:
    from worker_lint.finding import Finding
    from worker_lint.source import Source

_LONGEST = 120
"""Characters of a text that people can still read as one; of a longer one the digest is kept."""


class Identity(NamedTuple):
    """A finding without its place: it stays the same when lines move, and when blanks are set otherwise."""

    code: str
    name: str
    """The count's name as written; empty where the finding is about something else."""
    text: str
    """What stands there, without blanks."""


def identity(source: Source, finding: Finding) -> Identity:
    """Return what ``finding``, in ``source``, is."""
    text = "".join(source.code[finding.start : finding.end].decode("utf-8", "replace").split())
    if len(text) > _LONGEST:
        text = f"sha256:{sha256(text.encode()).hexdigest()}"
    return Identity(finding.code, "" if finding.site is None else finding.site.name, text)
