"""What a whole run said is said again as long as a fresh run would say it, and not once more."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.recall.conftest import FILES, LOADER, git, later
from worker_lint import settled, surroundings
from worker_lint.cli import main
from worker_lint.recall import past_run
from worker_lint.recall.answer import read
from worker_lint.recall.past_run import PastRun
from worker_lint.settings_place import CACHE_FOLDER, CACHE_TAG

SOURCE = Path(__file__).parents[2] / "hooks"
PROFILE = Path(__file__).parents[2] / "examples" / "profiles" / "g4dn-xlarge.json"


def _settings(text, name="worker-lint.toml"):
    return lambda folder: later(folder / name, text)


def _same_times(path, text):
    """As what unpacks archives or synchronises folders does: the size and the time of the old content."""
    before = path.stat()
    later(path, text)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size


def _link(folder, target):
    link = folder / "link.json"
    link.unlink(missing_ok=True)
    link.symlink_to(target)


def _new_checkout(folder):
    later(folder / "stray" / "train.py", LOADER.format(-3))
    git(folder / "stray", "init", "--quiet")


def _into_a_link(folder):
    (folder / "sub").rename(folder.parent / "moved")
    (folder / "sub").symlink_to(folder.parent / "moved")
    later(folder.parent / "moved" / "train.py", LOADER.format(-5))


def _into_a_file(folder):
    (folder / "train.py").unlink()
    later(folder / "train.py" / "inner.py", LOADER.format(-3))


def _ignored_for_all(folder):
    later(folder / "ignored", "new.py\n")
    git(folder, "config", "core.excludesFile", os.fspath(folder / "ignored"))


OLD = '{"dataloader_num_workers": -1}\n'
CHANGES = {
    "content": lambda folder: later(folder / "train.py", LOADER.format(-8)),
    "content with the old times": lambda folder: _same_times(folder / "config.json", OLD.replace("1", "2")),
    "a file without words gets some": lambda folder: later(folder / "plain_7.py", LOADER.format(-3)),
    "renamed": lambda folder: (folder / "config.json").rename(folder / "other.json"),
    "deleted": lambda folder: (folder / "config.json").unlink(),
    "new": lambda folder: later(folder / "new.py", LOADER.format(-1)),
    "new in a new folder": lambda folder: later(folder / "a" / "b" / "new.py", LOADER.format(-1)),
    "copied with its times": lambda folder: shutil.copy2(folder / "config.json", folder / "plain_3.json"),
    "replaced by another": lambda folder: (folder / "sub" / "train.py").replace(folder / "plain_9.py"),
    "a folder in its place": _into_a_file,
    "a link in the place of its folder": _into_a_link,
    "a link to a file": lambda folder: _link(folder, _outside(folder, -7)),
    "a checkout of its own within": _new_checkout,
    "ignored by git": lambda folder: (later(folder / ".gitignore", "sub/\n"), git(folder, "rm", "-rq", "--cached", "sub")),
    "settings": _settings('mode = "debug"\n'),
    "settings in a folder": _settings('mode = "debug"\n', "sub/worker-lint.toml"),
    "settings in pyproject.toml": _settings('[tool.worker-lint]\nmode = "debug"\n', "sub/pyproject.toml"),
    "settings that exclude": _settings('exclude = ["config.json"]\n'),
    "settings that suppress": _settings('[[suppressions]]\npath = "config.json"\nrules = ["WL"]\nreason = "a test"\n'),
}  # fmt: skip


def _outside(folder, number):
    target = folder.parent / "outside.json"
    later(target, f'{{"dataloader_num_workers": {number}}}\n')
    return target


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_is_seen(checkout, check, recalled, change):
    before = check()
    assert check() == before
    change(checkout)
    after = check()
    assert recalled == [False, True, False]
    assert after[:2] != before[:2]
    assert after == check("--no-cache")
    assert check() == after


SETTLED = {
    "settings go": ("worker-lint.toml", 'mode = "debug"\n', lambda path: path.unlink()),
    "settings change": ("worker-lint.toml", 'mode = "debug"\n', lambda path: later(path, 'mode = "training"\n')),
    "settings get others in front": (
        "pyproject.toml", '[tool.worker-lint]\nmode = "debug"\n',
        lambda path: later(path.with_name("worker-lint.toml"), "confidence = 40\n"),
    ),
    "settings of a folder stop at a repository": (
        "worker-lint.toml", 'mode = "debug"\n', lambda path: later(path.parent / "sub" / ".git", "gitdir: nowhere\n"),
    ),
    "what is ignored by git": (".gitignore", "sub/new.py\n", lambda path: later(path, "nothing\n")),
    "what is ignored in this clone": (
        "sub/new.py", LOADER.format(-2), lambda path: later(path.parents[1] / ".git" / "info" / "exclude", "new.py\n"),
    ),
    "what is ignored by the user": (
        "sub/new.py", LOADER.format(-2), lambda path: later(path.parents[2] / ".config" / "git" / "ignore", "new.py\n"),
    ),
    "what is ignored by the configuration": ("new.py", LOADER.format(-2), lambda path: _ignored_for_all(path.parent)),
}  # fmt: skip


@pytest.mark.parametrize(("name", "text", "change"), SETTLED.values(), ids=SETTLED)
def test_a_change_of_what_was_there_is_seen(checkout, check, recalled, name, text, change):
    later(checkout / "sub" / "new.py", LOADER.format(-9))
    later(checkout / name, text)
    time.sleep(0.02)
    before = check()
    assert check() == before
    change(checkout / name)
    after = check()
    assert recalled == [False, True, False]
    assert after[1] != before[1]
    assert after == check("--no-cache")


def test_a_link_is_followed_to_where_it_leads(checkout, check, recalled):
    _link(checkout, _outside(checkout, -7))
    time.sleep(0.02)
    before = check()
    assert check() == before
    _outside(checkout, -8)
    changed = check()
    assert "-8" in json.dumps(changed[1])
    assert check() == changed == check("--no-cache")
    (checkout.parent / "other").mkdir()
    later(checkout.parent / "other" / "counts.json", OLD)
    _link(checkout, checkout.parent / "other" / "counts.json")
    assert check() == check("--no-cache") != changed
    assert recalled == [False, True, False, True, False]


def test_the_python_that_the_project_asks_for_counts(checkout, check, recalled):
    later(checkout / "worker-lint.toml", 'extend-select = ["WL"]\n')
    later(
        checkout / "plain_1.py",
        "import os\nfrom torch.utils.data import DataLoader\nDataLoader(d, num_workers=os.process_cpu_count())\n",
    )
    later(checkout / "pyproject.toml", '[project]\nrequires-python = ">=3.13"\n')
    time.sleep(0.02)
    before = check()
    assert check() == before
    later(checkout / "pyproject.toml", '[project]\nrequires-python = ">=3.9"\n')
    assert check() == check("--no-cache")
    assert recalled == [False, True, False]


@pytest.fixture
def said(capsys):
    """Check by whatever machine is named, and return all that is said."""

    def run(*arguments):
        capsys.readouterr()
        return main(["check", "--output-format=json", *arguments]), capsys.readouterr()

    return run


def test_the_content_of_profiles_and_baselines_counts(checkout, said, recalled):
    machine = checkout / "machine.json"
    machine.write_bytes(PROFILE.read_bytes())
    assert main(["--profile=none", "--write-baseline=known.json", "--no-cache", "--quiet"]) == 0
    later(checkout / "worker-lint.toml", 'baseline = "known.json"\nmode = "high-performance"\n')
    time.sleep(0.02)
    arguments = ("--profile=machine.json",)
    before = said(*arguments)
    assert said(*arguments) == before
    document = json.loads(machine.read_bytes())
    document["cpu"]["usable"] = 2
    later(machine, json.dumps(document))
    less = said(*arguments)
    assert said(*arguments) == less == said(*arguments, "--no-cache") != before
    known = json.loads((checkout / "known.json").read_text("utf-8"))
    known["findings"].pop()
    later(checkout / "known.json", json.dumps(known))
    assert said(*arguments) == said(*arguments, "--no-cache") != less
    assert recalled == [False, True, False, True, False]


def test_a_file_that_only_the_baseline_speaks_of_counts(checkout, check, recalled):
    gone = checkout / "gone.py"
    later(gone, LOADER.format(-3))
    assert main(["--profile=none", "--write-baseline=known.json", "--no-cache", "--quiet"]) == 0
    later(checkout / ".gitignore", "gone.py\n")
    time.sleep(0.02)
    before = check("--baseline=known.json")
    assert check("--baseline=known.json") == before
    gone.unlink()
    after = check("--baseline=known.json")
    assert after == check("--baseline=known.json", "--no-cache")
    assert "gone.py" in after[2]
    assert recalled == [False, True, False]


def test_the_running_machine_counts(checkout, said, recalled):
    before = said("--mode=production")
    assert said("--mode=production") == before
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (24, hard))
    try:
        after = said("--mode=production")
        assert after == said("--mode=production", "--no-cache") != before
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert recalled == [False, True, False]


def test_the_circumstances_count(checkout, check, recalled, monkeypatch):
    check()
    monkeypatch.setenv("NO_COLOR", "1")
    check()
    check("--select=WL2")
    monkeypatch.setattr(surroundings, "__version__", "99.0")
    check()
    monkeypatch.chdir(checkout / "sub")
    check("..")
    assert recalled == [False] * 5
    monkeypatch.setenv("SHLVL", "7")  # a shell within a shell sees the same
    check("..")
    assert recalled[5:] == [True]


def test_a_part_of_a_checkout_is_known_beside_the_rest(checkout, check, recalled):
    later(checkout / "sub" / "conf" / "data.yaml", "loader_num_workers: 4\nnum_workers: 4\n")
    later(checkout / "sub" / "code" / "more.py", 'config.get("num_workers", 2)\n')
    for number in range(FILES):
        (checkout / "sub" / "code" / f"plain_{number}.py").write_text("print()\n", encoding="utf-8")
    time.sleep(0.02)
    arguments = ("--select=WL204", "sub/conf", "sub/code")
    before = check(*arguments)
    assert [each["code"] for each in before[1]["findings"]] == ["WL204"]
    assert check(*arguments) == before
    later(checkout / "sub" / "more.yaml", "num_workers: 2\n")
    assert check(*arguments) == check(*arguments, "--no-cache")
    assert recalled == [False, True, False]


def test_several_folders_are_known(checkout, check, recalled):
    (checkout / "other").mkdir()
    for number in range(FILES):
        (checkout / "other" / f"plain_{number}.py").write_text("print()\n", encoding="utf-8")
    time.sleep(0.02)
    before = check("sub", "other")
    assert check("sub", "other") == before
    later(checkout / "other" / "train.py", LOADER.format(-1))
    assert check("sub", "other") == check("sub", "other", "--no-cache") != before
    assert recalled == [False, True, False]


def test_what_changed_only_just_now_is_not_relied_on(checkout, check, recalled, monkeypatch):
    monkeypatch.setattr(settled, "_PATIENCE", 3600 * 10**9)
    check()
    check()
    assert recalled == [False, False]


def test_what_changes_in_the_tick_in_which_it_is_read_is_seen(checkout, check, recalled):
    """The clock of the file system may stand still between two changes; here it is set back."""
    later(checkout / "train.py", LOADER.format(-8))
    ahead = time.time_ns() + 3600 * 10**9
    os.utime(checkout / "train.py", ns=(ahead, ahead))
    check()
    check()
    assert recalled == [False, False]


@pytest.mark.parametrize(
    ("arguments", "looked"),
    [
        (["--fix", "--mode=debug"], False),
        (["--diff"], False),
        (["--add-ignore"], False),
        (["--no-cache"], False),
        (["--output-file=report.json"], True),
        (["--output=text=-", "--output=json=report.json"], True),
        (["--output=json=report=-"], True),
        (["--write-baseline=known.json"], True),
    ],
)
def test_what_does_more_than_it_says_does_it_each_time(checkout, recalled, arguments, looked):
    arguments = ["--profile=none", *arguments]
    for _ in range(2):
        main(arguments)
        (checkout / "report.json").unlink(missing_ok=True)
        time.sleep(0.02)
    assert recalled == [False, False][: 2 * looked]


def test_a_profile_that_comes_through_a_pipe_is_read_anew(checkout, recalled, capsys):
    document = json.loads(PROFILE.read_bytes())
    pipe = checkout.parent / "machine.json"
    os.mkfifo(pipe)
    said = []
    for cpus in (4, 2):
        document["cpu"]["usable"] = cpus
        writer = threading.Thread(target=pipe.write_text, args=(json.dumps(document),))
        writer.start()
        capsys.readouterr()
        main(["--mode=production", f"--profile={pipe}"])
        said.append(capsys.readouterr())
        writer.join()
    assert said[0] != said[1]
    assert recalled == [False, False]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only there does it lead to a file that has no name")
def test_a_profile_without_a_name_is_read_anew(checkout, tmp_path):
    document = json.loads(PROFILE.read_bytes())
    said = []
    for cpus in (4, 2):
        document["cpu"]["usable"] = cpus
        with tempfile.TemporaryFile(dir=tmp_path) as file:
            file.write(json.dumps(document).encode())
            file.seek(0)
            time.sleep(0.02)
            arguments = [sys.executable, "-c", _AT_ONCE, "--mode=production", "--profile=/dev/stdin"]
            environ = {**os.environ, "PYTHONPATH": os.fspath(SOURCE)}
            said.append(subprocess.run(arguments, stdin=file, env=environ, capture_output=True, check=False).stdout)
    assert said[0] != said[1]
    assert not [*(checkout / CACHE_FOLDER).glob("*.answer")]


def test_an_answer_under_the_name_of_another_is_none(checkout, said, recalled):
    said("--profile=none", "--select=WL1")
    before = said("--profile=none")
    first, second = (checkout / CACHE_FOLDER).glob("*.answer")
    texts = [first.read_bytes(), second.read_bytes()]
    first.write_bytes(texts[1])
    second.write_bytes(texts[0])
    assert said("--profile=none") == before
    assert recalled == [False, False, False]


def test_a_nearer_cache_that_is_no_longer_in_use_hides_no_answer(checkout, check, recalled, monkeypatch):
    for number in range(FILES):
        (checkout / "sub" / f"plain_{number}.py").write_text("print()\n", encoding="utf-8")
    monkeypatch.chdir(checkout / "sub")
    time.sleep(0.02)
    check()
    check()
    later(checkout / "worker-lint.toml", 'mode = "debug"\n')
    time.sleep(0.02)
    check()
    assert check() == check("--no-cache")
    assert recalled == [False, True, False, True]
    assert not [*(checkout / "sub" / CACHE_FOLDER).glob("*.answer")]


def test_a_tag_that_is_another_makes_no_cache(checkout, check, recalled):
    check()
    (checkout / CACHE_FOLDER / CACHE_TAG).write_text("Signature: another\n", encoding="utf-8")
    check()
    assert recalled == [False, False]


def test_others_may_not_read_what_shows_a_file_that_they_may_not_read(checkout, check):
    check()
    (public,) = (checkout / CACHE_FOLDER).glob("*.answer")
    assert public.stat().st_mode & 0o044
    public.unlink()
    (checkout / "config.json").chmod(0o600)
    time.sleep(0.02)
    check()
    (private,) = (checkout / CACHE_FOLDER).glob("*.answer")
    assert private.stat().st_mode & 0o777 == 0o600


def test_what_git_tells_its_hooks_of_a_commit_does_not_count(checkout, check, recalled, monkeypatch):
    for second in "12":
        monkeypatch.setenv("GIT_AUTHOR_DATE", f"@{second} +0000")
        monkeypatch.setenv("GIT_INDEX_FILE", f".git/next-index-{second}.lock")
        check()
    assert recalled == [False, True]


_GIT = """\
#!/bin/sh
case "$*" in
*" grep "*) [ -e {flag} ] && mv sub ../away; {git} "$@"; status=$?; [ -e {flag} ] && mv ../away sub; exit $status;;
*ls-files*) [ -e {flag} ] && sleep 0.3;;
esac
exec {git} "$@"
"""


@pytest.mark.slow
def test_a_folder_that_is_away_while_git_searches_is_looked_at_again(checkout, check, recalled, monkeypatch, tmp_path):
    flag = tmp_path / "flag"
    program = tmp_path / "bin" / "git"
    later(program, _GIT.format(flag=flag, git=shutil.which("git")))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    time.sleep(0.02)
    flag.touch()
    check()  # may have missed what was away
    flag.unlink()
    assert check() == check("--no-cache")
    assert recalled == [False, False]


@pytest.mark.slow
@pytest.mark.parametrize("is_worktree", [False, True])
def test_what_is_added_to_the_index_while_git_searches_is_searched_as_well(
    checkout, check, recalled, monkeypatch, tmp_path, is_worktree
):
    later(checkout / "late.py", LOADER.format(-9))
    if is_worktree:  # where the index lies elsewhere
        (checkout / ".git").rename(tmp_path / "elsewhere")
        later(checkout / ".git", f"gitdir: {tmp_path / 'elsewhere'}\n")
        git(checkout, "config", "core.worktree", os.fspath(checkout))
    flag = tmp_path / "flag"
    program = tmp_path / "bin" / "git"
    real = shutil.which("git")
    later(
        program,
        f'#!/bin/sh\ncase "$*" in *ls-files*) [ -e {flag} ] && sleep 0.3 && {real} add late.py;; esac\nexec {real} "$@"\n',
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    time.sleep(0.02)
    flag.touch()
    found = check("--isolated")
    flag.unlink()
    assert found == check("--isolated", "--no-cache")
    assert check("--isolated") == found
    assert "late.py" in json.dumps(found[1]["findings"])


def test_the_folders_from_a_place_to_the_top_of_its_checkout_are_known(checkout, check):
    """They may be away as well; that git meets that moment cannot be arranged."""
    for number in range(FILES):
        (checkout / "sub" / "code" / f"plain_{number}.py").parent.mkdir(exist_ok=True)
        (checkout / "sub" / "code" / f"plain_{number}.py").write_text("print()\n", encoding="utf-8")
    time.sleep(0.02)
    check("sub/code", "--isolated")
    (file,) = (checkout / CACHE_FOLDER).glob("*.answer")
    _, grounds = read(os.fspath(file.parent), file.name)
    assert {os.fspath(each) for each in (checkout, checkout / "sub", checkout / "sub" / "code")} < {*grounds.states}


def test_what_changed_after_git_began_to_search_is_not_relied_on(checkout, check, recalled, monkeypatch):
    begun = []
    before = PastRun.answer

    def slowly(self):
        begun.append(self.begun)
        time.sleep(0.02)
        (checkout / "train.py").touch()  # as if it were changed behind git's back
        return before(self)

    monkeypatch.setattr(PastRun, "answer", slowly)
    check()
    check()
    assert recalled == [False, False]


def test_a_link_is_followed_by_way_of_others(checkout, check, recalled):
    for number in (1, 2):
        later(checkout.parent / f"folder_{number}" / "counts.json", OLD.replace("1", str(number)))
    via = checkout.parent / "via"
    via.symlink_to(checkout.parent / "folder_1")
    _link(checkout, via / "counts.json")
    time.sleep(0.02)
    before = check()
    assert check() == before
    via.unlink()
    via.symlink_to(checkout.parent / "folder_2")
    assert check() == check("--no-cache") != before
    assert recalled == [False, True, False]


def test_a_checkout_within_is_looked_at_anew(checkout, check, recalled):
    _new_checkout(checkout)
    time.sleep(0.02)
    before = check()
    later(checkout / "stray" / "train.py", LOADER.format(-9))
    time.sleep(0.02)
    assert check() == check("--no-cache") != before
    assert recalled == [False, False]


def test_a_folder_beside_that_git_does_not_know_is_looked_at_anew(checkout, check, recalled):
    beside = checkout.parent / "beside"
    later(beside / "train.py", LOADER.format(-9))
    time.sleep(0.02)
    before = check(".", "../beside")
    later(beside / "more.py", LOADER.format(-9))
    time.sleep(0.02)
    assert check(".", "../beside") == check(".", "../beside", "--no-cache") != before
    assert recalled == [False, False]


def test_many_folders_are_looked_at_anew(checkout, check, recalled):
    names = [f"folder_{number}" for number in range(9)]
    for name in names:
        (checkout / name).mkdir()
        for number in range(15):
            (checkout / name / f"plain_{number}.py").write_text("print()\n", encoding="utf-8")
    time.sleep(0.02)
    for many in (names, names[:8]):
        assert check(*many) == check(*many)
    assert recalled == [False, False, False, True]


@pytest.mark.slow
@pytest.mark.parametrize("color", [True, False])
def test_a_terminal_gets_its_own_answer(checkout, color):
    environ = {**os.environ, "PYTHONPATH": os.fspath(SOURCE), "TERM": "xterm"} | ({} if color else {"NO_COLOR": "1"})
    command = [sys.executable, "-c", _AT_ONCE, "--profile=none", "--exit-zero"]

    def shown():
        own, theirs = os.openpty()
        with subprocess.Popen(command, env=environ, stdout=theirs, stderr=subprocess.DEVNULL) as process:
            os.close(theirs)
            parts = []
            try:
                while part := os.read(own, 1 << 16):
                    parts.append(part)
            except OSError:  # Linux says so where nobody has the other end any more
                pass
            process.wait()
        os.close(own)
        return b"".join(parts)

    subprocess.run(command, env=environ, capture_output=True, check=True)
    assert (b"\x1b[" in shown()) is color
    assert (b"\x1b[" in shown()) is color
    assert b"\x1b[" not in subprocess.run(command, env=environ, capture_output=True, check=True).stdout


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may do without")
@pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv is missing")
def test_the_rights_of_the_user_count(checkout):
    (checkout / "plain_3.py").chmod(0)
    os.chown(checkout / "plain_3.py", 12345, 12345)
    time.sleep(0.02)
    environ = {**os.environ, "PYTHONPATH": os.fspath(SOURCE)}
    command = [sys.executable, "-c", _AT_ONCE, "--profile=none"]
    assert subprocess.run(command, env=environ, capture_output=True, check=False).returncode == 1
    less = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", *command]
    assert subprocess.run(less, env=environ, capture_output=True, check=False).returncode == 2


@pytest.mark.slow
def test_another_text_mode_is_another_question(checkout):
    later(checkout / "caf\N{LATIN SMALL LETTER E WITH ACUTE}.py", LOADER.format(-7))
    time.sleep(0.02)
    environ = {**os.environ, "PYTHONPATH": os.fspath(SOURCE), "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}
    for utf8 in ("1", "0", "1"):
        command = [sys.executable, "-X", f"utf8={utf8}", "-c", _AT_ONCE, "--profile=none"]
        cached = subprocess.run(command, env=environ, capture_output=True, check=False)
        fresh = subprocess.run([*command, "--no-cache"], env=environ, capture_output=True, check=False)
        assert (cached.returncode, cached.stdout, cached.stderr) == (fresh.returncode, fresh.stdout, fresh.stderr)
        assert cached.returncode == 1


_AT_ONCE = """
import sys
from worker_lint import settled
settled._PATIENCE = 0
from worker_lint.cli import main
sys.exit(main(sys.argv[1:]))
"""


def test_errors_are_told_anew(checkout, check, recalled):
    later(checkout / "broken.json", '{"num_workers": 4,\n')
    time.sleep(0.02)
    assert check()[0] == 2
    assert check()[0] == 2
    assert recalled == [False, False]


def test_what_git_does_not_list_is_looked_for_anew(checkout, check, recalled):
    shutil.rmtree(checkout / ".git")
    time.sleep(0.02)
    assert check() == check()
    assert recalled == [False, False]


def test_few_files_are_looked_at_anew(checkout, check, recalled):
    assert check("sub") == check("sub")
    assert recalled == [False, False]
    assert not (checkout / CACHE_FOLDER).exists()


def test_a_cache_that_the_settings_name_has_no_answers(checkout, check, recalled):
    later(checkout / "worker-lint.toml", 'cache-dir = "named"\n')
    time.sleep(0.02)
    assert check() == check()
    assert recalled == [False, False]
    assert [*(checkout / "named").glob("*.json")]
    assert not [*(checkout / "named").glob("*.answer")]


@pytest.mark.parametrize("by", ["option", "two words", "variable", "config"])
def test_a_cache_that_is_named_has_answers(checkout, check, recalled, monkeypatch, tmp_path, by):
    named = tmp_path / "elsewhere" / CACHE_FOLDER
    arguments = {
        "option": [f"--cache-dir={named}"], "two words": ["--cache-dir", str(named)], "variable": [],
        "config": ["--config", str(named.with_name("worker-lint.toml"))],
    }[by]  # fmt: skip
    later(named.with_name("worker-lint.toml"), 'mode = "debug"\n')
    if by == "variable":
        monkeypatch.setenv("WORKER_LINT_CACHE_DIR", str(named))
    time.sleep(0.02)
    assert check(*arguments) == check(*arguments)
    assert recalled == [False, True]
    assert len([*named.glob("*.answer")]) == 1
    assert not (checkout / CACHE_FOLDER).exists()


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: b"\n",
        lambda data: data[: len(data) // 2],
        lambda data: data.replace(b"-4", b"-5"),
        lambda data: b"\xff" + data,
        lambda data: data.partition(b"\n")[0] + b"\n",
    ],
)
def test_a_broken_answer_is_no_answer(checkout, check, recalled, damage):
    before = check()
    (file,) = (checkout / CACHE_FOLDER).glob("*.answer")
    whole = file.read_bytes()
    file.write_bytes(damage(whole))
    assert check() == before
    assert recalled == [False, False]
    assert file.read_bytes() == whole


@pytest.mark.parametrize("config", [".", "/", "", "sub", "nothing.toml"])
def test_a_settings_file_that_is_none_is_bad_usage(checkout, capsys, config):
    assert main([f"--config={config}", "."]) == 2
    assert capsys.readouterr().err.startswith(f"error: --config {config or '.'}: no such file; ")


def test_a_folder_that_is_no_cache_has_no_answers(checkout, check, recalled):
    check()
    (checkout / CACHE_FOLDER / CACHE_TAG).unlink()
    check()
    assert recalled == [False, False]


def test_a_file_whose_name_no_text_has_is_known(checkout, check, recalled):
    name = os.fsencode(checkout) + b"/\xff\nname.py"
    Path(os.fsdecode(name)).write_text(LOADER.format(-6), encoding="utf-8")
    time.sleep(0.02)
    before = check()
    assert check() == before
    Path(os.fsdecode(name)).unlink()
    assert check() != before
    assert recalled == [False, True, False]


def test_the_oldest_answers_are_dropped(checkout, check):
    for number in range(past_run._MOST + 2):
        check(f"--select=WL{number}")
        time.sleep(0.01)
    assert len([*(checkout / CACHE_FOLDER).glob("*.answer")]) == past_run._MOST


def test_clean_removes_answers(checkout, check):
    check()
    assert main(["clean"]) == 0
    assert not (checkout / CACHE_FOLDER).exists()


def test_without_git_it_is_not_known(checkout, check, recalled, monkeypatch, tmp_path):
    check()
    monkeypatch.setattr(os, "posix_spawnp", lambda *_, **__: (_ for _ in ()).throw(FileNotFoundError("git")))
    check()
    assert recalled == [False, False]


def _process(*arguments, environ=None):
    done = subprocess.run(
        [sys.executable, *arguments], env={**os.environ, **(environ or {})}, capture_output=True, check=False
    )
    return done.returncode, done.stdout, done.stderr


_PLAIN = ("-m", "worker_lint", "check", "--profile=none", ".")
_OBSERVED = """
import json, os, sys
from worker_lint import settled
settled._PATIENCE = 0
from worker_lint.cli import main
status = main(["check", "--profile=none", "."])
sys.stdout.flush()
sys.stderr.write(json.dumps([name for name in sys.modules]))
"""


def test_an_answer_is_given_without_settings_or_rules(checkout):
    first = _process("-c", _OBSERVED)
    again = _process("-c", _OBSERVED)
    assert again[:2] == first[:2]
    assert "worker_lint.settings" in json.loads(first[2])
    modules = json.loads(again[2])
    assert {"re", "subprocess", "json", "pathlib", "typing"} & {*modules} <= {"re", "json", "typing"}
    assert sorted(name for name in modules if name.startswith("worker_lint.")) == [
        "worker_lint.bystanders", "worker_lint.cli", "worker_lint.commands", "worker_lint.digest",
        "worker_lint.errors", "worker_lint.folder_arguments", "worker_lint.git", "worker_lint.git_process",
        "worker_lint.languages", "worker_lint.recall", "worker_lint.recall.answer", "worker_lint.recall.cache_places",
        "worker_lint.recall.past_run", "worker_lint.recall.states", "worker_lint.settings_place",
        "worker_lint.settled", "worker_lint.stems", "worker_lint.surroundings",
    ]  # fmt: skip


_WATCHED = """
import json, os, sys
import pathlib, json.decoder, subprocess, shutil
seen = set()
def note(path):
    if isinstance(path, int):
        return
    seen.add(os.path.abspath(os.fsdecode(path)))
def watch(event, arguments):
    if event == "open" or event == "os.scandir" or event == "os.listdir":
        note(arguments[0] if arguments[0] is not None else ".")
for name in ("stat", "lstat", "access", "readlink"):
    def watched(path, *more, real=getattr(os, name), **named):
        note(path)
        return real(path, *more, **named)
    setattr(os, name, watched)
from worker_lint import settled
settled._PATIENCE = 0
from worker_lint.recall.witness import Witness
known = set()
grounds = Witness.grounds
def granted(self, *rest):
    found = grounds(self, *rest)
    known.update(map(os.path.abspath, found.states))
    known.update(os.path.abspath(each.folder) for each in found.listings)
    return found
Witness.grounds = granted
from worker_lint.cli import main
sys.addaudithook(watch)
seen.clear()
main(sys.argv[1:])
known, seen = set(known), set(seen)
sys.stdout = open(os.devnull, "w")
sys.stderr.write("\\n" + json.dumps([sorted(known), sorted(seen)]))
"""


def test_all_that_a_run_looks_at_is_known(checkout, tmp_path):
    """Whatever it opens, lists or asks for, but for its own and the interpreter's, the cache and the kernel's."""
    (checkout / "machine.json").write_bytes(PROFILE.read_bytes())
    (checkout / "pyproject.toml").write_text('[project]\nrequires-python = ">=3.10"\n', encoding="utf-8")
    assert main(["--profile=none", "--write-baseline=known.json", "--no-cache", "--quiet"]) == 0
    (checkout / "sub" / "gone.py").unlink(missing_ok=True)
    _link(checkout, _outside(checkout, -7))
    (checkout / "sub" / "train").write_text("#!/usr/bin/env python\nDataLoader(d, num_workers=-9)\n", encoding="utf-8")
    settings_text = (
        'mode = "debug"\nbaseline = "known.json"\nprofile = ["machine.json", "live"]\n'
        '[[suppressions]]\npath = "config.json"\nrules = ["WL", "WL101"]\nreason = "a test"\n'
    )
    later(checkout / "worker-lint.toml", settings_text)
    time.sleep(0.02)
    done = subprocess.run(
        [sys.executable, "-c", _WATCHED, "check", ".", "--select=WL", "--jobs=1"],
        env={**os.environ, "PYTHONPATH": os.fspath(SOURCE)}, capture_output=True, encoding="utf-8", check=True,
    )  # fmt: skip
    known, seen = json.loads(done.stderr.splitlines()[-1])
    inside = [Path(each) for each in seen if Path(each).is_relative_to(tmp_path)]
    assert len(inside) > FILES
    # Where the checkout begins is looked at each time, and whether its index is the same at the end of a search.
    folders = {checkout, checkout / ".git", checkout / ".git" / "index", *checkout.parents}
    unknown = {
        each for each in inside
        if os.fspath(each) not in known
        and each not in folders
        and CACHE_FOLDER not in each.parts
    }  # fmt: skip
    assert unknown == set()


_STEPS = {**CHANGES, "touched": lambda folder: (folder / "plain_1.py").touch()}


@pytest.mark.slow
@settings(
    max_examples=12, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(st.data())
def test_whatever_changes_what_is_said_is_what_a_fresh_run_says(checkout, check, data):
    """A sequence of changes, each of which may undo or hide another."""
    saved = checkout.parent / "saved"
    shutil.rmtree(saved, ignore_errors=True)
    shutil.copytree(checkout, saved, symlinks=True)
    try:
        for _ in range(data.draw(st.integers(1, 6), "number")):
            name = data.draw(st.sampled_from(sorted(_STEPS)), "change")
            try:
                _STEPS[name](checkout)
            except (OSError, subprocess.CalledProcessError):
                continue  # it has been made already, or cannot be made beside another
            time.sleep(0.01)
            assert check() == check("--no-cache")
            assert check() == check("--no-cache")
    finally:
        for entry in checkout.iterdir():
            shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
        shutil.copytree(saved, checkout, symlinks=True, dirs_exist_ok=True)
        shutil.rmtree(checkout.parent / "moved", ignore_errors=True)
