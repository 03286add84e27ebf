from __future__ import annotations

from pathlib import Path

import pytest

from worker_lint.dataclass import replace
from worker_lint.flips import Flips
from worker_lint.hardware.drift import compare
from worker_lint.hardware.limits import Demand
from worker_lint.hardware.profile import load
from worker_lint.hardware.sections import Ceilings, Shm
from worker_lint.settings import SettingsResolver

G4DN = load(Path(__file__).parents[1] / "examples" / "profiles" / "g4dn-xlarge.json")
"""4 CPUs, so a limit of 3; memory for 28 workers; descriptors for far more."""

FEWER_CPUS = replace(G4DN, cpu=replace(G4DN.cpu, usable=2))
MORE_CPUS = replace(G4DN, cpu=replace(G4DN.cpu, usable=16, host_logical=16, host_physical=None, affinity=16))
LITTLE_SHM = replace(G4DN, shm=Shm(64 * 2**20))
FEW_FILES = replace(G4DN, limits=Ceilings(open_files_soft=200))


@pytest.fixture
def here(tmp_path, monkeypatch):
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(**files):
    """Write files whose names have ``__`` for a slash, and ``_`` before the suffix for a dot."""
    for name, text in files.items():
        stem, _, suffix = name.rpartition("_")
        path = Path(f"{stem.replace('__', '/')}.{suffix}")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


def settings(text):
    Path("worker-lint.toml").write_text(text, encoding="utf-8")


def lines(old, new, profile=None, **given):
    flips = Flips(SettingsResolver(given))
    found = flips.between(compare(old, new, [Demand()]), profile)
    assert flips.errors == []
    return [flip.line for flip in found]


def test_a_count_that_is_too_many_now(here):
    write(train_py="num_workers = 1\nx = 2\nnum_workers = 3\nnum_workers = 4\n")
    safe = "safe 28 (memory)"
    assert lines(G4DN, FEWER_CPUS) == [
        f"train.py:3:15: num_workers = 3 is too many now: 3 (cpu), {safe} -> 1 (cpu), {safe}"
    ]


def test_a_count_that_fits_now_stands_behind_those_that_are_too_many(here):
    write(a_py="num_workers = 4\n", b_json='{"num_workers": 20}')
    new = replace(MORE_CPUS, limits=Ceilings(open_files_soft=250))
    assert lines(G4DN, new) == [
        "b.json:1:17: num_workers = 20 is too many now: 3 (cpu), safe 28 (memory) -> 14 (files), safe 14 (files)",
        "a.py:1:15: num_workers = 4 fits now: 3 (cpu), safe 28 (memory) -> 14 (files), safe 14 (files)",
    ]


def test_a_count_that_only_crowded_the_cpus_and_would_crash_now(here):
    write(train_py="num_workers = 16\nnum_workers = 29\n")
    (line,) = lines(G4DN, FEW_FILES)
    assert line.endswith("= 16 is too many now: 3 (cpu), safe 28 (memory) -> 3 (cpu), safe 8 (files)")


@pytest.mark.parametrize(
    "new",
    [
        G4DN,
        replace(G4DN, memory=replace(G4DN.memory, limit_bytes=int(G4DN.memory.limit_bytes * 0.98))),
        replace(G4DN, shm=None),
        replace(G4DN, note="in the other rack"),
    ],
    ids=["the same", "within a tolerance", "a figure no longer known", "a note"],
)
def test_where_no_bound_can_have_moved_no_file_is_read(here, new):
    Path("train.py").write_bytes(b"num_workers = 3  # \xff\n")
    assert lines(G4DN, new) == []


def test_where_another_bound_moved_nothing_is_said(here):
    write(train_py="num_workers = 3\n")
    assert lines(G4DN, replace(G4DN, limits=Ceilings(open_files_soft=900))) == []


@pytest.mark.parametrize("value", ["os.cpu_count()", "args.workers", "'3'", "-1", "0"])
def test_only_literal_counts_flip(here, value):
    write(train_py=f"num_workers = {value}\n")
    assert lines(G4DN, FEWER_CPUS) == []


def test_the_prefetch_factor_of_a_loader_is_its_own(here):
    settings("batch-bytes = '8 MiB'")
    write(
        train_py="from torch.utils.data import DataLoader\n"
        "DataLoader(d, num_workers=3)\n"
        "DataLoader(d, num_workers=3, prefetch_factor=7)\n"
    )
    (line,) = lines(G4DN, LITTLE_SHM)
    assert line.startswith("train.py:3:27: num_workers = 3 is too many now: 3 (cpu)")
    assert line.endswith("-> 1 (shm), safe 1 (shm)")


def test_the_settings_of_each_path_say_what_it_demands(here):
    settings(
        "[[overrides]]\npaths = ['big/']\nbatch-bytes = '20 MiB'\n[[overrides]]\npaths = ['old/']\nprofile = 'none'"
    )
    write(small__a_py="num_workers = 2\n", big__a_py="num_workers = 2\n")
    assert [line.partition(":")[0] for line in lines(G4DN, LITTLE_SHM)] == ["big/a.py"]


def test_the_command_line_beats_the_settings(here):
    settings("batch-bytes = '20 MiB'")
    write(train_py="num_workers = 2\n")
    assert len(lines(G4DN, LITTLE_SHM)) == 1
    assert lines(G4DN, LITTLE_SHM, batch_bytes=2**20) == []


def test_what_is_excluded_is_not_looked_at(here):
    settings("exclude = ['vendor/']")
    write(vendor__a_py="num_workers = 3\n")
    assert lines(G4DN, FEWER_CPUS) == []


def test_a_profile_of_the_settings_speaks_only_where_they_name_it(here):
    settings(
        "profile = 'g4dn.json'\n"
        "[[overrides]]\npaths = ['a/']\nprofile = 'none'\n"
        "[[overrides]]\npaths = ['b/']\nprofile = ['other.json', 'g4dn.json']\n"
    )
    write(a__x_py="num_workers = 3\n", b__x_py="num_workers = 3\n", c__x_py="num_workers = 3\n")
    named = str(here / "g4dn.json")
    assert [line[0] for line in lines(G4DN, FEWER_CPUS, named)] == ["b", "c"]
    assert [line[0] for line in lines(G4DN, FEWER_CPUS)] == ["a", "b", "c"]


def test_the_files_are_read_once_for_several_profiles(here):
    write(train_py="num_workers = 3\n")
    flips = Flips(SettingsResolver({}))
    first = flips.between(compare(G4DN, FEWER_CPUS, [Demand()]))
    Path("train.py").unlink()
    assert flips.between(compare(G4DN, FEWER_CPUS, [Demand()])) == first != []


def test_what_cannot_be_read_is_told_and_hides_nothing(here):
    write(good_py="num_workers = 3\n")
    Path("bad.py").write_bytes(b"num_workers = 3  # \xff\n")
    flips = Flips(SettingsResolver({}))
    assert len(flips.between(compare(G4DN, FEWER_CPUS, [Demand()]))) == 1
    (error,) = flips.errors
    assert error.startswith("bad.py:1:20: byte 0xff is not utf-8")
