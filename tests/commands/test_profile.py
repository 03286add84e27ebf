from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

import pytest

from worker_lint.commands import profile
from worker_lint.errors import ProfileError, SettingsError, UsageError
from worker_lint.hardware.profile import load

EXAMPLES = Path(__file__).parents[2] / "examples" / "profiles"
GIB = 2**30


def worker_lint_profile(*arguments):
    """Run the command as the command line does and return its exit status."""
    parser = argparse.ArgumentParser()
    profile.configure(parser)
    return profile.run(parser.parse_args([str(argument) for argument in arguments]))


def machine(folder, gibibytes):
    """Write a tree that stands in for a machine with so much memory and return its folder."""
    path = folder / f"machine-{gibibytes}" / "proc" / "meminfo"
    path.parent.mkdir(parents=True)
    path.write_text(f"MemTotal: {gibibytes * 2**20} kB\nSwapTotal: 0 kB\n", encoding="utf-8")
    (folder / f"machine-{gibibytes}" / "dev" / "shm").mkdir(parents=True)
    return path.parents[1]


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_capture_writes_a_profile_that_can_be_read(here, capsys):
    assert worker_lint_profile("capture", "--name", "box", "--root", machine(here, 16)) == 0
    captured = load(Path("profiles/box.json"))
    assert (captured.name, captured.memory.limit_bytes) == ("box", 16 * GIB)
    output = capsys.readouterr()
    assert (output.out, output.err) == ("", f"wrote {Path('profiles/box.json')}\n")


def test_capturing_an_unchanged_machine_again_leaves_the_file_as_it_is(here, capsys):
    arguments = ("capture", "--name", "box", "--output", "box.json", "--root", machine(here, 16))
    worker_lint_profile(*arguments)
    path = Path("box.json")
    # As if an older release had captured it on another day.
    path.write_text(path.read_text("utf-8").replace('"at": "2', '"at": "1').replace("lint 0.", "lint 9."), "utf-8")
    before = path.read_bytes()
    assert worker_lint_profile(*arguments) == 0
    assert path.read_bytes() == before
    assert "nothing written" in capsys.readouterr().err


def test_capturing_a_changed_machine_keeps_the_note(here):
    worker_lint_profile("capture", "--name", "box", "--output", "box.json", "--root", machine(here, 16))
    path = Path("box.json")
    document = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps(document | {"note": "under the desk"}), "utf-8")
    worker_lint_profile("capture", "--name", "box", "--output", "box.json", "--root", machine(here, 8))
    after = load(path)
    assert (after.note, after.memory.limit_bytes) == ("under the desk", 8 * GIB)
    assert path.read_text("utf-8") == after.to_json()


def test_capture_to_standard_output(here, capsys):
    assert worker_lint_profile("capture", "--name", "box", "--output", "-", "--root", machine(here, 16)) == 0
    assert json.loads(capsys.readouterr().out)["name"] == "box"
    assert not Path("profiles").exists()


@pytest.mark.parametrize("name", ["", "Box", "-box", "a/b", "box\n", "x" * 65])
def test_a_name_that_is_none(here, name):
    with pytest.raises(UsageError, match="--name"):
        worker_lint_profile("capture", f"--name={name}")


def test_capture_does_not_write_over_what_is_no_profile(here):
    Path("box.json").write_text("{", encoding="utf-8")
    with pytest.raises(ProfileError, match="is not JSON"):
        worker_lint_profile("capture", "--name", "box", "--output", "box.json", "--root", machine(here, 16))
    assert Path("box.json").read_text(encoding="utf-8") == "{"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_capture_does_not_wait_for_a_pipe(here):
    os.mkfifo("pipe")
    with pytest.raises(UsageError, match=r"^pipe: is no regular file; name one, or give '-' for standard output$"):
        worker_lint_profile("capture", "--name", "box", "--output", "pipe", "--root", machine(here, 16))


def test_capture_into_a_folder_that_is_a_file(here):
    Path("profiles").write_text("", encoding="utf-8")
    with pytest.raises(ProfileError, match="cannot be"):
        worker_lint_profile("capture", "--name", "box", "--root", machine(here, 16))


def test_show_says_figures_sources_and_limits(capsys):
    assert worker_lint_profile("show", EXAMPLES / "k8s-cpu2-mem8.json", "--batch-bytes", "19267584") == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "cpu.usable 2 measured:cgroup2 cpu.max" in lines
    assert "shm 1 /dev/shm of 64 MiB holds 3 batches of 18.4 MiB" in lines
    assert "processes - the limit on processes is unlimited" in lines
    assert lines[-1] == "limit: 1 (shm), safe 1 (shm)"


def test_show_as_json(capsys):
    worker_lint_profile("show", EXAMPLES / "laptop-8c-16g.json", "--output-format", "json")
    shown = json.loads(capsys.readouterr().out)
    assert shown["profile"] == json.loads((EXAMPLES / "laptop-8c-16g.json").read_text("utf-8"))
    assert (shown["limits"]["limit"], shown["limits"]["binding"]) == (7, "cpu")
    assert [term["name"] for term in shown["limits"]["terms"]] == ["cpu", "memory", "files", "processes"]
    assert shown["limits"]["omitted"] == ["shm: the size of a batch is not given (batch-bytes)"]


def test_show_without_a_profile_is_this_machine(capsys):
    assert worker_lint_profile("show") == 0
    assert capsys.readouterr().out.startswith("name")


@pytest.mark.parametrize(
    ("old", "new", "status", "verdict"),
    [
        ("laptop-8c-16g", "laptop-8c-16g", 0, "same: "),
        ("laptop-8c-16g", "k8s-cpu2-mem8", 1, "smaller: "),
        ("g4dn-xlarge", "laptop-8c-16g", 0, "larger: "),
    ],
)
def test_diff(capsys, old, new, status, verdict):
    assert worker_lint_profile("diff", EXAMPLES / f"{old}.json", EXAMPLES / f"{new}.json") == status
    assert capsys.readouterr().out.splitlines()[-1].startswith(verdict)


@pytest.mark.parametrize(
    ("before", "after", "status", "verdict"),
    [
        pytest.param(16, 16, 0, "same: ", id="unchanged"),
        pytest.param(16, 32, 0, "larger: ", id="more memory"),
        pytest.param(16, 5, 1, "smaller: ", id="less memory"),
    ],
)
def test_check_against_this_machine(here, capsys, before, after, status, verdict):
    worker_lint_profile("capture", "--name", "box", "--root", machine(here, before))
    root = here / f"machine-{before}" if before == after else machine(here, after)
    capsys.readouterr()
    assert worker_lint_profile("check", "--root", root) == status
    output = capsys.readouterr()
    assert output.out.splitlines()[-1].startswith(verdict)
    assert ("capture again" in output.err) == (verdict == "larger: ")


@pytest.mark.parametrize(("names", "said"), [((), "none"), (("a", "b"), "a.json")])
def test_check_needs_to_know_which_profile(here, names, said):
    Path("profiles").mkdir()
    for name in names:
        Path(f"profiles/{name}.json").touch()
    with pytest.raises(UsageError, match=said):
        worker_lint_profile("check")


def declare(*names):
    """Write settings that name profiles, and return the text that they are."""
    Path("worker-lint.toml").write_text(f"profile = {json.dumps(names)}\n", encoding="utf-8")


def test_check_takes_the_profiles_that_the_settings_name(here, capsys):
    for name, gibibytes in (("small", 8), ("large", 64)):
        root = machine(here, gibibytes)
        worker_lint_profile("capture", "--name", name, "--output", f"hw/{name}.json", "--root", root)
    declare("hw/small.json", "hw/large.json")
    capsys.readouterr()
    assert worker_lint_profile("check", "--root", machine(here, 16)) == 1
    output = capsys.readouterr()
    small, large = (str(Path("hw", f"{name}.json")) for name in ("small", "large"))
    words = {line.partition(":")[0] for line in output.out.splitlines()}
    assert {small, large, "larger", "smaller"} <= words
    assert output.out.index("larger: ") < output.out.index(f"{large}:\n") < output.out.index("smaller: ")
    again = f"to capture again: worker-lint profile capture --name small --output {small}"
    assert output.err.splitlines()[-1] == again  # behind the word about the load of a busy machine


def test_check_finds_the_settings_of_a_folder_above(here, capsys, monkeypatch):
    worker_lint_profile("capture", "--name", "box", "--root", machine(here, 16))
    declare("profiles/box.json")
    Path("sub").mkdir()
    monkeypatch.chdir("sub")
    assert worker_lint_profile("check", "--root", here / "machine-16") == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("same: ")


@pytest.mark.parametrize("option", ["--isolated", "--config=other.toml"])
def test_check_reads_the_settings_that_it_is_told_to_read(here, capsys, option):
    worker_lint_profile("capture", "--name", "box", "--root", machine(here, 16))
    declare("profiles/missing.json")
    Path("other.toml").write_text("profile = 'profiles/box.json'\n", encoding="utf-8")
    with pytest.raises(ProfileError, match=r"^profiles.missing.json: there is no such file"):
        worker_lint_profile("check", "--root", here / "machine-16")
    assert worker_lint_profile("check", option, "--root", here / "machine-16") == 0


@pytest.mark.parametrize("word", ["live", "none"])
def test_check_of_no_other_machine_says_so(here, capsys, word):
    declare(word)
    assert worker_lint_profile("check") == 0
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith(f'the settings name "{word}", which is ')
    assert output.err.endswith(": there is nothing to compare\n")


def test_check_passes_over_this_machine_beside_a_profile(here, capsys):
    worker_lint_profile("capture", "--name", "box", "--root", machine(here, 16))
    declare("live", "profiles/box.json")
    assert worker_lint_profile("check", "--root", here / "machine-16") == 0
    output = capsys.readouterr()
    assert output.out.splitlines()[-1] == "same: no figure differs"
    assert 'the settings name "live"' in output.err


def test_one_broken_profile_lets_no_other_pass(here, capsys):
    worker_lint_profile("capture", "--name", "box", "--root", machine(here, 16))
    Path("profiles/bad.json").write_text("{", encoding="utf-8")
    declare("profiles/box.json", "profiles/bad.json")
    with pytest.raises(ProfileError, match="bad"):
        worker_lint_profile("check", "--root", here / "machine-16")
    assert capsys.readouterr().out == ""


G4DN = EXAMPLES / "g4dn-xlarge.json"


@pytest.fixture
def fewer(here):
    """Return the g4dn with 2 CPUs, whose limit is 1 in place of 3."""
    return altered(here / "fewer.json", cpu={"usable": 2})


def altered(path, **sections):
    document = json.loads(G4DN.read_text("utf-8"))
    for name, figures in sections.items():
        document[name] |= figures
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_diff_lists_the_sites_whose_result_flips_between_the_bounds_and_the_verdict(here, fewer, capsys):
    Path("train.py").write_text("num_workers = 3\n", encoding="utf-8")
    assert worker_lint_profile("diff", G4DN, fewer) == 1
    *_, last_bound, flip, verdict = capsys.readouterr().out.splitlines()
    assert last_bound.startswith("with batches of 18.4 MiB: 3 (cpu)")
    assert (
        flip == "train.py:1:15: num_workers = 3 is too many now: 3 (cpu), safe 28 (memory) -> 1 (cpu), safe 28 (memory)"
    )
    assert verdict.startswith("smaller: ")
    assert worker_lint_profile("diff", fewer, G4DN) == 0
    *_, flip, verdict = capsys.readouterr().out.splitlines()
    assert flip == "train.py:1:15: num_workers = 3 fits now: 1 (cpu), safe 28 (memory) -> 3 (cpu), safe 28 (memory)"
    assert verdict.startswith("larger: ")


def test_a_loader_that_asks_for_more_than_the_settings_decides_the_verdict(here, capsys):
    less = altered(here / "less.json", shm={"size_bytes": 500 * 2**20})
    Path("worker-lint.toml").write_text("batch-bytes = '8 MiB'\n", encoding="utf-8")
    assert worker_lint_profile("diff", G4DN, less) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("cosmetic: ")
    loader = "from torch.utils.data import DataLoader\nDataLoader(d, num_workers=2, prefetch_factor=40)\n"
    Path("train.py").write_text(loader, encoding="utf-8")
    assert worker_lint_profile("diff", G4DN, less) == 1
    *_, flip, verdict = capsys.readouterr().out.splitlines()
    assert flip.startswith("train.py:2:27: num_workers = 2 is too many now: 3 (cpu), ")
    assert verdict.startswith("smaller: ")


def test_a_file_that_cannot_be_read_hides_no_verdict(here, fewer, capsys):
    Path("bad.py").write_bytes(b"num_workers = 3  # \xff\n")
    assert worker_lint_profile("diff", G4DN, fewer) == 1
    output = capsys.readouterr()
    assert output.out.splitlines()[-1].startswith("smaller: ")
    assert output.err == "error: bad.py:1:20: byte 0xff is not utf-8; save the file as utf-8 or declare its encoding\n"


def test_a_file_that_cannot_be_read_leaves_it_open_whether_all_counts_still_fit(here, fewer, capsys):
    Path("bad.py").write_bytes(b"num_workers = 3  # \xff\n")
    assert worker_lint_profile("diff", fewer, G4DN) == 2
    assert capsys.readouterr().out.splitlines()[-1].startswith("larger: ")
    assert worker_lint_profile("diff", G4DN, G4DN) == 0  # nothing moved, so it was not needed


def test_check_lists_the_sites_that_the_settings_hold_to_the_profile(here, capsys):
    altered(here / "hw.json")
    declare("hw.json")
    with Path("worker-lint.toml").open("a", encoding="utf-8") as stream:
        stream.write("[[overrides]]\npaths = ['elsewhere.py']\nprofile = 'none'\n")
    for name in ("train", "elsewhere"):
        Path(f"{name}.py").write_text("num_workers = 3\n", encoding="utf-8")
    assert worker_lint_profile("check", "--ranks-per-node", "1", "--root", machine(here, 1)) == 1
    flips = [line for line in capsys.readouterr().out.splitlines() if " num_workers = " in line]
    assert [line.partition(":")[0] for line in flips] == ["train.py"]


def test_bounds_are_compared_at_what_the_settings_demand(here, fewer, capsys):
    Path("worker-lint.toml").write_text("batch-bytes = '20 MiB'\nlive-loaders = 2\n", encoding="utf-8")
    worker_lint_profile("diff", G4DN, fewer)
    assert "with batches of 20 MiB in 2 loaders: 3 (cpu)" in capsys.readouterr().out
    worker_lint_profile("diff", G4DN, fewer, "--live-loaders=1")
    assert "with batches of 20 MiB: 3 (cpu)" in capsys.readouterr().out


def test_a_promise_that_differs_is_told_aside(here, capsys, monkeypatch):
    monkeypatch.setenv("NSLOTS", "100000")
    worker_lint_profile("show", "live", "--root", machine(here, 16))
    assert "NSLOTS promises 100000 CPUs a node" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--live-loaders=0", "--prefetch-factor=0", "--ranks-per-node=-1"])
def test_a_demand_that_no_job_has(option):
    with pytest.raises(SettingsError, match=f"^{option.partition('=')[0]}: .* is below 1$"):
        worker_lint_profile("show", EXAMPLES / "laptop-8c-16g.json", option)


def test_a_size_that_is_none(capsys):
    with pytest.raises(SystemExit):
        worker_lint_profile("show", "--batch-bytes", "many")
    assert "is no size in bytes" in capsys.readouterr().err
