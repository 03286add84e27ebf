"""What earlier runs found in each file, for as long as the file and all that it was judged by stay the same."""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from functools import lru_cache
from stat import S_ISREG
from typing import TYPE_CHECKING, Any

from worker_lint.cache_folder import INDEXES, prune, put
from worker_lint.dataclass import dataclass
from worker_lint.digest import digest_of
from worker_lint.named_tuple import NamedTuple
from worker_lint.record import record_of, restored
from worker_lint.settled import is_settled
from worker_lint.surroundings import surroundings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from worker_lint.file_report import FileReport
    from worker_lint.policies import Policies
    from worker_lint.record import Record
    from worker_lint.settings import Settings

_FORMAT = 1
_MOST_INDEXES = 4
"""Index files that are kept: for the interpreters and the folders that worker-lint was last run by and from."""

Signature = list[int]
"""What the file system says of a file: when it changed and when its inode did, its size, and its inode."""


class Look(NamedTuple):
    """What was seen of a file before it was read."""

    signature: Signature
    settled: bool
    """Whether every change since then shows in the signature."""


@dataclass(slots=True)
class Entry:
    """What is known of one file."""

    signature: Signature | None
    """None where the file had changed only just before it was read."""
    key: str
    """What it was judged by."""
    record: Record
    digest: str | None
    """Of the bytes that were judged; None where all that matters is that no word stands in them."""


class Cache:
    """The entries of one index file.

    A file is known by what the file system says of it, with the times of its content and of its inode: who sets the
    one back, as ``cp -p`` does, moves the other on. Where these differ, or were too fresh to be relied on, a file
    that was judged is known by the digest of its content. Nothing is ever relied on that was judged under other
    settings, profiles or baselines, by another worker-lint, Python or grammar, or by another user.
    """

    def __init__(self, file: Path, policies: Policies) -> None:
        """Take what the index ``file`` has, which is nothing where it is missing or broken."""
        self._file = file
        self._policies = policies
        self._entries, self._loaded = _loaded(file)
        self._changed = False
        self._seen: set[str] = set()
        self._words_keys: dict[Settings, str] = {}
        self._policy_keys: dict[Settings, str] = {}

    @classmethod
    def opened(cls, folder: Path, policies: Policies) -> Cache | None:
        """Return the cache in ``folder``; None where worker-lint cannot tell itself from another version."""
        try:
            return cls(folder / f"{digest_of(repr((_FORMAT, *surroundings())).encode())}.json", policies)
        except OSError:  # imported from an archive
            return None

    def report(self, path: Path) -> FileReport | None:
        """Return what is known of the file at ``path`` as it is now, or None.

        Raises SettingsError, ProfileError and BaselineError.
        """
        name = os.fspath(path)
        self._seen.add(name)
        entry = self._entries.get(name)
        if entry is None:
            return None
        settings = self._policies.settings_for(path)
        look = look_at(name)
        if look is None or entry.key != (self._of_words(settings) if entry.digest is None else self._of(path)):
            return None
        fresh = look.signature == entry.signature
        if not fresh and entry.digest is None:
            return None
        try:
            found = restored(path, entry.record, entry.digest, settings, trusted=fresh)
        except (TypeError, ValueError, LookupError):
            return None  # the index is none of ours, whatever its digest says
        if found is not None and not fresh and look.settled:
            entry.signature, self._changed = look.signature, True
        return found

    def look_at(self, path: Path) -> Look | None:
        """Return what is seen now of the file at ``path``, for when it is kept; None where it is no regular file."""
        return look_at(os.fspath(path))

    def keep(self, report: FileReport, look: Look | None, digest: str | None) -> None:
        """Take note of the ``report`` of a file.

        ``look`` was had before the file was read, and ``digest``, of a file that was judged, is that of the bytes that
        were. What is an error is tried again each time.
        """
        record = record_of(report) if report.error is None else None
        if record is None or look is None:
            return
        settled = look.signature if look.settled else None
        if report.concerned:
            entry = Entry(settled, self._of(report.path), record, digest)
        elif settled is None:
            return
        else:
            key = self._of_words(self._policies.settings_for(report.path))
            entry = Entry(settled, key, _of_no_words(report.skipped), None)
        self._entries[os.fspath(report.path)] = entry
        self._changed = True

    def save(self) -> None:
        """Write the index file, if anything is new; where that cannot be, the next run is a slow one, and no more."""
        if not self._changed:
            return
        if _stamp(self._file) != self._loaded:
            others, _ = _loaded(self._file)  # of a run beside this one
            self._entries = {**others, **self._entries}
        kept = {name: entry for name, entry in self._entries.items() if name in self._seen or os.path.lexists(name)}
        with suppress(OSError):
            put(self._file.parent, self._file.name, _written(kept))
            prune(self._file.parent, INDEXES, _MOST_INDEXES)

    def _of_words(self, settings: Settings) -> str:
        """Return what a file without any word is judged by."""
        key = self._words_keys.get(settings)
        if key is None:
            said = (settings.names, settings.not_names, settings.callables, settings.markdown)
            key = self._words_keys[settings] = digest_of(repr(said).encode("utf-8", "surrogatepass"))
        return key

    def _of(self, path: Path) -> str:
        """Return what any other file is judged by."""
        policy = self._policies.for_path(path)
        key = self._policy_keys.get(policy.settings)
        if key is None:
            baseline = policy.baseline
            known = None if baseline is None else (os.path.abspath(baseline.file), sorted(baseline.counts.items()))  # noqa: PTH100
            said = (policy.settings, policy.profiles, known)
            key = self._policy_keys[policy.settings] = digest_of(repr(said).encode("utf-8", "surrogatepass"))
        return key


def signature_of(name: str) -> Signature | None:
    """Return what the file system says of the regular file called ``name``; None where it is none."""
    try:
        found = os.stat(name)  # noqa: PTH116 - this runs for every file
    except OSError:
        return None
    return [found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino] if S_ISREG(found.st_mode) else None


def look_at(name: str) -> Look | None:
    """Return what is seen now of the regular file called ``name``; None where it is none."""
    signature = signature_of(name)
    return None if signature is None else Look(signature, is_settled(max(signature[:2]), time.time_ns()))


def _written(entries: Mapping[str, Entry]) -> bytes:
    """Return the bytes of an index file: the digest of all that follows, and JSON."""
    keys = {key: index for index, key in enumerate(dict.fromkeys(entry.key for entry in entries.values()))}
    rows = {
        name: [entry.signature, keys[entry.key], entry.digest, entry.record if entry.digest else entry.record[0]]
        for name, entry in entries.items()
    }
    text = json.dumps({"keys": list(keys), "files": rows}, separators=(",", ":"), ensure_ascii=True).encode()
    return digest_of(text).encode() + b"\n" + text


def _loaded(file: Path) -> tuple[dict[str, Entry], Signature | None]:
    """Return the entries of the index ``file``, and what the file system said of it; none where it is broken."""
    stamp = _stamp(file)
    try:
        digest, _, text = file.read_bytes().partition(b"\n")
        if digest.decode("ascii", "replace") != digest_of(text):
            return {}, stamp
        index: Any = json.loads(text)
        keys = index["keys"]
        return {
            name: Entry(signature, keys[key], _of_no_words(record) if digest is None else record, digest)
            for name, (signature, key, digest, record) in index["files"].items()
        }, stamp
    except (OSError, TypeError, ValueError, LookupError, AttributeError, RecursionError):
        return {}, stamp


@lru_cache(maxsize=16)
def _of_no_words(skipped: str | None) -> Record:
    """Return the record of a file that was not judged: one for all of them, because they are most files of a tree."""
    return [skipped, None, False, [], [], [], []]


def _stamp(file: Path) -> Signature | None:
    return signature_of(os.fspath(file))
