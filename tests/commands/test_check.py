"""``worker-lint check`` as a real process: what it prints, what it writes, how it ends."""

from __future__ import annotations

import ctypes
import errno
import json
import os
import pty
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from worker_lint import cli

HOOKS = Path(__file__).parents[2] / "hooks"
PROFILES = Path(__file__).parents[2] / "examples" / "profiles"
GOOD = b"x = 1\nnum_workers = 8\n"
BAD = b"x = 1\nnum_workers = 2\n"
CRASH = b"from torch.utils.data import DataLoader\nDataLoader(d, num_workers=-1)\n"


def environment(**more):
    """What a process inherits: no word about CI, colours or the terminal."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "TMPDIR", "SYSTEMROOT")}
    return {**kept, "PYTHONPATH": str(HOOKS), "GIT_CEILING_DIRECTORIES": "/", **more}


def run(
    folder, *arguments, stdin=b"", env=None, settings=("--isolated", "--profile", "none", "--mode", "training"), **more
):
    command = [sys.executable, "-m", "worker_lint", *settings, *map(str, arguments)]
    done = subprocess.run(
        command, cwd=folder, env=env or environment(), input=stdin, capture_output=True, timeout=120, **more
    )
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return done


def refused(folder, *arguments, **more):
    """The one line with which a run ends in status 2."""
    done = run(folder, *arguments, **more)
    assert done.returncode == 2
    lines = [line for line in (done.stderr + done.stdout).decode().splitlines() if line.startswith("error: ")]
    assert len(lines) == 1, done
    return lines[0]


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "train.py"
    path.write_bytes(BAD)
    return path


def listing(folder):
    return sorted(path.name for path in folder.iterdir())


# Exit status


@pytest.mark.parametrize(
    ("content", "arguments", "status"),
    [
        pytest.param(GOOD, [], 0, id="nothing found"),
        pytest.param(BAD, [], 1, id="a finding"),
        pytest.param(b"num_workers = 4\xff", [], 2, id="an error"),
        pytest.param(BAD, ["--fix"], 0, id="nothing left"),
        pytest.param(CRASH.replace(b"-1", b"'auto'"), ["--fix"], 1, id="something left"),
        pytest.param(BAD, ["--diff"], 1, id="a diff"),
        pytest.param(GOOD, ["--diff"], 0, id="no diff"),
        pytest.param(BAD, ["--exit-zero"], 0, id="a finding that must not count"),
        pytest.param(b"num_workers = 4\xff", ["--exit-zero"], 2, id="an error counts all the same"),
        pytest.param(BAD, ["--fail-on", "error"], 0, id="a warning, and only errors count"),
        pytest.param(CRASH, ["--fail-on", "error"], 1, id="an error, and only errors count"),
        pytest.param(BAD, ["--ignore", "WL201"], 0, id="a finding that is ignored"),
        pytest.param(BAD, ["--select", "WL1"], 0, id="a finding that is not selected"),
        pytest.param(BAD, ["--output-format", "json"], 1, id="a finding as JSON"),
        pytest.param(BAD, ["--output-format", "github"], 1, id="a finding as an annotation"),
        pytest.param(BAD, ["--output-format", "concise"], 1, id="a finding in a line"),
        pytest.param(BAD, ["--statistics"], 1, id="a finding that is counted"),
    ],
)
def test_status(file, content, arguments, status):
    file.write_bytes(content)
    assert run(file.parent, *arguments).returncode == status


def test_errors_outrank_findings_and_do_not_hide_them(file):
    (file.parent / "broken.json").write_text('{"num_workers": 4')
    done = run(file.parent)
    assert done.returncode == 2
    assert b"train.py:2:15: WL201 warning: num_workers is 2, but must be 8: mode training asks for 8" in done.stdout
    assert b"error: broken.json:1:18: not JSON: " in done.stdout
    assert done.stdout.endswith(b"1 finding (1 warning); 1 failure; 1 file checked; --fix would mend it\n")


def test_no_files_is_said(tmp_path):
    assert run(tmp_path).stdout == b"no findings; 0 files checked\n"


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["a.py", "--no-cache", "b.py"], ["a.py", "b.py"]),
        (["a.py", "-j2", "b.py", "--exit-zero", "c.py"], ["a.py", "b.py", "c.py"]),  # argparse reads "-j2"
        (["--no-cache", "--", "--fix.py", "b.py"], ["--fix.py", "b.py"]),
        (["--no-cache", "a.py", "--", "--fix.py"], ["a.py", "--fix.py"]),
    ],
    ids=" ".join,
)
def test_options_may_stand_among_paths(tmp_path, arguments, named):
    for name in named:
        (tmp_path / name).write_bytes(BAD)
    done = run(tmp_path, "--output-format=concise", *arguments)
    *found, _ = done.stdout.decode().splitlines()
    assert [line.partition(":")[0] for line in found] == named


def test_the_code_is_shown(file):
    assert (
        run(file.parent)
        .stdout.decode()
        .startswith(
            "train.py:2:15: WL201 warning: num_workers is 2, but must be 8: mode training asks for 8\n"
            "  |\n"
            "2 | num_workers = 2\n"
            "  |               ^\n"
            "  = help: write 8 [--fix]\n"
        )
    )


# Bad input


def test_a_missing_path(tmp_path):
    assert refused(tmp_path, "nowhere.py") == "error: nowhere.py: No such file or directory; name a file or a folder"


def test_a_dangling_link(tmp_path):
    (tmp_path / "a.py").symlink_to("nowhere.py")
    assert refused(tmp_path, "a.py") == "error: a.py: No such file or directory; name a file or a folder"
    assert run(tmp_path).returncode == 0


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.py")
    assert refused(tmp_path, "a.py").startswith("error: a.py: neither a file nor a folder; ")
    assert run(tmp_path).returncode == 0


def like_everybody():
    """Take from the superuser, to whom nothing is unreadable, what makes it so (CAP_DAC_OVERRIDE, _READ_SEARCH)."""
    libc = ctypes.CDLL(None)
    for capability in (1, 2):
        libc.prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP


only_linux = pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such capabilities")


@only_linux
def test_an_unreadable_file(tmp_path):
    (tmp_path / "a.py").write_bytes(BAD)
    (tmp_path / "a.py").chmod(0)
    (tmp_path / "b.py").write_bytes(BAD)
    done = run(tmp_path, preexec_fn=like_everybody)
    assert done.returncode == 2
    assert b"error: a.py: cannot be read: Permission denied; make it readable" in done.stdout
    assert b"b.py:2:15: WL201" in done.stdout


@only_linux
def test_an_unreadable_folder(tmp_path):
    (tmp_path / "sub").mkdir(mode=0)
    (tmp_path / "b.py").write_bytes(BAD)
    done = run(tmp_path, preexec_fn=like_everybody)
    assert done.returncode == 2
    assert b"error: sub: Permission denied; make it readable, or exclude it in the settings" in done.stdout
    assert b"b.py:2:15: WL201" in done.stdout


def test_a_loop_of_folders(file):
    (file.parent / "loop").symlink_to(".")
    (file.parent / "other").symlink_to("other")
    done = run(file.parent)
    assert done.stdout.count(b"WL201") == 1
    assert b"1 file checked" in done.stdout


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        pytest.param("a.py", b"num_workers = 4\0", "a.py: is binary (it holds a NUL byte); leave", id="a NUL byte"),
        pytest.param("a.py", b"\x80num_workers = 4", "a.py:1:1: byte 0x80 is not utf-8; save", id="bytes that are no UTF-8"),
        pytest.param("a.py", "é\nx = 1 # ".encode() + b"\xe9 num_workers = 4", "a.py:2:9: byte 0xe9 is not utf-8", id="Latin-1"),
        pytest.param("a.py", b"# coding: nope\nnum_workers = 4", "a.py:1: unknown encoding: nope; name", id="an encoding"),
        pytest.param("a.py", b"# coding: rot13\nnum_workers = 4", "a.py: is not text in its declared enc", id="no text"),
        pytest.param("a.py", b"# coding: utf-16\nnum_workers = 4", "a.py: is not text in its declared encoding, utf-16", id="UTF-16"),
        pytest.param("a.py", b"num_workers = -" + b"9" * 10_000, "a.py:1:15: a number of 10,000 digits", id="10,000 digits"),
        pytest.param("a.json", b"{'num_workers': 4}", "a.json:1:2: not JSON: expecting property name", id="no JSON"),
        pytest.param("a.json", b'{"num_workers": 4', "a.json:1:18: not JSON: ", id="an open brace"),
        pytest.param("a.json", b'{"num_workers": NaN}', "a.json:1:17: not JSON: NaN is not in the stand", id="NaN"),
        pytest.param("a.json", b'{"num_workers": 4.}', "a.json:1:17: not JSON: 4. is no number of the sta", id="4."),
        pytest.param("a.json", b'{"num_workers": ' + b"9" * 10_000 + b"}", "a.json:1:17: a number of 10,000", id="digits"),
        pytest.param("a.json", b"[" * 100_000 + b'"num_workers"', "a.json:1:901: nested deeper than 900", id="100,000 deep"),
        pytest.param("a.json", '{"num_workers": 4}'.encode("utf-16")[:-1], "a.json:1:18: ", id="half of UTF-16"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_judged(tmp_path, name, content, says):
    (tmp_path / name).write_bytes(content)
    (tmp_path / "good.py").write_bytes(BAD)
    assert refused(tmp_path).startswith(f"error: {says}")
    assert refused(tmp_path, "--fix").startswith(f"error: {says}")
    assert (tmp_path / name).read_bytes() == content
    assert (tmp_path / "good.py").read_bytes() == GOOD


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("a.py", b"", id="an empty file"),
        pytest.param("a.json", b"", id="an empty document"),
        pytest.param("a.py", b"\xef\xbb\xbf", id="only a byte order mark"),
        pytest.param("a.py", b"\x80\x81" * 100, id="bytes without a word of ours"),
        pytest.param("a.json", b"{", id="a broken document without a word of ours"),
        pytest.param("a.py", b"num_workers = " + b"(" * 100_000, id="100,000 open brackets"),
        pytest.param("a.py", b"num_workers = 1" + b"+1" * 50_000 + b"/2", id="a sum of 50,000 terms"),
        pytest.param("a.py", b"a." * 100_000 + b"num_workers = n", id="100,000 attributes"),
        pytest.param("a.py", b"x = '" + b"num_workers" * 10 + b"\n" * 3, id="an open string"),
    ],
)
def test_a_file_that_is_odd_is_no_trouble(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    assert run(tmp_path, "--fix").returncode in (0, 1)
    assert (tmp_path / name).read_bytes() == content


def test_a_binary_file_without_a_suffix(tmp_path):
    (tmp_path / "model").write_bytes(b"\x7fELF\0num_workers")
    assert run(tmp_path).returncode == 0
    assert refused(tmp_path, "model") == "error: model: is binary (it holds a NUL byte); leave it out of the check"


def test_a_file_in_another_language_is_told(tmp_path):
    (tmp_path / "a.txt").write_text("num_workers = 2")
    done = run(tmp_path, "a.txt")
    assert (done.returncode, done.stderr) == (
        0,
        b"worker-lint: a.txt: in no language that worker-lint reads; skipped\n",
    )


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        pytest.param("mode = ", "worker-lint.toml:1:8: is no TOML: ", id="no TOML"),
        pytest.param(
            "mod = 'debug'",
            "worker-lint.toml:1: the top level: has no key 'mod'; did you mean 'mode'?",
            id="an unknown key",
        ),
        pytest.param("mode = 'fast'", "worker-lint.toml:1: mode: 'fast' is no mode", id="an unknown mode"),
        pytest.param("profile = 'nowhere.json'", "nowhere.json: ", id="a missing profile"),
        pytest.param("profile = 'broken.json'", "broken.json", id="a broken profile"),
        pytest.param("profile = 'newer.json'", "newer.json", id="a profile of a newer version"),
        pytest.param("profile = 'impossible.json'", "impossible.json", id="a profile with impossible numbers"),
    ],
)
def test_settings_that_cannot_be_honoured(file, settings, says):
    profile = json.loads((PROFILES / "laptop-8c-16g.json").read_text())
    newer, impossible = (
        {**profile, "schema": "worker-lint/hardware-profile/9"},
        {**profile, "cpu": {**profile["cpu"], "usable": -4}},
    )
    (file.parent / "profiles").mkdir()
    for name, text in (("broken", "{"), ("newer", json.dumps(newer)), ("impossible", json.dumps(impossible))):
        (file.parent / "profiles" / f"{name}.json").write_text(text)
    settings = settings.replace(" = '", " = 'profiles/") if "profile" in settings else settings
    (file.parent / "worker-lint.toml").write_text(settings)
    said = refused(file.parent, "--fix", settings=())
    assert says in said
    assert file.read_bytes() == BAD


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(["--mode", "fast"], "error: --mode: 'fast' is no mode; the modes are debug (0), ", id="a mode"),
        pytest.param(["--mode", "trainin"], "did you mean 'training'?", id="a mode that is nearly one"),
        pytest.param(["--select", "WL999"], "error: --select: no rule is called WL999, or begins with it", id="a rule"),
        pytest.param(["--config", "x.toml"], "error: --config ", id="a settings file"),
        pytest.param(["--profile", "x.json"], "x.json", id="a profile"),
        pytest.param(["--stdin-filename", "a.py"], "error: --stdin-filename names the text", id="a name for no text"),
    ],
)
def test_arguments_that_cannot_be_honoured(file, arguments, says):
    assert says in refused(file.parent, *arguments, settings=())


def test_an_unknown_mode_is_told_even_where_no_file_has_a_count(tmp_path):
    (tmp_path / "a.py").write_bytes(b"x = 1")
    assert "'fast' is no mode" in refused(tmp_path, "a.py", settings=("--isolated", "--mode", "fast"))
    assert "'fast' is no mode" in refused(tmp_path, settings=("--isolated", "--mode", "fast"))


@pytest.mark.parametrize(
    "arguments", [["--selct", "WL1"], ["--select", "E501"], ["--fail-on", "note"], ["--color", "x"]]
)
def test_arguments_that_are_none(tmp_path, arguments):
    done = run(tmp_path, *arguments)
    assert done.returncode == 2
    assert done.stderr.decode().splitlines()[-1].startswith("worker-lint check: error: ")


# Fixing


def test_a_fix_keeps_the_mode_and_the_link(file):
    file.chmod(0o755)
    (file.parent / "sub").mkdir()
    link = file.parent / "sub" / "link.py"
    link.symlink_to("../train.py")
    done = run(file.parent, "--fix", "sub/link.py")
    assert done.stdout == b"1 finding fixed in 1 file; 1 file checked\n"
    assert file.read_bytes() == GOOD
    assert file.stat().st_mode & 0o777 == 0o755
    assert link.is_symlink()


def test_a_second_fix_changes_nothing(file):
    run(file.parent, "--fix")
    before = file.stat()
    assert run(file.parent, "--fix").stdout == b"no findings; 1 file checked\n"
    assert file.stat().st_mtime_ns == before.st_mtime_ns


def test_a_read_only_file_is_left_and_told_and_the_others_are_fixed(file):
    file.chmod(0o444)
    (file.parent / "zoo.py").write_bytes(BAD)
    done = run(file.parent, "--fix")
    assert done.returncode == 2
    assert b"error: train.py: not written: it is read-only; make it writable (chmod u+w) and run again" in done.stdout
    assert done.stdout.endswith(
        b"1 finding fixed in 1 file; 1 finding left (1 warning); 1 failure; 2 files checked; --fix would mend it\n"
    )
    assert file.read_bytes() == BAD
    assert (file.parent / "zoo.py").read_bytes() == GOOD


def test_a_full_disk_leaves_the_file_and_nothing_beside_it(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], capture_output=True).returncode != 0:
        pytest.skip("no right to mount a file system")
    try:
        content = BAD + b"#" * 40_000
        (disk / "train.py").write_bytes(content)
        said = refused(disk, "--fix")
        assert said == "error: train.py: not written: No space left on device; free some space and run again"
        assert (disk / "train.py").read_bytes() == content
        assert listing(disk) == ["train.py"]
    finally:
        subprocess.run(["umount", disk], check=True)


def test_a_limit_on_the_size_of_files_leaves_the_file(file):
    content = BAD + b"#" * 40_000
    file.write_bytes(content)
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))  # noqa: E731
    # With that limit an interpreter would leave half of a module's bytecode behind.
    said = refused(file.parent, "--fix", preexec_fn=limit, env=environment(PYTHONDONTWRITEBYTECODE="1"))
    assert said == "error: train.py: not written: File too large; raise the limit on the size of files and run again"
    assert file.read_bytes() == content
    assert listing(file.parent) == ["train.py"]


def test_an_interrupt_leaves_every_file_as_it_was_or_wholly_rewritten(tmp_path):
    names = [f"train_{number:04}.py" for number in range(1000)]
    content = BAD + b"# and more\n" * 200
    for name in names:
        (tmp_path / name).write_bytes(content)
    command = [sys.executable, "-m", "worker_lint", "--isolated", "--profile", "none", "--mode", "training", "--fix"]
    with subprocess.Popen(command, cwd=tmp_path, env=environment(), stdout=-1, stderr=-1) as process:
        while (tmp_path / names[5]).read_bytes() == content and process.poll() is None:
            time.sleep(0.005)
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=60)
    states = [(tmp_path / name).read_bytes() for name in names]
    fixed = content.replace(b"= 2", b"= 8")
    assert process.returncode == 2
    assert stderr.decode().splitlines() == [
        "error: interrupted; every file is either as it was or wholly rewritten, run again to go on"
    ]
    assert {content, fixed} == set(states)
    assert listing(tmp_path) == names
    assert run(tmp_path, "--fix").returncode == 0
    assert {(tmp_path / name).read_bytes() for name in names} == {fixed}


# Diffs

DIFFED = {
    "train.py": b"import x\nnum_workers = 2\ny = 1\n",
    "no end.py": b"num_workers = 2",
    "sub/crlf.py": b"a = 1\r\nnum_workers = 2\r\n",
    "latin.py": "# coding: latin-1\n# Größe\nnum_workers = 2\n".encode("latin-1"),
    "mark.py": b"\xef\xbb\xbfnum_workers = 2\n",
    "größe.json": '{"größe": 1,\n "num_workers": 2}\n'.encode(),
    "good.py": GOOD,
}  # fmt: skip


@pytest.fixture
def tree(tmp_path):
    folder = tmp_path / "tree"
    for name, content in DIFFED.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def contents(folder):
    return {
        str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file() and ".git" not in p.parts
    }


def test_a_diff_writes_nothing(tree):
    before = contents(tree)
    done = run(tree, "--diff")
    assert contents(tree) == before
    assert (
        b"--- a/train.py\n+++ b/train.py\n@@ -1,3 +1,3 @@\n import x\n-num_workers = 2\n+num_workers = 8\n y = 1\n"
        in done.stdout
    )
    assert done.stderr == b"6 findings would be fixed in 6 files; 7 files checked\n"


@pytest.mark.parametrize(
    "tool", [["git", "apply", "-"], ["patch", "-p1", "--binary", "--quiet"]], ids=["git apply", "patch"]
)
def test_a_diff_applied_is_the_fix(tree, tmp_path, tool):
    if shutil.which(tool[0]) is None:
        pytest.skip(f"{tool[0]} is not installed")
    other = tmp_path / "other"
    shutil.copytree(tree, other)
    subprocess.run(tool, cwd=tree, input=run(tree, "--diff").stdout, check=True, env=environment())
    run(other, "--fix")
    assert contents(tree) == contents(other)
    assert contents(tree) != DIFFED


# Standard input


def test_text_of_standard_input(tmp_path):
    done = run(tmp_path, "-", stdin=BAD)
    assert done.returncode == 1
    assert b"stdin.py:2:15: WL201" in done.stdout


def test_text_of_standard_input_under_a_name(tmp_path):
    done = run(tmp_path, "-", "--stdin-filename", "conf/a.json", stdin=b'{"num_workers": 2}')
    assert b"conf/a.json:1:17: WL201" in done.stdout


@pytest.mark.parametrize("text", [BAD, BAD.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + BAD, GOOD, b"", b"x = 1"])
def test_fixed_text_goes_to_standard_output_and_nothing_else_does(tmp_path, text):
    done = run(tmp_path, "-", "--fix", stdin=text)
    assert done.stdout == text.replace(b"= 2", b"= 8")
    assert b"checked" in done.stderr


def test_text_that_cannot_be_judged_comes_back_as_it_was(tmp_path):
    done = run(tmp_path, "-", "--fix", stdin=b"\xffnum_workers = 2")
    assert (done.returncode, done.stdout) == (2, b"\xffnum_workers = 2")
    assert done.stderr.startswith(b"error: stdin.py:1:1: byte 0xff is not utf-8")


def test_a_diff_of_standard_input(tmp_path):
    done = run(tmp_path, "-", "--diff", "--stdin-filename", "a.py", stdin=BAD)
    assert done.stdout.startswith(b"--- a/a.py\n+++ b/a.py\n")


def test_the_settings_are_those_of_the_name(tmp_path):
    (tmp_path / "worker-lint.toml").write_text('mode = "training"\nprofile = "none"\nexclude = ["old/**"]\n')
    under = lambda name: run(tmp_path, "-", "--fix", "--stdin-filename", name, stdin=BAD, settings=())  # noqa: E731
    assert under("a.py").stdout == GOOD
    assert under("old/a.py").stdout == BAD


def test_text_in_no_language_is_refused(tmp_path):
    assert "a.txt: in no language that worker-lint reads" in refused(
        tmp_path, "-", "--stdin-filename", "a.txt", stdin=BAD
    )


@pytest.mark.parametrize(
    ("redirection", "says"),
    [
        ("<&-", "error: '-' reads standard input, and that is closed; pipe a text into it, or name files\n"),
        ("0>out", "error: standard input: cannot be read: Bad file descriptor; pipe a text into it\n"),
    ],
    ids=["closed", "only to be written to"],
)
def test_standard_input_that_cannot_be_read(tmp_path, redirection, says):
    command = f'"{sys.executable}" -m worker_lint --isolated - {redirection}'
    done = subprocess.run(["sh", "-c", command], cwd=tmp_path, env=environment(), capture_output=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr.decode()) == (2, b"", says)


# Output


def on_a_terminal(folder, *arguments, **more):
    """What a run prints on a terminal."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "worker_lint", "--isolated", "--profile", "none", "--mode", "training", *arguments]
    with subprocess.Popen(command, cwd=folder, env=environment(TERM="xterm", **more), stdout=theirs) as process:
        os.close(theirs)
        printed = b""
        try:
            while data := os.read(ours, 4096):
                printed += data
        except OSError:  # so Linux says that the other end is closed
            pass
    os.close(ours)
    assert process.returncode == 1
    return printed


def test_colours(file):
    assert b"\x1b[" not in run(file.parent).stdout
    assert b"\x1b[33mwarning\x1b[0m" in run(file.parent, "--color", "always").stdout
    assert b"\x1b[33mwarning\x1b[0m" in on_a_terminal(file.parent)
    assert b"\x1b[" not in on_a_terminal(file.parent, "--color", "never")
    assert b"\x1b[" not in on_a_terminal(file.parent, NO_COLOR="1")
    assert b"\x1b[" in on_a_terminal(file.parent, NO_COLOR="")


def test_a_reader_that_has_seen_enough(tmp_path):
    for number in range(200):
        (tmp_path / f"train_{number}.py").write_bytes(BAD * 20)
    command = f'"{sys.executable}" -m worker_lint --isolated --profile none --mode training | head -1'
    done = subprocess.run(["sh", "-c", command], cwd=tmp_path, env=environment(), capture_output=True, timeout=60)
    assert done.stderr == b""
    assert done.stdout.count(b"\n") == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_under_the_output(file):
    command = f'"{sys.executable}" -m worker_lint --isolated --profile none > /dev/full'
    done = subprocess.run(["sh", "-c", command], cwd=file.parent, env=environment(), capture_output=True, timeout=60)
    assert (done.returncode, done.stderr) == (2, b"error: standard output: No space left on device\n")


@pytest.mark.parametrize("command", ["check", "clean", "settings", "status", "init"])
def test_a_current_folder_that_is_gone(tmp_path, command):
    gone = tmp_path / "gone"
    gone.mkdir()
    line = f'rmdir "{gone}" && exec "{sys.executable}" -m worker_lint {command}'
    done = subprocess.run(["sh", "-c", line], cwd=gone, env=environment(), capture_output=True, timeout=60)
    says = b"error: the current folder: No such file or directory\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, b"", says)


def test_an_error_that_has_nothing_to_do_with_a_file(tmp_path, monkeypatch, capsys):
    def no_more_processes(_):
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(cli, "bystanders", no_more_processes)
    assert cli.main([]) == 2
    assert capsys.readouterr().err == "error: Too many open files\n"


@pytest.mark.parametrize("form", ["text", "concise", "json", "github"])
def test_names_and_code_that_the_terminal_cannot_show(tmp_path, form):
    name = b"gr\xf6\xdfe \xe6\x95\xb0.py"
    (tmp_path / os.fsdecode(name)).write_text("num_workers = 2  # 数据")
    done = run(tmp_path, "--output-format", form, env=environment(PYTHONIOENCODING="ascii"))
    assert done.returncode == 1
    done = run(tmp_path, "--output-format", form, "--output-file", "out.txt", env=environment(PYTHONIOENCODING="ascii"))
    assert done.returncode == 1
    done.stdout.decode("ascii")


def test_in_ci_without_a_profile_the_bounds_are_left_out_and_that_is_said(file):
    file.write_bytes(b"num_workers = 9999\n")
    here = run(file.parent, settings=("--isolated",))
    assert here.returncode == 1
    assert b"but this machine bears " in here.stdout
    there = run(file.parent, settings=("--isolated",), env=environment(CI="true"))
    assert there.returncode == 0
    assert there.stderr.startswith(
        b"worker-lint: no profile is declared, and a CI runner is not the machine that trains: "
    )
    assert run(file.parent, "--quiet", settings=("--isolated",), env=environment(CI="true")).stderr == b""
    live = run(file.parent, settings=("--isolated", "--profile", "live"), env=environment(CI="true"))
    assert (live.returncode, live.stderr) == (1, b"")


# Accepting what is found


def test_add_ignore_writes_comments_and_ends_well(file):
    done = run(file.parent, "--add-ignore", "--reason", "slow disk")
    assert (done.returncode, done.stdout) == (0, b"1 finding suppressed; 1 file checked\n")
    assert file.read_bytes() == BAD.replace(b"2\n", b"2  # worker-lint: ignore[WL201] slow disk\n")
    assert run(file.parent).returncode == 0


def test_add_ignore_can_be_looked_at_first(file):
    done = run(file.parent, "--add-ignore", "--diff")
    assert done.returncode == 1
    assert b"-num_workers = 2\n+num_workers = 2  # worker-lint: ignore[WL201]\n" in done.stdout
    assert done.stderr.endswith(b"1 finding would be suppressed; 1 file checked\n")
    assert file.read_bytes() == BAD


def test_add_ignore_leaves_what_cannot_have_a_comment(tmp_path):
    (tmp_path / "a.json").write_text('{"num_workers": 2}')
    done = run(tmp_path, "--add-ignore")
    assert done.returncode == 1
    assert b"a.json:1:17: WL201" in done.stdout
    assert b"where no comment can stand, as in JSON, the settings can suppress what is found" in done.stderr
    assert (tmp_path / "a.json").read_text() == '{"num_workers": 2}'


def test_add_ignore_reaches_what_is_found_across_files(tmp_path):
    (tmp_path / "a.py").write_text("num_workers = config.get('num_workers', 4)\n")
    (tmp_path / "b.yaml").write_text("num_workers: 16\n")
    settings = ("--isolated", "--profile", "none", "--select", "WL204")
    assert run(tmp_path, settings=settings).returncode == 1
    assert run(tmp_path, "--add-ignore", settings=settings).returncode == 0
    assert (tmp_path / "a.py").read_text().endswith("4)  # worker-lint: ignore[WL204]\n")
    assert run(tmp_path, settings=settings).returncode == 0


def test_a_read_only_file_gets_no_comment_and_is_told(file):
    file.chmod(0o444)
    assert "is read-only" in refused(file.parent, "--add-ignore")
    assert file.read_bytes() == BAD


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--reason", "x"], "error: --reason says why in the comments of --add-ignore; give that, too"),
        (["--add-ignore", "--reason", "a\nb"], "error: --reason stands in a comment: write a text of one line"),
        (["--add-ignore", "--reason", " "], "error: --reason stands in a comment: write a text of one line"),
        (["--add-ignore", "--fix"], "error: --fix and --add-ignore go one after the other; give one of them"),
        (["--add-ignore", "-"], "error: --add-ignore is for files; give their paths and not '-'"),
    ],
)
def test_what_add_ignore_cannot_honour(file, arguments, says):
    assert refused(file.parent, *arguments).startswith(says)
    assert file.read_bytes() == BAD


@pytest.mark.parametrize(
    ("text", "arguments", "status"),
    [
        ("fail-on = 'error'", [], 0),
        ("fail-on = 'error'", ["--fail-on", "warning"], 1),
        ("severity = {WL2 = 'info'}", [], 0),
        ("severity = {WL2 = 'info'}\nfail-on = 'info'", [], 1),
        ("severity = {WL2 = 'info'}", ["--fail-on", "info"], 1),
        ("severity = {WL201 = 'error'}\nfail-on = 'error'", [], 1),
        ("[[overrides]]\npaths = ['train.py']\nfail-on = 'error'", [], 0),
        ("[per-file-ignores]\n'*.py' = ['WL201']", [], 0),
        ("[per-file-ignores]\n'*.py' = ['WL201']", ["--select", "WL201"], 0),
    ],
)
def test_what_fails_is_for_the_settings_to_say(file, text, arguments, status):
    (file.parent / "worker-lint.toml").write_text(text)
    assert run(file.parent, "--mode=training", "--profile=none", *arguments, settings=()).returncode == status


def test_what_is_found_across_files_stands_among_the_rest_of_its_file(tmp_path):
    (tmp_path / "config.json").write_text('{"batch_size": 4, "num_workers": 8}')
    (tmp_path / "train.py").write_bytes(
        b"from torch.utils.data import DataLoader\n"
        b"a = DataLoader(d, num_workers=config.get('num_workers', 2))\n"
        b"b = DataLoader(d, num_workers=-1)\n"
    )
    (tmp_path / "z.py").write_bytes(CRASH)
    settings = ("--isolated", "--profile", "none", "--select=WL101,WL204", "--output-format=concise")
    done = run(tmp_path, ".", settings=settings)
    found = [line.split(" ")[:2] for line in done.stdout.decode().splitlines()[:-1]]
    assert found == [["train.py:2:57:", "WL204"], ["train.py:3:31:", "WL101"], ["z.py:2:27:", "WL101"]]


@pytest.mark.parametrize(
    ("other", "places", "number"),
    [
        pytest.param("2", ["train.py", "configs/a.yaml"], 0, id="one that is not checked says otherwise"),
        pytest.param("8", ["train.py", "configs/a.yaml"], 1, id="one that is not checked agrees"),
        pytest.param("2", ["train.py", "configs"], 0, id="a folder of them"),
        pytest.param("8", ["configs/a.yaml"], 0, id="no code is checked"),
        pytest.param("8", ["."], 1, id="all"),
    ],
)
def test_what_is_said_of_some_files_is_true_beside_the_others(tmp_path, other, places, number):
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs/a.yaml").write_text("num_workers: 8\n")
    (tmp_path / "configs/b.yaml").write_text(f"num_workers: {other}\n")
    (tmp_path / "train.py").write_bytes(b"workers = config.get('num_workers', 4)\n")
    (tmp_path / "other.py").write_bytes(b"workers = config.get('num_workers', 4)\n")
    settings = ("--isolated", "--profile", "none", "--select=WL204", "--output-format=jsonl")
    done = run(tmp_path, *places, settings=settings)
    findings = [json.loads(line) for line in done.stdout.splitlines()]
    assert [finding["path"] for finding in findings if "code" in finding] == [
        "other.py" if places == ["."] else "train.py"
    ] * number


def test_what_was_written_is_told_where_the_run_ends_with_an_error(tmp_path):
    (tmp_path / "a.py").write_bytes(CRASH)
    (tmp_path / "z").mkdir()
    (tmp_path / "z" / "b.py").write_bytes(CRASH)
    (tmp_path / "z" / "worker-lint.toml").write_text('profile = "missing.json"\n', encoding="utf-8")
    done = run(tmp_path, "--fix", settings=("--mode", "training"))
    assert done.returncode == 2
    said = (done.stdout + done.stderr).decode()
    assert (tmp_path / "a.py").read_bytes() != CRASH
    assert "missing.json" in said
    assert "1 finding fixed in 1 file; 1 failure" in said
