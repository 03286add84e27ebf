from __future__ import annotations

import pytest

from worker_lint.dataclass import replace
from worker_lint.hardware.drift import REFERENCE_BATCH, compare, default_demands
from worker_lint.hardware.limits import Demand
from worker_lint.hardware.profile import load
from worker_lint.hardware.sections import Ceilings, Gpu, Memory, Platform, Shm

BATCH = Demand(batch_bytes=REFERENCE_BATCH)


@pytest.fixture
def g4dn(examples):
    return load(examples / "g4dn-xlarge.json")


def memory(profile, factor):
    size = int(profile.memory.limit_bytes * factor)
    return replace(profile, memory=replace(profile.memory, limit_bytes=size, host_bytes=size))


def cpus(profile, count):
    return replace(profile, cpu=replace(profile.cpu, usable=count, affinity=count, host_logical=count))


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        pytest.param(lambda p: p, "same", id="nothing"),
        pytest.param(lambda p: replace(p, name="x", note="y"), "same", id="another name and note"),
        pytest.param(lambda p: memory(p, 0.99), "cosmetic", id="1 % less memory"),
        pytest.param(lambda p: memory(p, 0.975), "cosmetic", id="2.5 % less memory, although a bound would move"),
        pytest.param(lambda p: memory(p, 0.95), "smaller", id="5 % less memory"),
        pytest.param(lambda p: memory(p, 1.5), "larger", id="half as much memory again"),
        pytest.param(lambda p: replace(p, shm=Shm(64 * 2**20)), "smaller", id="64 MiB of /dev/shm"),
        pytest.param(lambda p: replace(p, shm=Shm(p.shm.size_bytes // 2)), "cosmetic", id="half of more than enough"),
        pytest.param(lambda p: replace(p, shm=None), "cosmetic", id="/dev/shm no longer known"),
        pytest.param(lambda p: cpus(p, 2), "smaller", id="fewer CPUs"),
        pytest.param(lambda p: cpus(p, 8), "larger", id="more CPUs"),
        pytest.param(lambda p: cpus(memory(p, 0.5), 8), "smaller", id="more CPUs and less memory"),
        pytest.param(
            lambda p: replace(p, platform=replace(p.platform, start_method="spawn")), "smaller", id="spawned workers"
        ),
        pytest.param(lambda p: replace(p, platform=Platform()), "cosmetic", id="an unknown platform"),
        pytest.param(lambda p: replace(p, ranks_per_node=2), "smaller", id="two ranks"),
        pytest.param(
            lambda p: replace(p, limits=Ceilings(open_files_soft=64, open_files_hard=64)), "smaller", id="64 open files"
        ),
        pytest.param(
            lambda p: replace(p, limits=replace(p.limits, processes=20)), "cosmetic", id="a limit newly known"
        ),
        pytest.param(lambda p: replace(p, gpu=Gpu(1, "A10G", p.gpu.memory_bytes)), "cosmetic", id="another GPU"),
        pytest.param(lambda p: replace(p, gpu=None), "cosmetic", id="GPUs no longer known"),
    ],
)
def test_the_verdict_follows_the_bounds(g4dn, change, verdict):
    assert compare(g4dn, change(g4dn), [BATCH]).verdict == verdict


def test_the_loss_of_shared_memory_is_named(g4dn):
    (outlook,) = compare(g4dn, replace(g4dn, shm=Shm(64 * 2**20)), [BATCH]).outlooks
    assert (outlook.before.limit, outlook.before.binding.name) == (3, "cpu")
    assert (outlook.after.limit, outlook.after.binding.name) == (1, "shm")


@pytest.mark.parametrize(
    ("change", "path", "verdict"),
    [
        (lambda p: memory(p, 0.98), "memory.limit_bytes", "within tolerance"),
        (lambda p: memory(p, 0.96), "memory.limit_bytes", "changed"),
        (lambda p: memory(p, 0.98), "memory.host_bytes", "information"),
        (lambda p: replace(p, shm=Shm(int(p.shm.size_bytes * 0.96))), "shm.size_bytes", "within tolerance"),
        (lambda p: replace(p, shm=Shm(int(p.shm.size_bytes * 0.94))), "shm.size_bytes", "changed"),
        (lambda p: replace(p, shm="none"), "shm.size_bytes", "changed"),
        (lambda p: replace(p, shm=None), "shm.size_bytes", "known on one side only"),
        (lambda p: cpus(p, 3), "cpu.usable", "changed"),
        (lambda p: replace(p, memory=replace(p.memory, swap_bytes=1)), "memory.swap_bytes", "information"),
        (lambda p: replace(p, memory=Memory(p.memory.limit_bytes)), "memory.host_bytes", "known on one side only"),
        (lambda p: replace(p, platform=replace(p.platform, python="3.13")), "platform.python", "information"),
    ],
)
def test_each_figure_is_judged_by_its_tolerance(g4dn, change, path, verdict):
    found = {change.path: change.verdict for change in compare(g4dn, change(g4dn), [BATCH]).changes}
    assert found[path] == verdict


@pytest.mark.parametrize(("processes", "verdict"), [(58_000, "within tolerance"), (56_000, "changed")])
def test_processes_have_a_tenth(examples, processes, verdict):
    laptop = load(examples / "laptop-8c-16g.json")
    (change,) = compare(laptop, replace(laptop, limits=replace(laptop.limits, processes=processes))).changes
    assert (change.path, change.verdict) == ("limits.processes", verdict)


def test_gpus_that_only_the_new_profile_knows_move_no_bound(g4dn):
    assert compare(replace(g4dn, gpu=None), g4dn, [BATCH]).verdict == "cosmetic"


def test_an_old_size_of_0_has_no_share_to_be_within(g4dn):
    old = replace(g4dn, shm=Shm(0))
    assert compare(old, g4dn, [BATCH]).verdict == "larger"


def test_without_a_batch_a_reference_batch_lets_shared_memory_speak(g4dn):
    assert default_demands(BATCH) == (BATCH,)
    drift = compare(g4dn, replace(g4dn, shm=Shm(64 * 2**20)), default_demands(Demand()))
    assert drift.verdict == "smaller"


@pytest.mark.parametrize(
    ("left", "right"), [("laptop-8c-16g", "slurm-12cpu-4task"), ("server-88c-126g", "g4dn-xlarge")]
)
def test_what_is_smaller_one_way_is_not_the_same_the_other_way(examples, left, right):
    one, other = load(examples / f"{left}.json"), load(examples / f"{right}.json")
    verdicts = {compare(one, other, [BATCH]).verdict, compare(other, one, [BATCH]).verdict}
    assert "smaller" in verdicts
    assert not verdicts & {"same", "cosmetic"}
