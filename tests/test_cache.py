"""What is kept from run to run: never a verdict that would be another one today."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from worker_lint import cache, cache_folder, settled, surroundings
from worker_lint.cli import main
from worker_lint.file_report import FileReport
from worker_lint.policies import Policies
from worker_lint.settings import SettingsResolver
from worker_lint.settings_place import CACHE_FOLDER, CACHE_VARIABLE

PROFILE = Path(__file__).parents[1] / "examples" / "profiles" / "g4dn-xlarge.json"
FILES = 130
LOADER = "from torch.utils.data import DataLoader\nloader = DataLoader(data, num_workers={})\n"


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A tree that is large enough for the cache, and the current folder; no time passes before it is relied on."""
    folder = tmp_path / "tree"
    folder.mkdir()
    for number in range(FILES):
        (folder / f"plain_{number}.py").write_text(f"print({number})\n", encoding="utf-8")
    (folder / "train.py").write_text(LOADER.format(8), encoding="utf-8")
    (folder / "config.json").write_text('{"dataloader_num_workers": -1}\n', encoding="utf-8")
    (folder / "plain_1.py").write_text("# worker-lint: ignore-file[WL201] it is only a try\n", encoding="utf-8")
    monkeypatch.chdir(folder)
    monkeypatch.delenv(CACHE_VARIABLE, raising=False)
    monkeypatch.setattr(settled, "_PATIENCE", 0)
    for name in ("CI", "GITHUB_ACTIONS", "GITLAB_CI", "BUILDKITE", "JENKINS_URL", "TF_BUILD"):
        monkeypatch.delenv(name, raising=False)
    time.sleep(0.05)
    return folder


@pytest.fixture
def check(capsys):
    """Check the current folder; what the report says, with its errors, and what was said besides."""

    def run(*arguments):
        capsys.readouterr()
        status = main(["check", "--output-format=json", *arguments])
        said = capsys.readouterr()
        document = json.loads(said.out) if said.out else None
        return status, document, said.err

    return run


@pytest.fixture
def fresh(check):
    """The same without the cache; each pair is then the verdict of a warm run and the true one."""

    def run(*arguments):
        return check("--no-cache", *arguments)

    return run


def opened_files(monkeypatch):
    """Return a list that grows by each file that is read."""
    names = []
    for module in ("worker_lint.sweep", "worker_lint.check", "worker_lint.record"):
        import importlib

        real = importlib.import_module(module)
        before = real.read

        def reading(path, before=before):
            names.append(path.name)
            return before(path)

        monkeypatch.setattr(real, "read", reading)
    return names


def test_a_second_run_reads_only_what_it_has_to_show(tree, check, fresh, monkeypatch):
    arguments = ("--profile=none", "--jobs=1")
    first = check(*arguments)
    names = opened_files(monkeypatch)
    assert check(*arguments) == first
    assert set(names) == {"config.json", "plain_1.py"}  # what is found in them is shown with its place
    assert fresh(*arguments) == first
    assert first[1]["findings"]


def test_what_was_read_in_the_tick_it_changed_in_is_read_again(tree, check, monkeypatch):
    monkeypatch.setattr(settled, "_PATIENCE", 3600 * 10**9)
    first = check("--profile=none", "--jobs=1")
    names = opened_files(monkeypatch)
    assert check("--profile=none", "--jobs=1") == first
    assert len(set(names)) == FILES + 2


def _later(path, text):
    time.sleep(0.02)
    path.write_text(text, encoding="utf-8")


def _same_times(path, text):
    """As what unpacks archives or synchronises folders does: the size and the time of the old content."""
    before = path.stat()
    _later(path, text)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size


def _settings(text):
    return lambda tree: _later(tree / "worker-lint.toml", text)


def _write_baseline(tree):
    assert main(["--profile=none", "--write-baseline=known.json", "--no-cache", "--quiet"]) == 0
    _later(tree / "worker-lint.toml", 'baseline = "known.json"\n')


@pytest.mark.parametrize(
    "change",
    [
        lambda tree: _later(tree / "train.py", LOADER.format(-8)),
        lambda tree: _same_times(tree / "config.json", '{"dataloader_num_workers": -2}\n'),
        lambda tree: _same_times(tree / "train.py", LOADER.format(-1).replace("data,", "dat,")),
        lambda tree: _later(tree / "plain_7.py", LOADER.format(-3)),
        lambda tree: (tree / "config.json").rename(tree / "other.json"),
        lambda tree: (tree / "config.json").unlink(),
        lambda tree: (tree / "new.py").write_text(LOADER.format(-1), encoding="utf-8"),
        lambda tree: shutil.copy2(tree / "config.json", tree / "plain_3.json"),
        lambda tree: (tree / "train.py").replace(tree / "plain_9.py"),
        _settings('mode = "debug"\n'),
        _settings('ignore = ["WL1"]\n'),
        _settings('select = ["WL9"]\n'),
        _settings('extend-select = ["WL"]\n'),
        _settings('severity = {WL1 = "info"}\n'),
        _settings('not-names = ["dataloader_num_workers"]\n'),
        _settings('exclude = ["config.json"]\n'),
        _settings('[per-file-ignores]\n"config.json" = ["WL1"]\n'),
        _settings('[[suppressions]]\npath = "config.json"\nrules = ["WL"]\nreason = "a test"\n'),
        _settings('[[overrides]]\npaths = ["config.json"]\nignore = ["WL"]\n'),
        _write_baseline,
    ],
    ids=[
        "content", "content with the old times", "code with the old times", "a file without words gets some",
        "renamed", "deleted", "new", "copied with its times", "replaced by another",
        "mode", "ignore", "select", "extend-select", "severity", "not-names", "exclude",
        "per-file-ignores", "suppressions", "overrides", "baseline",
    ],
)  # fmt: skip
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_what_changes_is_judged_anew(tree, check, fresh, change, jobs):
    before = check("--profile=none", f"--jobs={jobs}")
    change(tree)
    after = check("--profile=none", f"--jobs={jobs}")
    assert after[:2] != before[:2]
    assert after == fresh("--profile=none", "--jobs=1")
    assert check("--profile=none", f"--jobs={jobs}") == after


def test_settings_that_change_the_verdict_do_so_on_the_command_line(tree, check, fresh):
    check("--profile=none")
    for arguments in (["--mode=debug"], ["--select=WL201", "--mode=debug"], ["--ignore=WL1"], ["--extend-select=WL"]):
        assert check("--profile=none", *arguments) == fresh("--profile=none", *arguments)


def test_names_of_ones_own_are_looked_for_in_what_had_no_word(tree, check, fresh):
    _later(tree / "plain_5.py", "feeders = -4\n")
    _later(tree / "plain_6.json", '{"feeders": -4}\n')
    before = check("--profile=none")
    _later(tree / "worker-lint.toml", 'names = ["feeders"]\n')
    after = check("--profile=none")
    assert after == fresh("--profile=none")
    assert len(after[1]["findings"]) > len(before[1]["findings"])


def test_the_content_of_a_profile_counts_and_not_its_name(tree, check, fresh):
    machine = tree / "machine.json"
    machine.write_bytes(PROFILE.read_bytes())
    arguments = ("--profile=machine.json", "--mode=high-performance")
    before = check(*arguments)
    document = json.loads(machine.read_bytes())
    document["cpu"]["usable"] = 2
    time.sleep(0.02)
    machine.write_text(json.dumps(document), encoding="utf-8")
    after = check(*arguments)
    assert after == fresh(*arguments)
    assert after != before


def test_the_environment_of_a_ci_service_counts(tree, check, fresh, monkeypatch):
    _later(tree / "train.py", LOADER.format(9000))
    before = check()
    monkeypatch.setenv("CI", "true")
    after = check()
    assert after == fresh()
    assert "a CI runner" in after[2]
    assert after[1] != before[1]


def test_the_content_of_a_baseline_counts(tree, check, fresh):
    _write_baseline(tree)
    assert check("--profile=none")[0] == 0
    known = json.loads((tree / "known.json").read_text("utf-8"))
    known["findings"].pop()
    _later(tree / "known.json", json.dumps(known))
    assert check("--profile=none") == fresh("--profile=none")


def test_another_worker_lint_starts_afresh(tree, check, monkeypatch):
    check("--profile=none")
    monkeypatch.setattr(surroundings, "__version__", "99.0")
    names = opened_files(monkeypatch)
    check("--profile=none", "--jobs=1")
    assert len(set(names)) == FILES + 2


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_no_longer_be_read_is_an_error(tree, check):
    check("--profile=none")
    (tree / "plain_2.py").chmod(0)
    status, document, _ = check("--profile=none")
    assert status == 2
    assert document["errors"]


def test_what_looks_across_files_sees_those_that_are_known(tree, check, fresh):
    (tree / "conf").mkdir()
    _later(tree / "conf" / "data.yaml", "loader_num_workers: 4\nnum_workers: 4\n")
    _later(tree / "plain_4.py", 'config.get("num_workers", 4)\n')
    check("--profile=none", "--select=WL204")
    _later(tree / "plain_4.py", 'config.get("num_workers", 2)\n')
    (tree / "config.json").unlink()
    after = check("--profile=none", "--select=WL204")
    assert after == fresh("--profile=none", "--select=WL204")
    assert [each["code"] for each in after[1]["findings"]] == ["WL204"]
    assert check("--profile=none", "--select=WL204") == after


def test_fixes_are_made_after_a_run_that_made_none(tree, check):
    (tree / "config.json").unlink()
    (tree / "plain_1.py").unlink()
    check("--profile=none", "--mode=debug")
    status, document, _ = check("--profile=none", "--mode=debug", "--fix")
    assert (status, document["summary"]["fixed"]) == (0, 1)
    assert "num_workers=0" in (tree / "train.py").read_text("utf-8")
    assert check("--profile=none", "--mode=debug")[1]["findings"] == []


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[: len(data) // 2],
        lambda data: data.replace(b"plain_1", b"plain_X"),
        lambda data: b"\xff\xfe" + data,
        lambda data: _sealed(b'{"keys": [], "files": {"train.py": [1, 2, 3, 4]}}'),
        lambda data: _sealed(b"[]"),
        lambda data: _sealed(b'{"keys": 3}'),
        lambda data: _sealed(b"[" * 100_000),
    ],
    ids=["empty", "cut", "changed", "binary", "wrong rows", "a list", "no keys", "too deep"],
)
def test_a_broken_index_is_written_anew(tree, check, damage):
    first = check("--profile=none")
    (index,) = (tree / CACHE_FOLDER).glob("*.json")
    good = index.read_bytes()
    index.write_bytes(damage(good))
    assert check("--profile=none") == first
    assert len(index.read_bytes()) == len(good)


def _sealed(text):
    from worker_lint.digest import digest_of

    return digest_of(text).encode() + b"\n" + text


def test_records_that_are_none_are_judged_anew(tree, check):
    first = check("--profile=none")
    (index,) = (tree / CACHE_FOLDER).glob("*.json")
    document = json.loads(index.read_bytes().partition(b"\n")[2])
    for row in document["files"].values():
        if row[2] is not None:
            row[3] = [None, None, True, [["WL999", "grave"]], [], [7], []]
    index.write_bytes(_sealed(json.dumps(document).encode()))
    assert check("--profile=none") == first


def test_what_is_gone_is_forgotten(tree, check):
    check("--profile=none")
    for number in range(20, 25):
        (tree / f"plain_{number}.py").unlink()
    _later(tree / "plain_26.py", "pass\n")
    check("--profile=none")
    (index,) = (tree / CACHE_FOLDER).glob("*.json")
    assert b"plain_22.py" not in index.read_bytes()
    assert b"plain_30.py" in index.read_bytes()


def test_the_folder_is_left_out_of_checkouts_and_backups(tree, check):
    check("--profile=none")
    folder = tree / CACHE_FOLDER
    assert (folder / "CACHEDIR.TAG").read_bytes().startswith(b"Signature: 8a477f597d28d172789f06886806bc55\n")
    assert "*" in (folder / ".gitignore").read_text("utf-8").splitlines()


def test_few_files_make_no_cache(tree, check):
    check("--profile=none", "train.py", "config.json")
    assert not (tree / CACHE_FOLDER).exists()


def test_no_cache_leaves_nothing_behind(tree, check):
    check("--profile=none", "--no-cache")
    assert not (tree / CACHE_FOLDER).exists()


def test_the_folder_lies_by_the_settings_file(tree, check, monkeypatch):
    (tree / "worker-lint.toml").write_text("", encoding="utf-8")
    (tree / "sub").mkdir()
    monkeypatch.chdir(tree / "sub")
    check("--profile=none", "..")
    assert (tree / CACHE_FOLDER).is_dir()
    assert not (tree / "sub" / CACHE_FOLDER).exists()


def test_settings_that_are_broken_elsewhere_do_not_matter(tree, check, monkeypatch, tmp_path):
    (tree / "worker-lint.toml").write_text("", encoding="utf-8")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "worker-lint.toml").write_text("mode = 3\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert check("--profile=none", str(tree))[0] == 1
    assert cache_folder.is_cache(tree / CACHE_FOLDER)
    assert main(["clean", str(tree)]) == 0
    assert not (tree / CACHE_FOLDER).exists()


def test_the_folder_can_be_named(tree, check, monkeypatch, tmp_path):
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "by environment"))
    check("--profile=none")
    check("--profile=none", f"--cache-dir={tmp_path / 'by option'}")
    assert cache_folder.is_cache(tmp_path / "by environment")
    assert cache_folder.is_cache(tmp_path / "by option")
    assert not (tree / CACHE_FOLDER).exists()


def test_the_settings_can_name_the_folder(tree, check, monkeypatch):
    (tree / "worker-lint.toml").write_text("cache-dir = 'by settings'\n", encoding="utf-8")
    (tree / "sub").mkdir()
    monkeypatch.chdir(tree / "sub")
    check("--profile=none", "..")
    assert cache_folder.is_cache(tree / "by settings")
    assert not (tree / CACHE_FOLDER).exists()
    assert main(["clean"]) == 0
    assert not (tree / "by settings").exists()


def test_the_folder_of_the_settings_may_be_at_home(tree, check, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    (tree / "worker-lint.toml").write_text("cache-dir = '~/.cache/worker-lint'\n", encoding="utf-8")
    check("--profile=none")
    assert cache_folder.is_cache(tmp_path / "home" / ".cache" / "worker-lint")


@pytest.mark.parametrize("by", ["option", "environment"])
def test_who_runs_it_has_the_say_over_the_folder(tree, check, monkeypatch, tmp_path, by):
    (tree / "worker-lint.toml").write_text("cache-dir = 'by settings'\n", encoding="utf-8")
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "environment"))
    check("--profile=none", *([f"--cache-dir={tmp_path / 'option'}"] if by == "option" else []))
    assert cache_folder.is_cache(tmp_path / by)
    assert not (tree / "by settings").exists()


def test_settings_that_name_a_folder_with_other_things_are_refused(tree, check):
    (tree / "worker-lint.toml").write_text("cache-dir = '.'\n", encoding="utf-8")
    status, _, said = check("--profile=none")
    assert status == 2
    assert "is no cache of worker-lint, and not empty" in said


def test_a_folder_with_other_things_is_refused(tree, check):
    status, _, said = check("--profile=none", "--cache-dir=.")
    assert status == 2
    assert "is no cache of worker-lint, and not empty" in said
    assert not (tree / "CACHEDIR.TAG").exists()


HALF_MADE = {
    "nothing yet": {},
    "a file that is begun": {".gitignore.77.tmp": b"# The"},
    "one file": {".gitignore": b"# The cache of worker-lint.\n*\n"},
    "an empty one": {".gitignore": b""},
    "an empty tag": {".gitignore": b"# The cache of worker-lint.\n*\n", "CACHEDIR.TAG": b""},
    "a tag that is begun": {".gitignore": b"# The cache of worker-lint.\n*\n", "CACHEDIR.TAG.9.tmp": b"Signature: 8a"},
}


@pytest.mark.parametrize("files", HALF_MADE.values(), ids=list(HALF_MADE))
def test_a_folder_that_a_run_had_only_begun_to_make_is_made(tree, check, tmp_path, files):
    named = tmp_path / "named"
    for command in (["clean"], ["--profile=none"]):
        named.mkdir(exist_ok=True)
        for name, data in files.items():
            (named / name).write_bytes(data)
        assert main([*command, f"--cache-dir={named}"]) == int(command != ["clean"])
        assert named.exists() is (command != ["clean"] or not files)
    assert cache_folder.is_cache(named)
    assert (named / ".gitignore").read_bytes() == b"# The cache of worker-lint.\n*\n"
    assert main(["clean", f"--cache-dir={named}"]) == 0
    assert not named.exists()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        (".gitignore", b"*.log\n"),
        ("CACHEDIR.TAG", b"Signature: 8a477f597d28d172789f06886806bc55\n# Somebody else's\n"),
        ("notes.tmp", b""),
        ("notes.7.tmp", b""),
    ],
    ids=["a list of its own", "the cache of another program", "a temporary file", "another"],
)
def test_a_folder_that_only_looks_begun_is_left(tree, check, tmp_path, name, data):
    named = tmp_path / "named"
    named.mkdir()
    (named / name).write_bytes(data)
    for command in ("check", "clean"):
        assert main([command, f"--cache-dir={named}"]) == 2
    with pytest.raises(FileExistsError):
        cache_folder.prepare(named)
    assert [(each.name, each.read_bytes()) for each in named.iterdir()] == [(name, data)]


def test_a_disk_that_is_full_while_the_folder_is_made_breaks_no_later_run(tree, tmp_path):
    resource = pytest.importorskip("resource")
    hooks = os.fspath(Path(cache.__file__).parents[1])
    # With that limit an interpreter would leave half of a module's bytecode behind.
    environ = {**os.environ, "PYTHONPATH": hooks, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "worker_lint", "--profile=none", f"--cache-dir={tmp_path / 'named'}"]

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (40, 40))  # less than the tag, more than the other file

    for limited in (limit, None):
        done = subprocess.run(command, env=environ, capture_output=True, check=False, preexec_fn=limited)
        assert (done.returncode, done.stderr) == (1, b"")
        assert cache_folder.is_cache(tmp_path / "named") is (limited is None)


def test_runs_that_make_the_folder_at_once_do_not_refuse_it(tree, tmp_path):
    """Five processes do nothing but make it and look at it; what they see of each other is never somebody else's."""
    script = (
        "import sys; from pathlib import Path; from worker_lint.cache_folder import is_usable, prepare\n"
        "for number in range(100):\n"
        "    folder = Path(sys.argv[1], str(number))\n"
        "    assert is_usable(folder), number\n"
        "    prepare(folder)\n"
        "    (folder / 'index.json').touch()\n"
        "    assert is_usable(folder), number\n"
    )
    environ = {**os.environ, "PYTHONPATH": os.fspath(Path(cache.__file__).parents[1])}
    command = [sys.executable, "-c", script, os.fspath(tmp_path)]
    runs = [subprocess.Popen(command, env=environ, stderr=subprocess.PIPE) for _ in range(5)]
    assert [run.communicate()[1].decode() for run in runs] == [""] * 5


def test_a_folder_that_cannot_be_made_is_done_without(tree, check, monkeypatch):
    (tree / CACHE_FOLDER).write_text("a file", encoding="utf-8")
    first = check("--profile=none")
    assert check("--profile=none") == first
    assert (tree / CACHE_FOLDER).read_text("utf-8") == "a file"


def test_clean_removes_it(tree, check, capsys):
    check("--profile=none")
    assert main(["clean"]) == 0
    assert not (tree / CACHE_FOLDER).exists()
    assert capsys.readouterr().out.endswith(f"removed {tree / CACHE_FOLDER}\n")


def test_clean_says_where_it_finds_no_cache(tree, capsys):
    folder = tree / CACHE_FOLDER
    for _ in range(2):
        assert main(["clean"]) == 0
        assert capsys.readouterr().out == f"nothing to remove: there is no cache at {folder}\n"
        folder.mkdir(exist_ok=True)
    assert folder.exists()


def test_clean_of_a_folder_that_is_missing_removes_no_other_cache(tree, check, capsys):
    check("--profile=none")
    assert main(["clean", "nope"]) == 2
    assert capsys.readouterr().err.endswith("error: nope: no such file or folder; name one that exists\n")
    assert cache_folder.is_cache(tree / CACHE_FOLDER)


@pytest.mark.parametrize("named", [(), ("--cache-dir=.worker_lint_cache",)], ids=["by default", "by name"])
def test_clean_leaves_what_is_not_its_own(tree, capsys, named):
    (tree / CACHE_FOLDER).mkdir()
    (tree / CACHE_FOLDER / "notes.json").write_text("{}", encoding="utf-8")
    assert main(["clean", *named]) == 2
    assert "is no cache of worker-lint" in capsys.readouterr().err
    assert (tree / CACHE_FOLDER / "notes.json").exists()


def test_a_file_that_was_fresh_when_it_was_looked_at_is_not_known_by_its_times(tree, monkeypatch):
    monkeypatch.setattr(settled, "_PATIENCE", 2_000_000_000)
    policies = Policies(SettingsResolver({}, isolated=True), {})
    kept = cache.Cache(tree / "index.json", policies)
    fresh, old = tree / "fresh.py", tree / "plain_0.py"
    fresh.write_text("print()\n", encoding="utf-8")
    looks = {path: cache.look_at(str(path)) for path in (fresh, old)}
    assert [look.settled for look in looks.values()] == [False, False]
    now = time.time_ns()
    monkeypatch.setattr(cache.time, "time_ns", lambda: now + 10_000_000_000)  # the others took so long to judge
    looks[old] = cache.look_at(str(old))
    for path, look in looks.items():
        kept.keep(FileReport(path), look, None)
    assert kept.report(fresh) is None
    assert kept.report(old) is not None
