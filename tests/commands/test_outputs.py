"""What ``worker-lint check`` writes, where to, and what it refuses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

HOOKS = Path(__file__).parents[2] / "hooks"
BAD = b"x = 1\nnum_workers = 2\n"
GOOD = b"x = 1\nnum_workers = 8\n"
CRASH = b"from torch.utils.data import DataLoader\nDataLoader(d, num_workers=-1)\n"
SUMMARY = b"1 finding (1 warning); 1 file checked; --fix would mend it\n"
CONCISE = b"train.py:2:15: WL201 warning: num_workers is 2, but must be 8: mode training asks for 8\n" + SUMMARY
ANNOTATION = b"::warning file=train.py,line=2,col=15,"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "train.py").write_bytes(BAD)
    return tmp_path


@pytest.fixture
def run(folder):
    """A function that runs ``worker-lint check`` in the folder."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "TMPDIR", "SYSTEMROOT")}
    # Where files are limited in size, an interpreter would leave half of a module's bytecode behind.
    alone = {"GIT_CEILING_DIRECTORIES": "/", "PYTHONDONTWRITEBYTECODE": "1"}
    environ = {**kept, "PYTHONPATH": str(HOOKS), **alone}

    def start(*arguments, stdin=b"", files=("train.py",), **more):
        command = [sys.executable, "-m", "worker_lint", "--isolated", "--profile=none", "--mode=training", *arguments]
        done = subprocess.run(
            [*command, *files], cwd=folder, env=environ, input=stdin, capture_output=True, timeout=60, **more
        )
        assert b"Traceback" not in done.stderr, done.stderr.decode()
        return done

    return start


@pytest.fixture
def refused(run):
    """A function that returns the one line with which a run ends in status 2."""

    def start(*arguments, **more):
        done = run(*arguments, **more)
        assert (done.returncode, done.stdout) == (2, b"")
        (line,) = done.stderr.decode().splitlines()
        return line

    return start


def listing(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_and_standard_output_at_once(folder, run):
    done = run("--output", "sarif=out.sarif", "--output=github=-", "--output", "concise=a=b.txt")
    assert done.returncode == 1
    assert done.stdout.startswith(ANNOTATION)
    assert done.stderr == b""
    assert json.loads((folder / "out.sarif").read_text())["runs"][0]["results"][0]["ruleId"] == "WL201"
    assert (folder / "a=b.txt").read_bytes() == CONCISE
    assert listing(folder) == ["a=b.txt", "out.sarif", "train.py"]


@pytest.mark.parametrize("form", ["text", "concise", "json", "jsonl", "github", "sarif", "gitlab", "junit"])
def test_each_way_to_ask_for_a_format_gives_the_same(folder, run, form):
    printed = run("--output-format", form)
    assert run("--output", f"{form}=-").stdout == printed.stdout
    assert run("--output-format", form, "--output-file", "-").stdout == printed.stdout
    into_files = run("--output", f"{form}=one", "--output", f"json={folder / 'two'}")
    assert (into_files.stdout, into_files.stderr) == (b"", SUMMARY)
    assert (folder / "one").read_bytes() == printed.stdout
    run("--output-format", form, "--output-file", "three")
    assert (folder / "three").read_bytes() == printed.stdout
    assert listing(folder) == ["one", "three", "train.py", "two"]


def test_findings_go_to_a_file(folder, run):
    done = run("--output-file", "out.json", "--output-format", "json")
    assert (done.stdout, done.stderr) == (b"", SUMMARY)
    assert json.loads((folder / "out.json").read_text())["findings"][0]["code"] == "WL201"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(
            ["--output", "sarif"],
            "error: --output sarif: no file is named; write sarif=FILE, or sarif=- for standard output",
            id="no file",
        ),
        pytest.param(["--output", "json="], "error: --output json=: no file is named; ", id="an empty file"),
        pytest.param(
            ["--output", "sarfi=a.sarif"],
            "error: --output sarfi=a.sarif: 'sarfi' is no format; did you mean 'sarif'?",
            id="a format that is nearly one",
        ),
        pytest.param(
            ["--output", "html=a.html"],
            "error: --output html=a.html: 'html' is no format; there are text, concise, json, jsonl, github, sarif,",
            id="no format",
        ),
        pytest.param(["--output", "=a"], "error: --output =a: '' is no format; there are ", id="an empty format"),
        pytest.param(
            ["--output", "text=-", "--output", "github=-"],
            "error: --output text=- and --output github=- both write to standard output; name another file",
            id="standard output twice",
        ),
        pytest.param(
            ["--output", "json=a", "--output", "sarif=./b/../a"],
            "error: --output json=a and --output sarif=b/../a both write to the file b/../a; name another file",
            id="a file twice",
        ),
        pytest.param(
            ["--output", "json=a", "--output-format", "text"],
            "error: --output names both the format and the file; leave out --output-format text",
            id="a format beside it",
        ),
        pytest.param(
            ["--output-file", "b", "--output", "json=a"],
            "error: --output names both the format and the file; leave out --output-file b",
            id="a file beside it",
        ),
        pytest.param(
            ["--statistics", "--output", "json=a", "--output", "github=-"],
            "error: --statistics counts in words, not as json; leave one of them out",
            id="statistics in no words",
        ),
        pytest.param(
            ["--diff", "--output", "text=-"],
            "error: --diff writes to standard output, and so would text; write that to a file: --output text=FILE",
            id="a diff and findings",
        ),
        pytest.param(
            ["--diff", "--output-format", "json"],
            "error: --diff writes to standard output, and so would json; write that to a file: --output json=FILE",
            id="a diff and findings for a program",
        ),
        pytest.param(
            ["--output", "json=no/where.json", "--output", "text=-"],
            "error: no/where.json: not written: No such file or directory; create the folder first and run again",
            id="no folder",
        ),
        pytest.param(
            ["--output-file", "train.py/a"],
            "error: train.py/a: not written: Not a directory; create the folder first and run again",
            id="a file for a folder",
        ),
        pytest.param(["--output", "json=."], "error: .: not written: it is no regular file; name one", id="a folder"),
        pytest.param(["--output", f"json={'a' * 300}"], "File name too long; choose a shorter name and", id="a name"),
    ],
)
def test_what_cannot_be_written_is_refused_before_anything_is_mended(folder, refused, arguments, says):
    (folder / "b").mkdir()
    fix = [] if "--diff" in arguments else ["--fix"]
    assert says in refused(*fix, *arguments)
    assert (folder / "train.py").read_bytes() == BAD
    assert listing(folder) == ["b", "train.py"]


def test_a_read_only_file_is_refused_and_left(folder, refused):
    report = folder / "out.json"
    report.write_text("old")
    report.chmod(0o444)
    line = refused("--output", "json=out.json")
    assert line == "error: out.json: not written: it is read-only; make it writable (chmod u+w) and run again"
    assert report.read_text() == "old"


def test_standard_input_that_is_mended_leaves_no_place_for_findings(refused):
    line = refused("--fix", "--output=github=-", files=("-",), stdin=BAD)
    assert line.startswith("error: --fix - writes to standard output, and so would github; ")


def test_mended_text_and_a_report_of_it(folder, run):
    done = run("--fix", "--output", "json=out.json", files=("-",), stdin=BAD)
    assert (done.returncode, done.stdout) == (0, GOOD)
    assert json.loads((folder / "out.json").read_text())["summary"]["fixed"] == 1
    assert done.stderr == b"1 finding fixed in 1 file; 1 file checked\n"


def test_a_diff_and_a_report_beside_it(folder, run):
    done = run("--diff", "--output", "json=out.json", "--output", "concise=out.txt")
    assert done.stdout.startswith(b"--- a/train.py\n+++ b/train.py\n")
    assert done.stderr == b"1 finding would be fixed in 1 file; 1 file checked\n"
    assert json.loads((folder / "out.json").read_text())["summary"]["fixed"] == 1
    assert (folder / "out.txt").read_bytes() == done.stderr


def test_statistics(folder, run):
    (folder / "b.py").write_bytes(BAD + CRASH)
    files = ("train.py", "b.py")
    done = run("--statistics", files=files)
    assert done.stdout.decode() == (
        "     2  WL201\n     1  WL101\n3 findings (1 error, 2 warnings); 2 files checked; --fix would mend all\n"
    )
    run("--statistics", "--output-file", "out.txt", files=files)
    assert (folder / "out.txt").read_bytes() == done.stdout


def test_statistics_stand_in_the_place_of_words_alone(folder, run):
    done = run("--statistics", "--output", "text=-", "--output", "json=out.json")
    assert done.stdout == b"     1  WL201\n" + SUMMARY
    assert len(json.loads((folder / "out.json").read_text())["findings"]) == 1


def test_colours_in_files_only_where_they_are_asked_for(folder, run):
    outputs = ("--output=text=a", "--output=json=b")
    run("--color=always", *outputs)
    assert b"\x1b[33mwarning\x1b[0m" in (folder / "a").read_bytes()
    assert b"\x1b" not in (folder / "b").read_bytes()
    run(*outputs)
    assert b"\x1b" not in (folder / "a").read_bytes()


def test_a_report_replaces_an_older_one_and_keeps_its_mode_and_link(folder, run):
    (folder / "reports").mkdir()
    report = folder / "reports" / "out.json"
    report.write_text("old " * 10_000)
    report.chmod(0o640)
    (folder / "out.json").symlink_to("reports/out.json")
    run("--output", "json=out.json")
    assert json.loads(report.read_text())["summary"]["findings"] == 1
    assert report.stat().st_mode & 0o777 == 0o640
    assert (folder / "out.json").is_symlink()


def test_one_file_that_cannot_be_written_keeps_no_other_from_it(folder, run):
    resource = pytest.importorskip("resource")
    (folder / "out.sarif").write_text("old")

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))  # less than a log with the pages of all rules

    done = run("--output=sarif=out.sarif", "--output=json=out.json", "--output=concise=-", preexec_fn=limit)
    assert (done.returncode, done.stdout) == (2, CONCISE)
    says = "error: out.sarif: not written: File too large; raise the limit on the size of files and run again\n"
    assert done.stderr.decode() == says
    assert (folder / "out.sarif").read_text() == "old"
    assert json.loads((folder / "out.json").read_text())["summary"]["findings"] == 1
    assert listing(folder) == ["out.json", "out.sarif", "train.py"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_written_to_and_stays(folder, run):
    pipe = folder / "pipe"
    os.mkfifo(pipe)
    read = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    done = run("--output", "concise=pipe")
    reader.join(timeout=30)
    assert (done.returncode, read) == (1, [CONCISE])
    assert pipe.is_fifo()


@pytest.fixture
def shell(folder, run):
    """A function that passes a line to a shell, in which ``$CHECK`` is the check of the file."""
    if not Path("/dev/fd").is_dir():
        pytest.skip("this system has no names for descriptors")

    def start(line):
        check = f'"{sys.executable}" -m worker_lint --isolated --profile=none --mode=training'
        environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(HOOKS), "GIT_CEILING_DIRECTORIES": "/"}
        command = ["sh", "-c", f'check() {{ {check} "$@" train.py; }}; {line}']
        done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, timeout=60)
        assert b"Traceback" not in done.stderr
        return done

    return start


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "link"])
def test_standard_output_has_several_names(folder, run, shell, name):
    (folder / "link").symlink_to("/dev/stdout")
    (folder / "log").write_text("kept\n")
    assert shell(f"check --output-format=concise --output-file={name} >> log").returncode == 1
    assert shell(f"check --output=concise={name} >> log").returncode == 1
    assert (folder / "log").read_bytes() == b"kept\n" + CONCISE + CONCISE
    assert shell(f"check --output=concise={name}").stdout == CONCISE


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1"])
def test_standard_output_is_written_to_once(shell, name):
    done = shell(f"check --output=text=- --output=jsonl={name} > out.txt")
    says = "error: --output text=- and --output jsonl=- both write to standard output; name another file\n"
    assert (done.returncode, done.stderr.decode()) == (2, says)


@pytest.mark.parametrize("arguments", ["--output=text=- --output=concise=out.txt", "--diff --output=concise=out.txt"])
def test_the_file_that_standard_output_goes_to_is_not_replaced(folder, shell, arguments):
    done = shell(f"check {arguments} > out.txt")
    says = "error: concise=out.txt and standard output both write to the file out.txt; name another file\n"
    assert (done.returncode, done.stderr.decode()) == (2, says)
    assert shell("check --output=concise=out.txt > out.txt").returncode == 1
    assert (folder / "out.txt").read_bytes() == CONCISE


def test_a_descriptor_is_written_to_where_it_stands(folder, shell):
    (folder / "log").write_text("kept\n")
    done = shell("check --output=concise=/dev/fd/3 --output=concise=- 3>> log")
    assert (done.returncode, done.stdout) == (1, CONCISE)
    assert shell("{ echo one; check --output=concise=/dev/fd/3 3>&1; echo two; } >> log").stderr == SUMMARY
    assert (folder / "log").read_bytes() == b"kept\n" + CONCISE + b"one\n" + CONCISE + b"two\n"
    assert shell("check --output=concise=/dev/stderr").stderr == CONCISE + SUMMARY


def test_a_descriptor_that_is_not_open(folder, shell):
    done = shell("check --fix --output=json=/dev/fd/9")
    says = "error: /dev/fd/9: not written: Bad file descriptor; name another file and run again\n"
    assert (done.returncode, done.stderr.decode()) == (2, says)
    assert (folder / "train.py").read_bytes() == BAD


def test_several_outputs_may_be_thrown_away(run):
    done = run("--output=json=/dev/null", "--output=sarif=/dev/null", "--output=concise=-")
    assert (done.returncode, done.stdout) == (1, CONCISE)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_device_that_takes_nothing(run):
    done = run("--output", "json=/dev/full")
    says = b"error: /dev/full: not written: No space left on device; name another file and run again"
    assert (done.returncode, done.stderr.splitlines()[-1]) == (2, says)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["--output=json=out.json"], b"no findings; 1 failure; 0 files checked\n"), ([], b"")],
    ids=["a file", "nothing"],
)
def test_files_that_could_not_be_judged_are_in_the_report(folder, run, arguments, said):
    (folder / "train.py").write_bytes(b"num_workers = 2\xff")
    done = run(*arguments)
    assert (done.returncode, done.stderr) == (2, said)
    place = (folder / "out.json").read_bytes() if arguments else done.stdout
    assert b"train.py:1:16: byte 0xff is not utf-8" in place
