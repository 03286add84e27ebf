"""Programs that are started and heard later, in both of the ways that there are."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from worker_lint.git_process import GitProcess, GitSubprocess, start

SOURCE = Path(__file__).parents[1] / "hooks"


@pytest.fixture(params=[GitProcess, GitSubprocess])
def way(request):
    return request.param


@pytest.fixture
def git(tmp_path, monkeypatch):
    """What makes a program of that name, the first on PATH, of a shell's commands."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")

    def make(commands, line="#!/bin/sh\n"):
        (folder / "git").write_text(line + commands, encoding="utf-8")
        (folder / "git").chmod(0o755)

    return make


def _is_open(descriptor):
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def test_it_says_how_it_ended_and_what_it_wrote(way, git):
    git('echo "$1"; echo "$2" >&2; exit 3')
    assert way(("git", "one", b"two")).answer() == (3, b"one\n", b"two\n")


def test_what_is_larger_than_a_pipe_is_read(way, git):
    git("head -c 300000 /dev/zero >&2; head -c 200000 /dev/zero; head -c 100000 /dev/zero >&2")
    status, written, said = way(("git",)).answer()
    assert (status, len(written), len(said)) == (0, 200_000, 400_000)


def test_a_signal_that_ended_it_is_told(way, git):
    git("kill -9 $$")
    assert way(("git",)).answer() == (-9, b"", b"")


def test_it_can_be_given_up(way, git):
    git("exec sleep 60")
    before = {number for number in range(64) if _is_open(number)}
    process = way(("git",))
    process.end()
    process.end()
    assert {number for number in range(64) if _is_open(number)} == before
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_it_can_be_given_up_when_it_was_heard(way, git):
    git("echo")
    process = way(("git",))
    assert process.answer() == (0, b"\n", b"")
    process.end()


def test_it_does_not_find_what_was_told_to_a_hook(way, git, monkeypatch):
    git('echo "$GIT_DIR|$GIT_INDEX_FILE|$LC_ALL|$OTHER"')
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "OTHER"):
        monkeypatch.setenv(name, "told")
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    assert way(("git",)).answer()[1] == b"||C|told\n"


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_it_has_neither_the_files_nor_the_signals_of_this_process(way, git, tmp_path):
    git("ls /proc/self/fd | wc -l; grep SigIgn /proc/self/status")
    with Path(tmp_path, "lock").open("w") as file:
        os.set_inheritable(file.fileno(), True)
        written = way(("git",)).answer()[1]
    number, ignored = written.decode().splitlines()
    assert int(number) == 4  # three, and the one of the list
    assert int(ignored.split()[1], 16) & (1 << 12 | 1 << 24) == 0  # SIGPIPE and SIGXFSZ, which Python ignores


def test_where_the_first_of_that_name_is_none_the_next_is_found(git, tmp_path):
    git("no program", line="")
    assert start(os.fspath(tmp_path), "--version").answer()[1].startswith(b"git version")


def test_where_there_is_none_that_is_an_error(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", os.fspath(tmp_path))
    with pytest.raises(OSError, match="No such file"):
        start(os.fspath(tmp_path), "--version")


def _checked(before, tmp_path):
    """Check a checkout in a process that first runs ``before``."""
    subprocess.run(["git", "init", "-q", "."], cwd=tmp_path, check=True)
    (tmp_path / "a.py").write_text("from torch.utils.data import DataLoader\nDataLoader(d, num_workers=-3)\n")
    script = (
        f"{before}\nos.execv(sys.executable, [sys.executable, '-m', 'worker_lint', '--no-cache', '--profile=none'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"import os, resource, signal, sys\n{script}"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": os.fspath(SOURCE)}, capture_output=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout.splitlines()[-1:], done.stderr


FOUND = (1, [b"1 finding (1 error); 1 file checked"], b"")


def test_a_process_that_may_not_wait_for_others_checks_all_the_same(tmp_path):
    assert _checked("signal.signal(signal.SIGCHLD, signal.SIG_IGN)", tmp_path) == FOUND


def test_who_may_not_wait_for_it_does_not_know_how_it_ended(git, tmp_path):
    git("kill -9 $$")
    script = (
        "import signal, threading\n"
        "from worker_lint.git_process import GitProcess\n"
        "signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
        "def run(): print(GitProcess(('git',)).answer()[0])\n"
        "thread = threading.Thread(target=run); thread.start(); thread.join()\n"
        "run()\n"
    )
    environ = {**os.environ, "PYTHONPATH": os.fspath(SOURCE)}
    done = subprocess.run([sys.executable, "-c", script], env=environ, capture_output=True, check=True)
    assert done.stdout.split() == [b"128", b"-9"]  # only the main thread can have the system tell


def test_a_process_with_many_files_checks_all_the_same(tmp_path):
    before = (
        "resource.setrlimit(resource.RLIMIT_NOFILE, (2000, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))\n"
        "for number in range(3, 1200): os.dup2(0, number, inheritable=True)"
    )
    assert _checked(before, tmp_path) == FOUND


def test_a_variable_without_a_name_is_left_out(monkeypatch, git):
    git("echo")
    monkeypatch.setitem(os.environ._data, b"", b"C:=C:")
    assert GitProcess(("git",)).answer()[0] == 0
