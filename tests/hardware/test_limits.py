from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker_lint.dataclass import replace
from worker_lint.hardware.limits import Demand, exceeded, limits, shm_share
from worker_lint.hardware.profile import Profile, load
from worker_lint.hardware.sections import Captured, Ceilings, Cpu, Memory, Platform, Shm

MIB, GIB = 2**20, 2**30
BATCH = 32 * 3 * 224 * 224 * 4  # float32 images


def machine(**changes):
    profile = Profile(
        name="test",
        captured=Captured("declared"),
        platform=Platform(start_method="fork"),
        cpu=Cpu(usable=8),
        memory=Memory(limit_bytes=16 * GIB),
        shm=Shm(8 * GIB),
        limits=Ceilings(open_files_soft=1024, processes=4096),
    )
    return replace(profile, **changes)


# The example machines with a batch of 18.4 MiB, with one of 147 MiB in two loaders, and with workers of 2 GiB in
# two loaders; the main process holds 4 GiB, or what a machine of that size is used for.
@pytest.mark.parametrize(
    ("name", "main", "one", "safe", "large", "heavy"),
    [
        ("laptop-8c-16g", 4, (7, "cpu"), (24, "memory"), (5, "memory"), (2, "memory")),
        ("server-88c-126g", 4, (87, "cpu"), (111, "files"), (55, "files"), (23, "memory")),
        ("a100x8-256c-2t", 16, (31, "cpu"), (534, "memory"), (31, "cpu"), (31, "cpu")),
        ("g4dn-xlarge", 6, (3, "cpu"), (18, "memory"), (3, "cpu"), (1, "memory")),
        ("k8s-cpu2-mem8", 2, (1, "shm"), (1, "shm"), (0, "shm"), (0, "shm")),
        ("slurm-12cpu-4task", 12, (11, "cpu"), (103, "memory"), (11, "cpu"), (8, "memory")),
    ],
)
def test_the_example_machines(examples, name, main, one, safe, large, heavy):
    profile = load(examples / f"{name}.json")
    plain = Demand(batch_bytes=BATCH, main_bytes=main * GIB)
    found = limits(profile, plain)
    assert (found.limit, found.binding.name) == one
    assert (found.safe, min((t for t in found.terms if t.crashes), key=lambda t: t.workers).name) == safe
    for demand, expected in (
        (replace(plain, batch_bytes=8 * BATCH, live_loaders=2), large),
        (replace(plain, worker_bytes=2 * GIB, live_loaders=2), heavy),
    ):
        found = limits(profile, demand)
        assert (found.limit, found.binding.name) == expected


@pytest.mark.parametrize(
    ("usable", "per", "ranks", "fraction", "workers"),
    [
        pytest.param(0.5, "node", 1, 1.0, 0, id="half a CPU is not enough for the main process"),
        pytest.param(1, "node", 1, 1.0, 1, id="a whole CPU bears one worker"),
        pytest.param(1.9, "node", 1, 1.0, 1, id="floored at the end"),
        pytest.param(8, "node", 1, 0.5, 14, id="workers that keep half a CPU busy"),
        pytest.param(1.7, "node", 1, 0.1, 7, id="0.7 / 0.1 is 7, whatever binary makes of it"),
        pytest.param(8, "node", 4, 1.0, 1, id="four ranks share a node"),
        pytest.param(8, "rank", 4, 1.0, 7, id="a rank's own CPUs are not divided again"),
        pytest.param(8, "node", 16, 1.0, 0, id="more ranks than CPUs"),
    ],
)
def test_cpus(usable, per, ranks, fraction, workers):
    demand = Demand(ranks_per_node=ranks, worker_cpu=fraction)
    assert limits(machine(cpu=Cpu(usable=usable, per=per)), demand).term("cpu").workers == workers


@pytest.mark.parametrize(
    ("mebibytes", "workers"),
    [
        pytest.param(64, 1, id="on 64 MiB one worker ran and two failed"),
        pytest.param(128, 2, id="on 128 MiB two workers ran and three (128.6 MiB) failed"),
    ],
)
def test_shared_memory_as_measured(mebibytes, workers):
    profile, demand = machine(shm=Shm(mebibytes * MIB)), Demand(batch_bytes=BATCH)
    assert limits(profile, demand).term("shm").workers == workers
    assert shm_share(profile, demand, workers) <= 1 < shm_share(profile, demand, workers + 1)


def test_one_worker_already_fills_most_of_a_containers_shared_memory():
    share = shm_share(machine(shm=Shm(64 * MIB)), Demand(batch_bytes=BATCH), 1)
    assert round(share, 2) == 0.86


@pytest.mark.parametrize(
    ("profile", "demand", "share"),
    [
        pytest.param(machine(), Demand(), None, id="unknown batch"),
        pytest.param(machine(shm=None), Demand(batch_bytes=1), None, id="unknown /dev/shm"),
        pytest.param(machine(shm="none"), Demand(batch_bytes=1), None, id="no /dev/shm"),
        pytest.param(machine(shm=Shm(0)), Demand(batch_bytes=1), float("inf"), id="an empty /dev/shm"),
    ],
)
def test_share_of_shared_memory(profile, demand, share):
    assert shm_share(profile, demand, 1) == share


def test_without_workers_nothing_is_shared():
    assert shm_share(machine(), Demand(batch_bytes=BATCH), 0) == 0


@pytest.mark.parametrize(
    ("changes", "demand", "reason"),
    [
        pytest.param({}, Demand(), "shm: the size of a batch is not given (batch-bytes)", id="no batch"),
        pytest.param({"shm": None}, Demand(), "shm: the profile does not say how large /dev/shm is", id="no size"),
        pytest.param({"shm": "none"}, Demand(), "shm: this system has no /dev/shm", id="no /dev/shm"),
        pytest.param(
            {"limits": Ceilings(open_files_soft="unlimited")},
            Demand(),
            "files: the soft limit on open files is unlimited",
            id="no limit on files",
        ),
        pytest.param(
            {"limits": Ceilings()}, Demand(), "processes: the limit on processes is unknown", id="unknown processes"
        ),
    ],
)
def test_a_term_that_lacks_an_input_is_omitted_and_named(changes, demand, reason):
    assert reason in limits(machine(**changes), demand).omitted


@pytest.mark.parametrize(("method", "mebibytes"), [("fork", 300), ("forkserver", 600), ("spawn", 600), (None, 600)])
def test_a_workers_memory_is_assumed_from_the_start_method(method, mebibytes):
    profile = machine(platform=Platform(start_method=method))
    demand = Demand(batch_bytes=BATCH, main_bytes=GIB)
    said = replace(demand, worker_bytes=mebibytes * MIB + BATCH)
    assumed, declared = limits(profile, demand).term("memory"), limits(profile, said).term("memory")
    assert assumed.workers == declared.workers
    assert assumed.assumed[0].startswith(f"{mebibytes} MiB a worker")
    assert declared.assumed == ()


@pytest.mark.parametrize(
    ("name", "changes", "why"),
    [
        ("cpu", {"cpu": Cpu(usable=2)}, "2 CPUs less 1 for the main process"),
        ("cpu", {"ranks_per_node": 4, "cpu": Cpu(usable=16)}, "4 CPUs a rank less 1 for the main process"),
        ("cpu", {"cpu": Cpu(usable=1)}, "1 CPU leaves one worker beside the main process"),
        ("cpu", {"cpu": Cpu(usable=0.5)}, "0.5 CPUs is less than the main process needs"),
        ("shm", {"shm": Shm(64 * MIB)}, "/dev/shm of 64 MiB holds 3 batches of 18.4 MiB"),
        ("files", {}, "1024 open files less 128 in reserve, at 8 a worker"),
        ("processes", {}, "4096 processes less 16 in reserve, at 2 a worker"),
        (
            "memory",
            {},
            "80 % of 16 GiB less 4 GiB for the main process holds 25 workers of 355 MiB",
        ),
    ],
)
def test_each_term_says_its_arithmetic(name, changes, why):
    assert limits(machine(**changes), Demand(batch_bytes=BATCH)).term(name).why == why


@pytest.mark.parametrize(
    ("spare", "workers"), [pytest.param(0, 1, id="exactly enough"), pytest.param(-5, 0, id="five bytes short")]
)
def test_memory_holds_the_batches_of_every_loader(spare, workers):
    # 80 % of the limit: main 64 MiB; in each of 2 loaders 3 held batches, and a worker of 32 MiB with 2 batches.
    budget = 64 * MIB + 2 * (3 * MIB + 32 * MIB + 2 * MIB)
    profile = machine(memory=Memory(limit_bytes=budget * 5 // 4 + spare))
    demand = Demand(live_loaders=2, batch_bytes=MIB, held_batches=3, worker_bytes=32 * MIB, main_bytes=64 * MIB)
    assert limits(profile, demand).term("memory").workers == workers


def test_workers_that_need_nothing_are_bounded_by_nothing():
    profile = machine(memory=Memory(limit_bytes=5 * MIB))
    assert limits(profile, Demand(worker_bytes=0, main_bytes=0)).term("memory").workers == 4 * MIB


@pytest.mark.parametrize(
    ("soft", "loaders", "workers"),
    [
        pytest.param(139, 1, 0, id="one descriptor short"),
        pytest.param(140, 1, 1, id="128 in reserve, 2 and 2 for the loader, 8 for the worker"),
        pytest.param(152, 2, 1, id="twice that for two loaders"),
        pytest.param(151, 2, 0, id="and one short again"),
    ],
)
def test_open_files(soft, loaders, workers):
    profile = machine(limits=Ceilings(open_files_soft=soft))
    assert limits(profile, Demand(live_loaders=loaders)).term("files").workers == workers


@pytest.mark.parametrize(
    ("most", "ranks", "loaders", "workers"),
    [
        pytest.param(17, 1, 1, 0, id="one short of a process and its thread"),
        pytest.param(18, 1, 1, 1, id="16 in reserve and 2 for the worker"),
        pytest.param(40, 2, 2, 1, id="half for each rank, half of that for each loader"),
        pytest.param(38, 2, 2, 0, id="and one short again"),
    ],
)
def test_processes(most, ranks, loaders, workers):
    profile = machine(limits=Ceilings(processes=most))
    demand = Demand(ranks_per_node=ranks, live_loaders=loaders)
    assert limits(profile, demand).term("processes").workers == workers


def test_on_a_tie_the_term_that_crashes_is_named():
    profile = machine(cpu=Cpu(usable=2), shm=Shm(64 * MIB))
    assert limits(profile, Demand(batch_bytes=BATCH)).binding.name == "shm"


def test_a_figure_that_the_profile_assumes_is_said_to_be_assumed():
    profile = machine(provenance={"shm.size_bytes": "assumed:half of memory"})
    assert limits(profile, Demand(batch_bytes=BATCH)).term("shm").assumed == ("the size of /dev/shm (by the profile)",)


def test_exceeded_terms_are_certain_only_without_assumed_inputs():
    profile = machine(shm=Shm(64 * MIB))
    found = {excess.term.name: excess.certain for excess in exceeded(profile, Demand(batch_bytes=BATCH), 30)}
    assert found == {"shm": True, "memory": False}


def test_too_many_cpus_is_no_crash():
    assert exceeded(machine(cpu=Cpu(usable=1)), Demand(worker_bytes=1, main_bytes=1), 20) == ()


@pytest.mark.parametrize(("workers", "certain"), [(130, False), (250, True)])
def test_open_files_are_certain_only_without_tensors_in_flight(workers, certain):
    demand = Demand(worker_bytes=1, main_bytes=1, batch_bytes=1)
    (excess,) = exceeded(machine(), demand, workers)
    assert (excess.term.name, excess.certain) == ("files", certain)


@pytest.mark.parametrize(
    "wrong",
    [
        {"live_loaders": 0},
        {"ranks_per_node": 0},
        {"batch_bytes": 0},
        {"prefetch_factor": 0},
        {"held_batches": -1},
        {"worker_bytes": -1},
        {"worker_cpu": 0.0},
        {"worker_cpu": float("nan")},
    ],
    ids=str,
)
def test_a_demand_that_no_job_can_have_is_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Demand(**wrong)


def test_a_number_out_of_somebodys_code_may_be_absurd():
    demand = Demand(batch_bytes=BATCH, prefetch_factor=10**400)
    assert limits(machine(), demand).safe == 0
    assert shm_share(machine(), demand, 10**400) == float("inf")


whole = st.integers(1, 2**45)
profiles = st.builds(
    lambda cpus, memory, shm, files, processes, ranks, method: machine(
        cpu=Cpu(usable=cpus),
        memory=Memory(limit_bytes=memory),
        shm=Shm(shm),
        limits=Ceilings(open_files_soft=files, processes=processes),
        ranks_per_node=ranks,
        platform=Platform(start_method=method),
    ),
    st.floats(0.01, 1024),
    st.integers(2**20, 2**45),
    st.integers(0, 2**45),
    st.integers(0, 2**21),
    st.integers(0, 2**22),
    st.integers(1, 16),
    st.sampled_from(["fork", "spawn", None]),
)
demands = st.builds(
    Demand,
    live_loaders=st.integers(1, 4),
    batch_bytes=st.none() | whole,
    prefetch_factor=st.integers(1, 16),
    held_batches=st.integers(0, 8),
    tensors_per_batch=st.integers(0, 64),
    worker_bytes=st.none() | st.integers(0, 2**40),
    main_bytes=st.none() | st.integers(0, 2**40),
    worker_cpu=st.floats(0.01, 1),
)


@given(profiles, demands)
def test_no_term_is_negative_and_the_limit_is_the_least(profile, demand):
    found = limits(profile, demand)
    assert all(term.workers >= 0 for term in found.terms)
    assert found.limit <= found.safe
    assert found.limit == found.binding.workers == min(term.workers for term in found.terms)
    assert len(found.terms) + len(found.omitted) == 5


def by_name(profile, demand):
    return {term.name: term.workers for term in limits(profile, demand).terms}


@given(profiles, demands, st.floats(1, 10))
def test_more_of_a_resource_never_allows_less(profile, demand, factor):
    more = replace(
        profile,
        cpu=replace(profile.cpu, usable=profile.cpu.usable * factor),
        memory=replace(profile.memory, limit_bytes=int(profile.memory.limit_bytes * factor) + 1),
        shm=Shm(int(profile.shm.size_bytes * factor) + 1),
        limits=Ceilings(
            open_files_soft=int(profile.limits.open_files_soft * factor) + 1,
            processes=int(profile.limits.processes * factor) + 1,
        ),
    )
    before, after = by_name(profile, demand), by_name(more, demand)
    assert all(after[name] >= before[name] for name in before)


@given(profiles, demands, st.sampled_from(["ranks", "loaders", "prefetch", "batch"]))
def test_asking_for_twice_as_much_never_allows_more(profile, demand, what):
    twice = {
        "ranks": lambda: replace(demand, ranks_per_node=2 * profile.ranks_per_node),
        "loaders": lambda: replace(demand, live_loaders=2 * demand.live_loaders),
        "prefetch": lambda: replace(demand, prefetch_factor=2 * demand.prefetch_factor),
        "batch": lambda: replace(demand, batch_bytes=demand.batch_bytes and 2 * demand.batch_bytes),
    }[what]()
    before, after = by_name(profile, demand), by_name(profile, twice)
    assert all(after[name] <= before[name] for name in before)


@given(profiles, demands.filter(lambda demand: demand.batch_bytes is not None))
def test_the_shm_term_is_the_last_count_that_fits(profile, demand):
    workers = limits(profile, demand).term("shm").workers
    assert shm_share(profile, demand, workers + 1) > 1
    assert workers == 0 or shm_share(profile, demand, workers) <= 1 + 1e-9
