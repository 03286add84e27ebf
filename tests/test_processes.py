"""Several processes find what one does, in the same order, and are gone when they should be."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from functools import partial
from multiprocessing import active_children
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from worker_lint import processes
from worker_lint.check import check_file
from worker_lint.cli import main
from worker_lint.errors import SourceError
from worker_lint.policies import Policies
from worker_lint.rewrite.apply import mended
from worker_lint.settings import SettingsResolver

EXAMPLE = Path(__file__).parents[1] / "examples"
HOOKS = Path(__file__).parents[1] / "hooks"


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A tree of code, data, scripts and notebooks that is worth more than one process."""
    files = [path for path in sorted(EXAMPLE.rglob("*")) if path.is_file() and "profiles" not in path.parts]
    for number in range(12):
        for path in files:
            copy = tmp_path / f"part_{number:02}" / path.relative_to(EXAMPLE)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    (tmp_path / "broken.py").write_bytes(b"num_workers = 4  # \xff\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(processes, "LEAST_BYTES", 2_000)
    return tmp_path


@pytest.mark.parametrize(
    "more",
    [
        ["--output-format=json"],
        ["--output-format=text", "--mode=debug", "--diff"],
        ["--output-format=text", "--mode=debug"],
        ["--output-format=sarif", "--select=WL"],
    ],
    ids=["json", "diff", "text", "all"],
)
def test_the_report_is_the_same(tree, capsys, more):
    arguments = ["--isolated", "--profile=none", "--no-cache", *more]
    one = main([*arguments, "--jobs=1"]), *capsys.readouterr()
    several = main([*arguments, "--jobs=3"]), *capsys.readouterr()
    assert several == one
    assert one[0] == 2  # one file is broken
    assert one[1]


@pytest.mark.parametrize("wanted", ["*.py", "none"])
def test_processes_that_were_started_early_find_the_same_and_end(tree, monkeypatch, capsys, wanted):
    (tree / "worker-lint.toml").write_text(f'exclude = ["*", "!*/", "!{wanted}"]\n', encoding="utf-8")
    late = main(["--profile=none", "--no-cache", "--jobs=3"]), *capsys.readouterr()
    monkeypatch.setattr("worker_lint.commands.check_run._MANY", 1)
    started = []
    begin = processes.Crew.__init__

    def noted(crew, number):
        started.append(number)
        begin(crew, number)

    monkeypatch.setattr(processes.Crew, "__init__", noted)
    early = main(["--profile=none", "--no-cache", "--jobs=3"]), *capsys.readouterr()
    assert early == late
    assert started == [3]
    assert active_children() == []


@pytest.mark.parametrize("unsafe", [[], ["--unsafe-fixes"]], ids=["safe", "unsafe"])
def test_fixes_are_the_same(tree, capsys, unsafe):
    copy = tree.with_name(f"{tree.name}-copy")
    shutil.copytree(tree, copy)
    arguments = ["--isolated", "--profile=none", "--mode=debug", "--fix", "--quiet", "--no-cache", *unsafe]
    several = main([*arguments, "--jobs=3"]), *capsys.readouterr()
    os.chdir(copy)
    one = main([*arguments, "--jobs=1"]), *capsys.readouterr()
    assert several == one
    names = [path.relative_to(tree) for path in sorted(tree.rglob("*")) if path.is_file()]
    assert [name for name in names if (tree / name).read_bytes() != (copy / name).read_bytes()] == []


def _verdicts(files, policies, number, mend=None):
    crew = processes.Crew(number)
    try:
        return crew.verdicts(files, policies, mend)
    finally:
        crew.end()


def _files(tree):
    return [(path, path.stat().st_size) for path in sorted(tree.rglob("*.py"))]


def _policies():
    return Policies(SettingsResolver({"profile": ("none",), "mode": "debug"}, isolated=True), {})


def test_policies_can_be_sent_to_another_process(tree, monkeypatch):
    mend = partial(mended, unsafe=True)
    forked = _verdicts(_files(tree), _policies(), 2, mend)
    monkeypatch.setattr(processes.sys, "platform", "darwin")
    monkeypatch.setenv("PYTHONPATH", str(HOOKS))
    assert _verdicts(_files(tree), _policies(), 2, mend) == forked
    assert any(verdict and verdict[0][3] for verdict in forked)


def test_what_a_file_becomes_is_found_by_several_processes(tree, monkeypatch):
    found = _verdicts(_files(tree), _policies(), 2, partial(mended, unsafe=False))
    here = [mended(check_file(path, _policies()), _policies(), unsafe=False) for path, _ in _files(tree)]
    codes = [None if each is None or each[2] is None else each[2][0] for each in found]
    assert codes == [each and each.source.code for each in here]
    assert any(codes)


def _refuse(*_):
    raise SourceError("it cannot be written back")


def test_a_file_that_cannot_be_mended_is_left_to_the_first_process(tree):
    assert set(_verdicts(_files(tree), _policies(), 2, _refuse)) == {None}


_ELSEWHERE = """
import sys
from worker_lint import processes
from worker_lint.cli import main
processes.LEAST_BYTES = 2000
processes.sys.platform = "darwin"
if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
"""


def test_where_processes_do_not_fork_the_report_is_the_same(tree):
    for path in tree.rglob("worker-lint.toml"):
        path.unlink()
    (tree / "worker-lint.toml").write_text(
        'exclude = ["part_03/", "worker-lint.toml", "pyproject.toml"]\nmode = "debug"\n[[overrides]]\npaths = ["part_01/**"]\nmode = "production"\n',
        encoding="utf-8",
    )
    (tree.parent / "elsewhere.py").write_text(_ELSEWHERE, encoding="utf-8")

    def run(*arguments):
        return subprocess.run(
            [sys.executable, *arguments], cwd=tree, env={**os.environ, "PYTHONPATH": str(HOOKS), "CI": "true"},
            capture_output=True, encoding="utf-8", check=False,
        )  # fmt: skip

    one = run("-m", "worker_lint", "--no-cache", "--jobs=1")
    several = run(str(tree.parent / "elsewhere.py"), "--no-cache", "--jobs=3")
    assert (several.returncode, several.stdout, several.stderr) == (one.returncode, one.stdout, one.stderr)
    assert "part_01" in one.stdout
    assert "no profile is declared" in one.stderr


@pytest.mark.parametrize("profile", [["--profile=nope.json"], []], ids=["missing", "none in CI"])
def test_what_is_told_besides_is_the_same(tmp_path, monkeypatch, capsys, profile):
    for number in range(120):
        (tmp_path / f"broken_{number:03}.py").write_bytes(b"num_workers = 4  # \xff\n" * 200)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CI", "true")
    one = main(["--isolated", "--no-cache", "--jobs=1", *profile]), *capsys.readouterr()
    several = main(["--isolated", "--no-cache", "--jobs=2", *profile]), *capsys.readouterr()
    assert several == one
    assert "profile" not in one[2]  # no file could be judged, so none was needed


@pytest.mark.skipif(sys.platform == "win32", reason="asks the shell to limit the open files")
@pytest.mark.parametrize("files", [10, 11, 12, 13, 14])
def test_where_no_more_processes_are_to_be_had_this_one_does_their_work(tree, files):
    command = f'ulimit -n {files}; exec "$@"'
    script = "import sys; from worker_lint import cli, processes; processes.LEAST_BYTES = 2000; sys.exit(cli.main())"
    run = subprocess.run(
        ["/bin/sh", "-c", command, "sh", sys.executable, "-c", script, "--isolated", "--profile=none", "--no-cache",
         "--jobs=4", "--output-format=json"],
        cwd=tree, env={**os.environ, "PYTHONPATH": str(HOOKS)}, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert "Traceback" not in run.stderr
    assert run.returncode == 2
    assert '"broken.py' in run.stdout
    assert run.stdout.count('"WL') > 20


def test_little_is_left_to_one_process(tree, monkeypatch):
    monkeypatch.setattr(processes, "LEAST_BYTES", 10**9)
    assert _verdicts(_files(tree), _policies(), 8) == []


def test_a_process_that_is_killed_is_one_clear_line(tree, monkeypatch, capsys):
    here = os.getpid()
    judged = processes._judged

    def killed(paths, policies, mend):
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return judged(paths, policies, mend)

    monkeypatch.setattr(processes, "_judged", killed)
    assert main(["--isolated", "--profile=none", "--no-cache", "--jobs=2"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == (
        "error: a process that judged a part of the files was ended by signal 9; "
        "run again with --jobs 1, which needs less memory\n"
    )


def test_a_process_that_is_killed_in_the_middle_of_its_answer_is_told_like_that(tree, monkeypatch, capsys):
    here = os.getpid()
    send = Connection.send

    def begin(connection, answer):
        if os.getpid() != here:
            os.write(connection.fileno(), (1_000_000).to_bytes(4, "big") + b"the beginning")
            os.kill(os.getpid(), signal.SIGKILL)
        send(connection, answer)

    monkeypatch.setattr(Connection, "send", begin)
    assert main(["--isolated", "--profile=none", "--no-cache", "--jobs=2"]) == 2
    assert "was ended by signal 9; run again with --jobs 1" in capsys.readouterr().err


_PATIENT = """
import os, sys, time
from worker_lint import processes
from worker_lint.cli import main
processes.LEAST_BYTES = 2000
first, judge = os.getpid(), processes.check_text
def patient(*arguments):
    if os.getpid() == first or {all_wait}:
        sys.stderr.write("begun\\n")
        sys.stderr.flush()
        time.sleep(60)
    time.sleep(0.2)
    return judge(*arguments)
processes.check_text = patient
{made_ready}
sys.exit(main(sys.argv[1:]))
"""


@contextmanager
def _judging_for_long(tree, jobs, *, all_wait):
    """Run a check in which the first process, or each of them, says when it begins to judge, and then takes a minute."""
    made_ready = "processes._make_ready = lambda: None" if all_wait else ""
    script = _PATIENT.format(all_wait=all_wait, made_ready=made_ready)
    with subprocess.Popen(
        [sys.executable, "-c", script, "--isolated", "--profile=none", "--no-cache", f"--jobs={jobs}"],
        cwd=tree, env={**os.environ, "PYTHONPATH": str(HOOKS)}, stderr=subprocess.PIPE, encoding="utf-8",
        start_new_session=True,
    ) as run:  # fmt: skip
        yield run


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux for the children of a process")
def test_an_interrupt_ends_all_of_them_without_a_traceback(tree):
    with _judging_for_long(tree, 2, all_wait=True) as run:
        assert [run.stderr.readline(), run.stderr.readline()] == ["begun\n", "begun\n"]
        os.killpg(run.pid, signal.SIGINT)
        said = run.stderr.read()
        assert run.wait(10) == 2
    assert "Traceback" not in said
    assert said.startswith("error: interrupted")
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            os.killpg(run.pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    raise AssertionError("a process is left")


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux for the children of a process")
def test_without_the_process_that_started_them_the_others_end_without_a_word(tree):
    with _judging_for_long(tree, 3, all_wait=False) as run:
        assert run.stderr.readline() == "begun\n"
        run.kill()
        assert run.stderr.read() == ""  # which ends when the last of them does


@pytest.mark.parametrize("number", ["0", "-1", "many"])
def test_the_number_of_processes_is_positive(number, capsys):
    with pytest.raises(SystemExit) as raised:
        main(["--jobs", number])
    assert raised.value.code == 2
    assert "--jobs" in capsys.readouterr().err
