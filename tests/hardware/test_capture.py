from __future__ import annotations

from pathlib import Path

import pytest

from worker_lint.dataclass import replace
from worker_lint.errors import ProfileError
from worker_lint.hardware.capture import recapture
from worker_lint.hardware.profile import Profile
from worker_lint.hardware.sections import Captured, Cpu, Gpu, Memory, Platform, Shm

FILE = Path("hw.json")


def measured(day="2026-11-22", tool="worker-lint 0.1.0", **changes):
    profile = Profile(
        name="box",
        captured=Captured("live", day, tool, "host"),
        platform=Platform("linux", "x86_64", "fork", "3.12"),
        cpu=Cpu(usable=8, limited_by="host", host_logical=8),
        memory=Memory(16 * 2**30),
        shm=Shm(2**30),
        provenance={"cpu.usable": "measured:online CPUs"},
    )
    return replace(profile, **changes)


def test_an_unchanged_machine_keeps_its_day_and_tool():
    old = measured()
    assert recapture(old, measured(day="2027-03-01", tool="worker-lint 0.9.0"), FILE) is old


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"cpu": Cpu(usable=4)}, id="fewer CPUs"),
        pytest.param({"platform": Platform("linux", "x86_64", "forkserver", "3.14")}, id="another Python"),
        pytest.param({"name": "renamed"}, id="another name"),
        pytest.param({"provenance": {"cpu.usable": "scheduler:NSLOTS"}}, id="another source"),
    ],
)
def test_any_figure_moves_the_day(change):
    new = measured(day="2027-03-01", **change)
    assert recapture(measured(), new, FILE) == new


def test_the_note_is_a_persons():
    old = measured(note="under the desk")
    assert recapture(old, measured(day="2027-03-01"), FILE) is old
    assert recapture(old, measured(cpu=Cpu(usable=4)), FILE).note == "under the desk"


def test_a_declared_figure_survives_with_what_goes_with_it():
    declared = {"cpu.usable": "declared:half is for others", "ranks_per_node": "declared:two jobs", "gpu.count": "x"}
    old = measured(
        captured=Captured("live-edited", "2026-01-01"),
        cpu=Cpu(usable=4, per="rank", limited_by="declared", host_logical=8),
        ranks_per_node=2,
        gpu=None,
        provenance=declared | {"gpu.count": "measured:nvidia-smi"},
    )
    new = recapture(old, measured(shm=Shm(2**20), gpu=Gpu(1)), FILE)
    assert (new.cpu.usable, new.cpu.per, new.cpu.limited_by, new.cpu.host_logical) == (4, "rank", "declared", 8)
    assert (new.ranks_per_node, new.shm, new.gpu) == (2, Shm(2**20), Gpu(1))
    assert new.captured.method == "live-edited"
    assert new.provenance["cpu.usable"] == "declared:half is for others"
    assert recapture(new, measured(shm=Shm(2**20), gpu=Gpu(1), day="2027-03-01"), FILE) is new


def test_a_declared_size_survives_where_the_machine_has_none():
    old = measured(provenance={"shm.size_bytes": "declared:set on the node"})
    assert recapture(old, measured(shm="none"), FILE).shm == Shm(2**30)


def test_a_declared_figure_that_became_impossible_is_refused():
    old = measured(provenance={"cpu.usable": "declared"})
    with pytest.raises(ProfileError, match=r"at /cpu/usable: 8 exceeds cpu\.host_logical, which is 4"):
        recapture(old, measured(cpu=Cpu(usable=4, host_logical=4)), FILE)


@pytest.mark.parametrize(
    ("old", "message"),
    [
        pytest.param(measured(captured=Captured("declared")), "was declared by hand", id="declared as a whole"),
        pytest.param(measured(captured=Captured("live-edited")), "no field's provenance", id="edited, not said where"),
    ],
)
def test_the_work_of_a_person_is_never_lost(old, message):
    with pytest.raises(ProfileError, match=message):
        recapture(old, measured(), FILE)
