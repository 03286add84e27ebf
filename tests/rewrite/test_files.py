from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from worker_lint.errors import SourceError
from worker_lint.rewrite import files as files_module
from worker_lint.rewrite.files import write_atomically, write_each

NOBODY = 65534
NEEDS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only the superuser gives files away")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "train.py"
    path.write_bytes(b"old")
    return path


def refusal(path, data=b"new"):
    """The one line with which the write is refused; the folder is as it was."""
    before = contents(path.parent)
    with pytest.raises(SourceError) as error:
        write_atomically(path, data)
    assert contents(path.parent) == before
    assert "\n" not in str(error.value)
    return str(error.value)


def contents(folder):
    return {entry.name: entry.read_bytes() if entry.is_file() else None for entry in folder.iterdir()}


@pytest.mark.parametrize("data", [b"", b"new", b"\xff\x00\r\n", b"x" * 3_000_000], ids=["none", "few", "odd", "many"])
def test_the_file_holds_the_new_bytes_and_nothing_is_beside_it(file, data):
    write_atomically(file, data)
    assert contents(file.parent) == {"train.py": data}


def test_a_missing_file_is_created_with_the_permissions_of_any_new_file(tmp_path):
    (tmp_path / "other").touch()
    write_atomically(tmp_path / "new.py", b"new")
    assert (tmp_path / "new.py").read_bytes() == b"new"
    assert (tmp_path / "new.py").stat().st_mode == (tmp_path / "other").stat().st_mode


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755, 0o666, 0o200], ids=oct)
def test_the_mode_is_kept(file, mode):
    file.chmod(mode)
    write_atomically(file, b"new")
    assert stat.S_IMODE(file.stat().st_mode) == mode


def test_the_time_of_change_is_that_of_the_write(file):
    os.utime(file, (1, 1))
    write_atomically(file, b"new")
    assert file.stat().st_mtime > 1_000_000_000


@NEEDS_ROOT
def test_the_owner_and_the_group_are_kept(file):
    os.chown(file, NOBODY, NOBODY)
    file.chmod(0o640)
    write_atomically(file, b"new")
    state = file.stat()
    assert (state.st_uid, state.st_gid, stat.S_IMODE(state.st_mode)) == (NOBODY, NOBODY, 0o640)


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="this system has no extended attributes")
def test_extended_attributes_are_kept(file):
    try:
        os.setxattr(file, "user.note", b"keep")
    except OSError:
        pytest.skip("this file system has no extended attributes")
    write_atomically(file, b"new")
    assert os.getxattr(file, "user.note") == b"keep"


@pytest.mark.parametrize("target", ["train.py", "sub/train.py", "../{}/train.py"], ids=["beside", "below", "around"])
def test_a_symbolic_link_stays_one_and_its_file_is_written(tmp_path, target):
    target = target.format(tmp_path.name)
    (tmp_path / target).parent.mkdir(exist_ok=True)
    (tmp_path / target).write_bytes(b"old")
    link = tmp_path / "link.py"
    link.symlink_to(target)
    write_atomically(link, b"new")
    assert link.readlink() == Path(target)
    assert (tmp_path / target).read_bytes() == b"new"


def test_of_two_hard_links_the_other_keeps_its_bytes(file):
    other = file.parent / "cached.py"
    other.hardlink_to(file)
    write_atomically(file, b"new")
    assert contents(file.parent) == {"train.py": b"new", "cached.py": b"old"}


def test_a_name_as_long_as_names_may_be_is_no_trouble(tmp_path):
    path = tmp_path / ("x" * 252 + ".py")
    path.write_bytes(b"old")
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"


def test_who_has_the_file_open_keeps_reading_the_old_bytes(file):
    with file.open("rb") as stream:
        write_atomically(file, b"new")
        assert stream.read() == b"old"


def test_the_new_bytes_are_on_the_disk_before_they_take_the_place_of_the_old_ones(file, monkeypatch):
    synced = []
    monkeypatch.setattr(
        os, "fsync", lambda descriptor: synced.append((os.fstat(descriptor).st_size, file.read_bytes()))
    )
    write_atomically(file, b"longer")
    assert synced == [(6, b"old")]


def test_a_file_without_permission_to_write_is_refused_even_to_the_superuser(file):
    file.chmod(0o444)
    assert refusal(file) == f"{file}: not written: it is read-only; make it writable (chmod u+w) and run again"


def test_a_folder_without_permission_to_write_is_refused_even_to_the_superuser(file):
    file.parent.chmod(0o555)
    try:
        assert refusal(file) == (
            f"{file}: not written: its folder is read-only; make the folder writable and run again"
        )
    finally:
        file.parent.chmod(0o755)


@NEEDS_ROOT
def test_a_file_that_belongs_to_somebody_else_is_refused_in_a_folder_that_all_may_write(file):
    for above in (file.parent, *file.parent.parents[:-2]):
        above.chmod(0o755)
    file.parent.chmod(0o777)
    file.chmod(0o644)
    os.seteuid(NOBODY)
    try:
        assert "it is read-only" in refusal(file)
    finally:
        os.seteuid(0)


@NEEDS_ROOT
def test_a_file_that_its_group_may_write_goes_to_whoever_wrote_it(file):
    for above in (file.parent, *file.parent.parents[:-2]):
        above.chmod(0o755)
    file.parent.chmod(0o777)
    file.chmod(0o666)
    os.seteuid(NOBODY)
    try:
        write_atomically(file, b"new")
    finally:
        os.seteuid(0)
    assert (file.read_bytes(), file.stat().st_uid, stat.S_IMODE(file.stat().st_mode)) == (b"new", NOBODY, 0o666)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        pytest.param(lambda path: path.mkdir(), "it is no regular file; name one", id="a folder"),
        pytest.param(os.mkfifo, "it is no regular file; name one", id="a pipe"),
        pytest.param(
            lambda path: path.symlink_to(path.name),
            "Too many levels of symbolic links; mend the symbolic link and run again",
            id="a link to itself",
        ),
    ],
)
def test_what_is_no_file_is_refused(tmp_path, make, reason):
    path = tmp_path / "x.py"
    make(path)
    assert refusal(path) == f"{path}: not written: {reason}"


def test_a_missing_folder_is_refused(tmp_path):
    with pytest.raises(SourceError, match="No such file or directory; create the folder first and run again"):
        write_atomically(tmp_path / "nowhere" / "x.py", b"new")


def script(text, file):
    """Run ``text`` in an interpreter of its own, with ``path`` as the file to write."""
    head = f"import resource, signal, sys\nfrom pathlib import Path\npath = Path({str(file)!r})\n"
    head += "from worker_lint.rewrite.files import write_atomically\n"
    # Where files are limited in size, an interpreter would leave half of a module's bytecode behind.
    alone = {"PYTHONPATH": str(Path(__file__).parents[2] / "hooks"), "PYTHONDONTWRITEBYTECODE": "1"}
    environment = {**os.environ, **alone}
    return subprocess.run([sys.executable, "-c", head + text], env=environment, capture_output=True, text=True)


def test_a_file_beyond_the_limit_on_sizes_leaves_the_old_one(file):
    done = script(
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\nwrite_atomically(path, b'x' * 100_000)", file
    )
    assert done.stderr.splitlines()[-1].endswith(
        f"SourceError: {file}: not written: File too large; raise the limit on the size of files and run again"
    )
    assert contents(file.parent) == {"train.py": b"old"}


@pytest.fixture
def full_disk(tmp_path):
    """A file system of 64 KiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("no right to mount a file system")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_full_disk_leaves_the_old_file_and_nothing_beside_it(full_disk):
    file = full_disk / "train.py"
    file.write_bytes(b"old")
    assert refusal(file, b"x" * 1_000_000) == (
        f"{file}: not written: No space left on device; free some space and run again"
    )


def test_an_interrupt_during_the_write_leaves_the_old_file_and_nothing_beside_it(file):
    # The interpreter announces each copying of a file's state; at that time the temporary file exists.
    done = script(
        "sys.addaudithook(lambda event, args: event == 'shutil.copystat' and signal.raise_signal(signal.SIGINT))\n"
        "write_atomically(path, b'new')\n",
        file,
    )
    assert done.returncode in (-signal.SIGINT, 130)
    assert "KeyboardInterrupt" in done.stderr
    assert contents(file.parent) == {"train.py": b"old"}


def test_many_files_are_written_as_each_alone(tmp_path):
    files = [(tmp_path / f"{number:02}.py", b"%d" % number) for number in range(30)]
    (tmp_path / "07.py").mkdir()
    files[11] = (tmp_path / "nowhere" / "x.py", b"11")
    outcomes = write_each(files)
    assert [index for index, outcome in enumerate(outcomes) if outcome is not None] == [7, 11]
    assert "it is no regular file" in str(outcomes[7])
    assert "create the folder first" in str(outcomes[11])
    assert all(path.read_bytes() == data for number, (path, data) in enumerate(files) if number not in (7, 11))
    assert len(list(tmp_path.iterdir())) == 29


def test_no_file_takes_no_thread():
    assert write_each([]) == []


def test_where_no_more_threads_are_to_be_had_files_are_written_all_the_same(tmp_path, monkeypatch):
    def refuse(_):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    files = [(tmp_path / f"{number}.py", b"new") for number in range(20)]
    assert write_each(files) == [None] * 20
    assert all(path.read_bytes() == data for path, data in files)


def test_what_is_no_trouble_of_a_file_is_raised(tmp_path, monkeypatch):
    monkeypatch.setattr(files_module, "_write", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_each([(tmp_path / "a.py", b""), (tmp_path / "b.py", b"")])
    assert list(tmp_path.iterdir()) == []


def test_an_interrupt_waits_for_the_files_that_are_being_written(tmp_path):
    files = [(tmp_path / f"{number:02}.py", b"new") for number in range(40)]
    for path, _ in files:
        path.write_bytes(b"old")
    done = script(
        "import os, signal\n"
        "from worker_lint.rewrite.files import write_each\n"
        "sync = os.fsync\n"
        "os.fsync = lambda descriptor: (os.kill(os.getpid(), signal.SIGINT), sync(descriptor))\n"
        f"paths = [path.parent / f'{{number:02}}.py' for number in range({len(files)})]\n"
        "try:\n    write_each([(path, b'new') for path in paths])\n"
        "except KeyboardInterrupt:\n    print('interrupted')\n",
        tmp_path / "path.py",
    )
    assert done.stdout == "interrupted\n", done.stderr
    assert {path.read_bytes() for path, _ in files} <= {b"old", b"new"}
    assert len(list(tmp_path.iterdir())) == 40
