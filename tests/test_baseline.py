"""What a baseline knows: by content, wherever it stands."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker_lint.baseline import Baseline, Known, read, written
from worker_lint.cli import main
from worker_lint.errors import BaselineError
from worker_lint.schema import load_schema, problems

DECLARED = ("--mode=training", "--profile=none")
SETTINGS = 'mode = "training"\nprofile = "none"\n'


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CI", "true")
    subprocess.run(["git", "init", "--quiet"], check=True)  # else it is said that git could not list the files
    (tmp_path / "worker-lint.toml").write_text(SETTINGS, encoding="utf-8")
    return tmp_path


def write(name, text):
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text, encoding="utf-8")


@pytest.fixture
def run(capsys):
    """Run a check; return its status, its findings one a line, and its notices."""

    def check(*arguments):
        capsys.readouterr()
        status = main(["--output-format=concise", *map(str, arguments)])
        output = capsys.readouterr()
        *found, summary = output.out.splitlines() or [""]
        return status, found, summary, output.err

    return check


def entries(file="base.json"):
    return {
        (each["path"], each["code"], each["name"], each["text"]): each["count"]
        for each in json.loads(Path(file).read_text("utf-8"))["findings"]
    }


LOADER = "from torch.utils.data import DataLoader\n"


def test_what_is_written_is_known_afterwards(run):
    write("a.py", "num_workers = 2\n")
    write("b/c.json", '{"num_workers": 3, "val": {"num_workers": 3}}')
    status, found, summary, notices = run("--write-baseline", "base.json")
    assert (status, found, summary) == (0, [], "no findings; 3 in the baseline; 3 files checked")
    assert (
        notices == "worker-lint: base.json: 3 known; give it with --baseline base.json, or in the settings: baseline\n"
    )
    assert entries() == {
        ("a.py", "WL201", "num_workers", "2"): 1,
        ("b/c.json", "WL201", "num_workers", "3"): 2,
    }
    status, found, summary, notices = run("--baseline", "base.json")
    assert (status, found, summary, notices) == (0, [], "no findings; 3 in the baseline; 4 files checked", "")


def test_it_follows_its_schema_and_its_order_is_fixed(run):
    for name in ("b.py", "a.py", "c.py"):
        write(name, "num_workers = 3\nnum_workers = 2\n")
    run("--write-baseline", "base.json")
    first = Path("base.json").read_bytes()
    document = json.loads(first)
    assert problems(document, load_schema("baseline")) == []
    keys = [tuple(each.values())[:4] for each in document["findings"]]
    assert keys == sorted(keys)
    run("--write-baseline", "base.json", "c.py", "a.py", "b.py")
    assert Path("base.json").read_bytes() == first


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("num_workers = 2\n", "\n\nx = 1\nnum_workers = 2\n", id="lines move"),
        pytest.param("num_workers = 2\n", "num_workers=2 # why\n", id="blanks and comments"),
        pytest.param(
            f"{LOADER}DataLoader(d, num_workers=-1)\n", f"{LOADER}DataLoader(\n    d,\n    num_workers=-1,\n)\n", id="more lines"
        ),
        pytest.param(f"{LOADER}DataLoader(d, num_workers=n/2)\n", f"{LOADER}DataLoader(d, num_workers=n / 2)\n", id="in a value"),
        pytest.param(
            f"{LOADER}DataLoader(d, num_workers=({'+'.join(['n'] * 99)}) / 2)\n",
            f"{LOADER}DataLoader(d, num_workers=({' + '.join(['n'] * 99)}) / 2)\n",
            id="in a long value",
        ),
    ],
)  # fmt: skip
def test_it_survives_what_does_not_matter(run, before, after):
    write("a.py", before)
    assert run("--write-baseline", "base.json")[0] == 0
    assert entries()
    write("a.py", after)
    assert run("--baseline", "base.json")[:2] == (0, [])


@pytest.mark.parametrize(
    ("after", "number"),
    [
        pytest.param("num_workers = 3\n", 1, id="another value"),
        pytest.param("workers = num_workers = 2\n", 0, id="the same beside another name"),
        pytest.param("num_workers = 2\nnum_workers = 2\n", 1, id="one more of the same"),
        pytest.param(f"{LOADER}DataLoader(d, num_workers=-1)\n", 1, id="another rule"),
    ],
)
def test_what_is_new_is_found(run, after, number):
    write("a.py", "num_workers = 2\n")
    run("--write-baseline", "base.json")
    write("a.py", after)
    assert len(run("--baseline", "base.json")[1]) == number


def test_another_file_is_another_matter(run):
    write("a.py", "num_workers = 2\n")
    run("--write-baseline", "base.json")
    write("b.py", "num_workers = 2\n")
    assert [line.partition(":")[0] for line in run("--baseline", "base.json")[1]] == ["b.py"]


# What is stale


def stale(notices):
    return [line for line in notices.splitlines() if "no longer there" in line]


def test_what_is_no_longer_found_is_told_and_fails_nothing(run):
    write("a.py", "num_workers = 2\nval_num_workers = 3\n")
    run("--write-baseline", "base.json")
    write("a.py", "num_workers = 8\nval_num_workers = 8\n")
    status, found, _, notices = run("--baseline", "base.json")
    assert (status, found) == (0, [])
    assert stale(notices) == [
        "worker-lint: base.json: lists 2 findings that are no longer there "
        "(a.py: WL201 num_workers, a.py: WL201 val_num_workers); take them out with --write-baseline base.json"
    ]
    run("--write-baseline", "base.json")
    assert entries() == {}
    assert stale(run("--baseline", "base.json")[3]) == []


def test_one_of_two_that_are_the_same_is_told(run):
    write("a.py", "num_workers = 2\nnum_workers = 2\n")
    run("--write-baseline", "base.json")
    write("a.py", "num_workers = 2\n")
    assert "lists 1 finding that is no longer there" in run("--baseline", "base.json")[3]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        pytest.param(["a.py"], True, id="the file alone, as pre-commit passes it"),
        pytest.param(["b.py"], False, id="another file"),
        pytest.param(["."], True, id="the folder"),
        pytest.param([".", "--mode=training"], False, id="a mode for this run"),
        pytest.param([".", "--select=WL1"], False, id="other rules"),
        pytest.param([".", "--ignore=WL201"], False, id="without its rule"),
        pytest.param([".", "--profile=none"], False, id="a profile for this run"),
    ],
)
def test_it_is_told_only_by_a_run_that_can_tell(run, arguments, told):
    write("a.py", "num_workers = 2\n")
    write("b.py", "num_workers = 8\n")
    run("--write-baseline", "base.json")
    write("a.py", "num_workers = 8\n")
    assert bool(stale(run("--baseline", "base.json", *arguments)[3])) == told


@pytest.mark.parametrize(("arguments", "told"), [(["."], True), (["a"], True), (["b.py"], False)])
def test_a_file_that_is_gone_is_told_where_its_folder_was_checked(run, arguments, told):
    write("a/a.py", "num_workers = 2\n")
    write("b.py", "num_workers = 8\n")
    run("--write-baseline", "base.json")
    Path("a/a.py").unlink()
    assert bool(stale(run("--baseline", "base.json", *arguments)[3])) == told


def test_a_file_that_has_no_count_left_is_told(run):
    write("a.py", "num_workers = 2\n")
    run("--write-baseline", "base.json")
    write("a.py", "x = 1\n")
    assert stale(run("--baseline", "base.json", "a.py")[3])


def test_an_entry_of_a_rule_that_there_is_not_is_stale(run):
    write("a.py", "num_workers = 8\n")
    Path("base.json").write_bytes(written({Known("a.py", "WL999", "x", "1"): 1}))
    assert stale(run("--baseline", "base.json")[3])


def test_a_long_list_is_cut(run):
    write("a.py", "".join(f"num_workers = {n}\n" for n in (1, 2, 3, 4, 5)))
    run("--write-baseline", "base.json")
    write("a.py", "x = 1\n")
    (line,) = stale(run("--baseline", "base.json")[3])
    assert "lists 5 findings" in line
    assert line.count("a.py: WL201") == 3
    assert ", and 2 more)" in line


# Writing anew


def test_what_a_run_does_not_judge_stays(run):
    write("a.py", "num_workers = 2\n")
    write("b.py", f"num_workers = 2\n{LOADER}DataLoader(d, num_workers=-1)\n")
    run("--write-baseline", "base.json")
    whole = entries()
    assert len(whole) == 3
    write("a.py", "num_workers = 8\n")
    run("--write-baseline", "base.json", "b.py")
    assert entries() == whole, "of a file that was not checked"
    run("--write-baseline", "base.json", "--select=WL1")
    assert entries() == whole, "of a rule that did not run"
    run("--write-baseline", "base.json")
    assert set(whole) - set(entries()) == {("a.py", "WL201", "num_workers", "2")}


def test_a_file_that_cannot_be_judged_keeps_its_entries_and_the_run_says_so(run):
    write("a.json", '{"num_workers": 2}')
    run("--write-baseline", "base.json")
    whole = entries()
    write("a.json", '{"num_workers": 2')
    status, found, *_ = run("--write-baseline", "base.json")
    assert status == 2
    assert found[0].startswith("error: a.json:1:18: not JSON")
    assert entries() == whole


# Paths


def test_paths_are_those_from_the_folder_of_the_baseline(run, monkeypatch, folder):
    write("a/b/c.py", "num_workers = 2\n")
    write("d.py", "num_workers = 2\n")
    Path("a/conf").mkdir()
    run("--write-baseline", "a/conf/base.json")
    assert {path for path, *_ in entries("a/conf/base.json")} == {"../b/c.py", "../../d.py"}
    for place, arguments in [
        (folder, []), (folder, ["a/b/c.py"]), (folder, [folder / "a" / "b" / "c.py"]), (folder / "a" / "b", ["c.py"]),
        (folder / "a" / "conf", ["../b/c.py", "../../d.py"]),
    ]:  # fmt: skip
        monkeypatch.chdir(place)
        baseline = os.path.relpath(folder / "a" / "conf" / "base.json", place)
        assert run("--baseline", baseline, *arguments)[:2] == (0, []), place


def test_the_settings_name_it_from_their_own_folder(run, monkeypatch):
    write("a/b.py", "num_workers = 2\n")
    run("--write-baseline", "base.json")
    Path("worker-lint.toml").write_text(f'baseline = "base.json"\n{SETTINGS}', encoding="utf-8")
    assert run()[:2] == (0, [])
    assert run("a/b.py")[:2] == (0, [])
    assert run("--baseline", "none")[0] == 1
    monkeypatch.chdir("a")
    assert run("b.py")[:2] == (0, [])
    assert stale(run("b.py")[3]) == []


def test_each_settings_file_has_its_own(run):
    write("a/x.py", "num_workers = 2\n")
    write("b/x.py", "num_workers = 2\n")
    for name in ("a", "b"):
        write(f"{name}/worker-lint.toml", SETTINGS)
        run("--write-baseline", f"{name}/base.json", name)
        write(f"{name}/worker-lint.toml", f'baseline = "base.json"\n{SETTINGS}')
    assert run()[:2] == (0, [])
    assert entries("a/base.json") == entries("b/base.json") == {("x.py", "WL201", "num_workers", "2"): 1}


def test_a_name_that_is_not_utf8_is_kept(run):
    name = os.fsdecode(b"caf\xe9.py")
    write(name, "num_workers = 2\n")
    run("--write-baseline", "base.json")
    assert run("--baseline", "base.json")[:2] == (0, [])


# With other options


def test_what_is_known_is_not_fixed(run):
    write("a.py", "num_workers = 2\n")
    run("--write-baseline", "base.json")
    write("a.py", "num_workers = 2\nnum_workers = 3\n")
    status, _, summary, _ = run("--baseline", "base.json", "--fix")
    assert (status, summary) == (0, "1 finding fixed in 1 file; 1 in the baseline; 3 files checked")
    assert Path("a.py").read_text("utf-8") == "num_workers = 2\nnum_workers = 8\n"


def test_what_is_known_gets_no_comment(run):
    write("a.py", "num_workers = 2\n")
    run("--write-baseline", "base.json")
    write("a.py", "num_workers = 2\nnum_workers = 3\n")
    run("--baseline", "base.json", "--add-ignore")
    assert Path("a.py").read_text("utf-8") == "num_workers = 2\nnum_workers = 3  # worker-lint: ignore[WL201]\n"


def test_an_unused_suppression_of_the_settings_can_be_known(run):
    write("a.json", '{"num_workers": 8}')
    entry = "[[suppressions]]\npath = '/a.json'\nrules = ['WL201']\nreason = 'x'\n"
    Path("worker-lint.toml").write_text(SETTINGS + entry, encoding="utf-8")
    assert run()[0] == 1
    assert run("--write-baseline", "base.json")[0] == 0
    assert run("--baseline", "base.json")[:2] == (0, [])


def test_a_rule_that_compares_files_is_known_too(run):
    write("a.py", "num_workers = config.get('num_workers', 4)\n")
    write("b.yaml", "num_workers: 16\n")
    Path("worker-lint.toml").write_text("profile = 'none'\n", encoding="utf-8")
    found = run("--select=WL204")[1]
    run("--select=WL204", "--write-baseline", "base.json")
    assert sum(entries().values()) == len(found) > 0
    assert run("--select=WL204", "--baseline", "base.json")[:2] == (0, [])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--write-baseline", "b.json", "--fix"], "--fix and --write-baseline go one after the other"),
        (["--write-baseline", "b.json", "--add-ignore"], "--add-ignore and --write-baseline go one after the other"),
        (["--write-baseline", "b.json", "--diff"], "leave out --write-baseline"),
        (["--write-baseline", "b.json", "--baseline", "b.json"], "leave out --baseline"),
        (["--write-baseline", "b.json", "-"], "--write-baseline is for files"),
        (["--write-baseline", "no/b.json"], "no/b.json: not written: "),
        (["--write-baseline", "-"], "--write-baseline keeps what FILE knows of other files; name one and not '-'"),
        (["--write-baseline", "pipe"], "pipe: not written: it is no regular file; name one"),
        (["--baseline", "b.json"], "b.json: no such baseline; write it with --write-baseline b.json"),
    ],
)
def test_what_cannot_be_honoured(run, arguments, says):
    write("a.py", "num_workers = 2\n")
    os.mkfifo("pipe")  # to read it would be to wait for somebody who writes
    status, _, _, errors = run(*arguments)
    assert status == 2
    assert says in errors
    assert len(errors.splitlines()) == 1
    assert not Path("b.json").exists()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"{", ":1:2: is no JSON: expecting property name enclosed in double quotes"),
        (b"\xff\xfe\xfa", ": is no JSON"),
        (b"[" * 100_000, ": is no JSON"),
        (b"[]", ": the top: [] is a list, not a table"),
        (b'{"schema": "worker-lint/baseline/2", "findings": []}', ': /schema: "worker-lint/baseline/2" is not'),
        (b'{"schema": "worker-lint/baseline/1"}', ": the top: lacks 'findings'"),
        (
            b'{"schema": "worker-lint/baseline/1", "findings": [{"path": "a"}]}',
            ": /findings/0: lacks 'code', 'name', 'text', 'count'",
        ),
        (
            b'{"schema": "worker-lint/baseline/1", "findings": '
            b'[{"path": "a", "code": "WL1", "name": "", "text": "", "count": 1}]}',
            ': /findings/0/code: "WL1" does not have the form',
        ),
        pytest.param(
            b'{"schema": "worker-lint/baseline/1", "findings": %s}' % (b"9" * 5_000),
            ": holds a number with thousands of digits",
            marks=pytest.mark.skipif(not hasattr(sys, "set_int_max_str_digits"), reason="this Python converts them"),
        ),
    ],
    ids=[
        *("no JSON", "no text", "too deep", "a list", "a newer version", "no findings", "half an entry", "no code"),
        "too many digits",
    ],
)
def test_what_is_no_baseline_is_one_line(data, says):
    Path("base.json").write_bytes(data)
    with pytest.raises(BaselineError) as failure:
        read(Path("base.json"))
    assert str(failure.value).startswith(f"base.json{says}")
    assert str(failure.value).endswith("; mend it, or delete it and write it anew with --write-baseline")
    assert "\n" not in str(failure.value)


TEXT = st.text(max_size=8)
KNOWN = st.builds(Known, st.text(min_size=1, max_size=8), st.sampled_from(["WL201", "WL301"]), TEXT, TEXT)


@given(st.dictionaries(KNOWN, st.integers(1, 9), max_size=6))
def test_what_is_written_is_read(tmp_path_factory, counts):
    file = tmp_path_factory.mktemp("baseline") / "base.json"
    file.write_bytes(written(counts))
    assert dict(read(file).counts) == counts
    assert problems(json.loads(file.read_bytes()), load_schema("baseline")) == []


def test_entries_that_a_merge_doubled_add_up():
    entry = b'{"path": "a.py", "code": "WL201", "name": "n", "text": "1", "count": 1}'
    Path("base.json").write_bytes(b'{"schema": "worker-lint/baseline/1", "findings": [%s, %s]}' % (entry, entry))
    assert read(Path("base.json")).counts == {Known("a.py", "WL201", "n", "1"): 2}


def test_an_empty_one_knows_nothing():
    assert Baseline(Path("base.json")).beyond([], Counter()) == []
    assert json.loads(written({})) == {"schema": "worker-lint/baseline/1", "findings": []}
