"""An answer, and the file in which it is kept, with all that it rests on."""

from __future__ import annotations

import os
from stat import S_ISREG

from worker_lint.digest import digest_of

TYPE_CHECKING = False  # as type checkers know it; the import of ``typing`` would be waited for
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Answer:
    """What a run of ``check`` said."""

    def __init__(self, status: int, report: str, notices: str) -> None:
        self.status = status
        """Its exit status."""
        self.report = report
        """What it wrote to standard output."""
        self.notices = notices
        """What it wrote to standard error."""


class Listing:
    """What git had to say of a folder."""

    def __init__(self, folder: str, listed: bytes) -> None:
        self.folder = folder
        self.listed = listed


class Grounds:
    """What an answer rests on, besides its name."""

    def __init__(self, surroundings: str, machine: str, states: Mapping[str, str], listings: Sequence[Listing]) -> None:
        self.surroundings = surroundings
        """The digest of what every verdict rests on."""
        self.machine = machine
        """The running machine, where counts were judged by it; else empty."""
        self.states = states
        """The state of each path that was looked at."""
        self.listings = listings


def written(name: str, answer: Answer, grounds: Grounds) -> bytes:
    """Return the bytes of the file ``name`` that keeps ``answer``: a digest, the lengths of the parts, and these."""
    states = grounds.states
    texts = [name, str(answer.status), answer.report, answer.notices]
    texts += [grounds.surroundings, grounds.machine, "\0".join(states), "\0".join(states.values())]
    parts = [_encoded(text) for text in texts]
    for each in grounds.listings:
        parts += (_encoded(each.folder), each.listed)
    body = b"".join((" ".join(map(str, map(len, parts))).encode(), b"\n", *parts))
    return digest_of(body).encode() + b"\n" + body


def read(folder: str, name: str) -> tuple[Answer, Grounds]:
    """Return what the file ``name`` in ``folder`` keeps. Raises OSError, and ValueError where it is broken."""
    path = os.path.join(folder, name)  # noqa: PTH118 - pathlib is not imported yet
    if not S_ISREG(os.lstat(path).st_mode):  # a pipe would wait for somebody to write
        raise ValueError(path)
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123
        data = file.readall()
    digest, _, body = data.partition(b"\n")
    if digest.decode("ascii", "replace") != digest_of(body):
        raise ValueError(path)
    lengths, _, rest = body.partition(b"\n")
    parts: list[bytes] = []
    start = 0
    for length in map(int, lengths.split()):
        parts.append(rest[start : start + length])
        start += length
    own, status, report, notices, surroundings, machine, paths, states = map(_decoded, parts[:8])
    if own != name:
        raise ValueError(path)
    places = iter(parts[8:])
    listings = [Listing(_decoded(folder), listed) for folder, listed in zip(places, places, strict=True)]
    by_path = dict(zip(paths.split("\0"), states.split("\0"), strict=True))
    return Answer(int(status), report, notices), Grounds(surroundings, machine, by_path, listings)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _decoded(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass")
