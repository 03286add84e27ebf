"""Writing a file so that, whatever happens, it holds either its old bytes or its new ones."""

from __future__ import annotations

import errno
import os
import shutil
import signal
from contextlib import contextmanager
from pathlib import Path
from stat import S_ISREG
from typing import TYPE_CHECKING

from worker_lint.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_WRITABLE = 0o222
_WRITERS = 8
"""Files that are written at a time."""
_REMEDIES = {
    errno.ENOSPC: "free some space",
    errno.EDQUOT: "free some of the quota",
    errno.EFBIG: "raise the limit on the size of files",
    errno.EROFS: "make the file system writable",
    errno.EACCES: "make the folder writable",
    errno.EPERM: "make the file and its folder writable",
    errno.ENOENT: "create the folder first",
    errno.ENOTDIR: "create the folder first",
    errno.ELOOP: "mend the symbolic link",
    errno.ENAMETOOLONG: "choose a shorter name",
}


def write_atomically(path: Path, data: bytes) -> None:
    """Make ``data`` the content of the file ``path``, at one instant; a file that is missing is created.

    The new bytes are written beside the file that ``path`` leads to, reach the disk, and then take its place:
    a reader, a full disk or a power cut meets the old file or the new one. A symbolic link stays one. The mode
    and the extended attributes are kept, the owner and the group where that is permitted.

    Of several hard links only ``path`` gets the new bytes, as with git and ``sed -i``. To write through all of
    them would not be atomic, and they are mostly caches and snapshots that rely on staying as they are.

    Raises SourceError, with the file as it was and nothing left beside it, where it cannot be written. A file
    without any permission to write is refused, though its folder would allow to replace it: its owner said no.
    """
    real = Path(os.path.realpath(path))
    try:
        before = _checked(path, real)
        temporary = real.with_name(f".worker-lint-{os.urandom(8).hex()}")  # short, however long the name
        try:
            _write(temporary, data, real if before else None)
            temporary.replace(real)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise _refusal(path, error) from None


def write_each(files: Sequence[tuple[Path, bytes]]) -> list[SourceError | None]:
    """Do ``write_atomically`` for each of ``files``, several at a time; return what it raised for each, or None.

    A disk is as long about one file as about some of them together. An interrupt waits for those that are being
    written.
    """
    from threading import Thread

    number = min(_WRITERS, len(files))
    outcomes: dict[int, Exception | None] = {}

    def write_share(first: int) -> None:
        for index in range(first, len(files), number):
            if not interrupts:
                outcomes[index] = _outcome(*files[index])

    threads = [Thread(target=write_share, args=(first,)) for first in range(number)]
    with _interrupts_deferred() as interrupts:
        for thread in threads:
            try:
                thread.start()
            except RuntimeError:  # no more threads are to be had
                thread.run()
        for thread in threads:
            if thread.is_alive():  # else it has ended, or it never began
                thread.join()
    found: list[SourceError | None] = []
    for index in range(len(files)):
        outcome = outcomes[index]
        if outcome is not None and not isinstance(outcome, SourceError):
            raise outcome
        found.append(outcome)
    return found


@contextmanager
def _interrupts_deferred() -> Iterator[list[int]]:
    """Collect the interrupts that come meanwhile, and raise KeyboardInterrupt at the end if there were any.

    An interrupt would else end the wait for a thread, which Python 3.11 then takes for ended.
    """
    interrupts: list[int] = []
    try:
        before = signal.getsignal(signal.SIGINT)
        if before is not signal.SIG_IGN:
            signal.signal(signal.SIGINT, lambda number, _: interrupts.append(number))
    except ValueError:  # not the main thread, which is none that is interrupted
        yield interrupts
        return
    try:
        yield interrupts
    finally:
        signal.signal(signal.SIGINT, signal.SIG_DFL if before is None else before)
    if interrupts:
        raise KeyboardInterrupt


def _outcome(path: Path, data: bytes) -> Exception | None:
    try:
        write_atomically(path, data)
    except Exception as error:  # noqa: BLE001 - raised again where somebody hears of it
        return error
    return None


def refuse_unwritable(path: Path) -> None:
    """Raise SourceError where it can be told beforehand that ``write_atomically`` would refuse ``path``."""
    try:
        _checked(path, Path(os.path.realpath(path)))
    except OSError as error:
        raise _refusal(path, error) from None


def _refusal(path: Path, error: OSError) -> SourceError:
    number = error.errno or errno.EIO
    remedy = _REMEDIES.get(number, "see to the disk")
    return SourceError(f"{path}: not written: {os.strerror(number)}; {remedy} and run again")


def _checked(path: Path, real: Path) -> os.stat_result | None:
    """Return the state of the file that is to be replaced, None where there is none. Raises SourceError."""
    # The bits are read, and not only tried, because they do not stop the superuser.
    if not (real.parent.stat().st_mode & _WRITABLE and _permitted(real.parent)):
        raise SourceError(f"{path}: not written: its folder is read-only; make the folder writable and run again")
    try:
        state = real.stat()
    except FileNotFoundError:
        return None
    if not S_ISREG(state.st_mode):
        raise SourceError(f"{path}: not written: it is no regular file; name one")
    if not (state.st_mode & _WRITABLE and _permitted(real)):
        raise SourceError(f"{path}: not written: it is read-only; make it writable (chmod u+w) and run again")
    return state


def _permitted(path: Path) -> bool:
    return os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def _write(temporary: Path, data: bytes, model: Path | None) -> None:
    """Write ``data`` to the new file ``temporary``, which is to look like ``model``."""
    # A new file gets the permissions that the umask leaves; one that replaces another is private until it is like it.
    descriptor = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666 if model is None else 0o600)
    with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor has no path
        if model is not None:
            _liken(temporary, model)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _liken(temporary: Path, model: Path) -> None:
    """Give ``temporary`` the owner and group, as far as permitted, mode and extended attributes of ``model``."""
    state = model.stat()
    if hasattr(os, "chown"):
        for owner, group in ((state.st_uid, -1), (-1, state.st_gid)):
            try:
                os.chown(temporary, owner, group)
            except PermissionError:
                continue  # only the superuser gives files away; the group may be one that we are not in
    # After the owner, since a change of owner clears bits; before the content, whose writing sets the time anew.
    shutil.copystat(model, temporary)
