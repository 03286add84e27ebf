from __future__ import annotations

import multiprocessing
import platform
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker_lint.hardware.facts import Facts, ask
from worker_lint.hardware.machine import inspect, start_method
from worker_lint.hardware.profile import Profile, parse

GIB = 2**30
V2 = {"proc/self/mountinfo": "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n", "proc/self/cgroup": "0::/\n"}
CPU_MAX, MEMORY_MAX = "sys/fs/cgroup/cpu.max", "sys/fs/cgroup/memory.max"
MEMINFO = {"proc/meminfo": "MemTotal:       16777216 kB\nSwapTotal:       1048576 kB\n"}


def host(cpus, affinity=None, **others):
    return Facts(online_cpus=cpus, affinity=frozenset(range(affinity or cpus)), **others)


@pytest.mark.parametrize(
    ("files", "environ", "facts", "usable", "per", "limited_by"),
    [
        pytest.param({}, {}, host(8), 8, "node", "host", id="the whole host"),
        pytest.param({}, {}, host(8, 2), 2, "node", "affinity", id="taskset"),
        pytest.param(
            V2 | {"sys/fs/cgroup/cpuset.cpus.effective": "0-2\n"}, {}, host(8, 3), 3, "node", "cpuset", id="cpuset"
        ),
        pytest.param(V2 | {CPU_MAX: "50000 100000\n"}, {}, host(8), 0.5, "node", "quota", id="half a CPU"),
        pytest.param(
            {},
            {"SLURM_CPUS_PER_TASK": "12", "SLURM_NTASKS_PER_NODE": "4"},
            host(128, 12),
            12,
            "rank",
            "scheduler",
            id="Slurm binds each task: its mask is not divided again",
        ),
        pytest.param(
            {},
            {"SLURM_CPUS_PER_TASK": "12", "SLURM_NTASKS_PER_NODE": "4"},
            host(128, 48),
            12,
            "rank",
            "scheduler",
            id="Slurm without binding: the mask is the node's, a quarter is a rank's",
        ),
        pytest.param(
            {},
            {"SLURM_CPUS_PER_TASK": "12", "SLURM_NTASKS_PER_NODE": "4"},
            host(128, 6),
            6,
            "rank",
            "affinity",
            id="a promise of 12 and a mask of 6 for the rank: the mask holds",
        ),
        pytest.param(
            V2 | {CPU_MAX: "2000000 100000\n"},
            {"SLURM_CPUS_PER_TASK": "12", "SLURM_NTASKS_PER_NODE": "4"},
            host(128, 12),
            5,
            "rank",
            "quota",
            id="a quota of 20 for four ranks",
        ),
        pytest.param(
            {},
            {"SLURM_CPUS_PER_TASK": "96", "SLURM_NTASKS_PER_NODE": "1", "LOCAL_WORLD_SIZE": "8"},
            host(96),
            96,
            "node",
            "host",
            id="torchrun inside one task: the task's CPUs are the node's",
        ),
        pytest.param(
            {},
            {"OMPI_COMM_WORLD_LOCAL_SIZE": "4"},
            host(32, 4),
            4,
            "rank",
            "affinity",
            id="mpirun binds: four masks of 4 fit the host",
        ),
        pytest.param(
            V2 | {"sys/fs/cgroup/cpuset.cpus.effective": "0-3\n"},
            {"OMPI_COMM_WORLD_LOCAL_SIZE": "4"},
            host(16, 4),
            4,
            "node",
            "cpuset",
            id="mpirun in a container of 4 CPUs: the mask is everybody's",
        ),
        pytest.param({}, {"LOCAL_WORLD_SIZE": "4"}, host(16, 4), 4, "node", "affinity", id="torchrun does not bind"),
        pytest.param({}, {"NSLOTS": "4"}, host(16), 4, "node", "scheduler", id="Grid Engine's slots"),
        pytest.param({}, {}, Facts(platform="darwin", online_cpus=10), 10, "node", "host", id="macOS has no mask"),
        pytest.param(
            V2 | {CPU_MAX: "50000 100000\n"},
            {},
            Facts(platform="win32", online_cpus=16, affinity=frozenset(range(8))),
            8,
            "node",
            "affinity",
            id="Windows has a mask and no control groups",
        ),
        pytest.param({}, {}, Facts(), None, "node", None, id="a system that answers nothing"),
    ],
)
def test_usable_cpus(tree, files, environ, facts, usable, per, limited_by):
    machine = inspect(tree(files), environ, facts)
    assert (machine.usable, machine.cpu_per) == (usable, per)
    assert (machine.cpu and machine.cpu.name) == limited_by


@pytest.mark.parametrize(
    ("files", "environ", "facts", "limit", "limited_by"),
    [
        pytest.param(MEMINFO, {}, Facts(), 16 * GIB, "host", id="the host's memory"),
        pytest.param(MEMINFO, {}, Facts(memory_bytes=99 * GIB), 16 * GIB, "host", id="the file before the call"),
        pytest.param({}, {}, Facts(memory_bytes=99 * GIB), 99 * GIB, "host", id="the call where there is no file"),
        pytest.param(MEMINFO | V2 | {MEMORY_MAX: f"{8 * GIB}\n"}, {}, Facts(), 8 * GIB, "cgroup", id="memory.max"),
        pytest.param(MEMINFO | V2 | {MEMORY_MAX: f"{64 * GIB}\n"}, {}, Facts(), 16 * GIB, "host", id="a lax limit"),
        pytest.param(MEMINFO | V2 | {MEMORY_MAX: "4096\n"}, {}, Facts(), 16 * GIB, "host", id="no Python fits"),
        pytest.param(
            MEMINFO | V2 | {"sys/fs/cgroup/memory.high": f"{6 * GIB}\n"},
            {},
            Facts(),
            6 * GIB,
            "cgroup-high",
            id="memory.high",
        ),
        pytest.param(MEMINFO, {"SLURM_MEM_PER_NODE": "4096"}, Facts(), 4 * GIB, "scheduler", id="Slurm's MiB"),
        pytest.param(MEMINFO, {}, Facts(address_space=3 * GIB), 3 * GIB, "rlimit", id="ulimit -v"),
        pytest.param(MEMINFO, {}, Facts(address_space="unlimited"), 16 * GIB, "host", id="no ulimit -v"),
        pytest.param(
            MEMINFO,
            {"LOCAL_WORLD_SIZE": "2"},
            Facts(address_space=3 * GIB),
            6 * GIB,
            "rlimit",
            id="ulimit -v holds for each rank",
        ),
    ],
)
def test_memory(tree, files, environ, facts, limit, limited_by):
    memory = inspect(tree(files), environ, facts).memory
    assert (memory.value, memory.name) == (limit, limited_by)


@pytest.mark.parametrize(
    ("environ", "gpus", "ranks", "source"),
    [
        pytest.param({}, 0, 1, "assumed:one process", id="nothing known"),
        pytest.param({}, 8, 8, "derived:gpu.count", id="a rank for each GPU"),
        pytest.param({"LOCAL_WORLD_SIZE": "2"}, 8, 2, "scheduler:LOCAL_WORLD_SIZE", id="torchrun started two"),
        pytest.param({"SLURM_NTASKS_PER_NODE": "4"}, 8, 4, "scheduler:SLURM_NTASKS_PER_NODE", id="four tasks"),
        pytest.param({"SLURM_NTASKS_PER_NODE": "1"}, 8, 8, "derived:gpu.count", id="one task that starts torchrun"),
    ],
)
def test_ranks(tree, environ, gpus, ranks, source):
    machine = inspect(tree({}), environ, host(64, nvidia_smi="A100, 81920\n" * gpus))
    assert (machine.ranks_per_node, machine.sources["ranks_per_node"]) == (ranks, source)


@pytest.mark.parametrize(
    ("files", "limit", "processes"),
    [
        pytest.param(V2 | {"sys/fs/cgroup/pids.max": "100\n"}, 5000, 100, id="the control group's is less"),
        pytest.param(V2 | {"sys/fs/cgroup/pids.max": "9000\n"}, 5000, 5000, id="the user's is less"),
        pytest.param(V2 | {"sys/fs/cgroup/pids.max": "100\n"}, "unlimited", 100, id="the user has none"),
        pytest.param({}, "unlimited", "unlimited", id="no limit at all"),
        pytest.param({}, None, None, id="unknown"),
    ],
)
def test_processes(tree, files, limit, processes):
    assert inspect(tree(files), {}, Facts(processes=limit)).processes == processes


def test_a_promise_that_differs_from_the_enforcement_is_reported(tree):
    machine = inspect(tree(V2 | {CPU_MAX: "400000 100000\n"}), {"SLURM_CPUS_PER_TASK": "8"}, host(64))
    assert machine.disagreements == (
        "SLURM_CPUS_PER_TASK promises 8 CPUs a node, the quota (cgroup2 cpu.max) allows 4 CPUs a node",
    )
    assert machine.usable == 4


@pytest.mark.parametrize("mask", [pytest.param(12, id="each rank bound"), pytest.param(48, id="no rank bound")])
def test_a_promise_that_is_kept_is_not(tree, mask):
    environ = {"SLURM_CPUS_PER_TASK": "12", "SLURM_NTASKS_PER_NODE": "4"}
    assert inspect(tree({}), environ, host(128, mask)).disagreements == ()


def test_usable_cores_lie_within_mask_and_cpuset(tree):
    threads = {f"sys/devices/system/cpu/cpu{n}/topology/thread_siblings_list": f"{n}\n" for n in range(4)}
    machine = inspect(tree(V2 | threads | {"sys/fs/cgroup/cpuset.cpus.effective": "1-3\n"}), {}, host(4, 2))
    assert (machine.host_physical, machine.usable_physical) == (4, 1)


@pytest.mark.parametrize(
    ("files", "environ", "platform", "scope"),
    [
        pytest.param({}, {}, "linux", "host", id="bare"),
        pytest.param({".dockerenv": ""}, {}, "linux", "container", id="Docker"),
        pytest.param({"run/.containerenv": ""}, {}, "linux", "container", id="Podman"),
        pytest.param({}, {"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, "linux", "container", id="Kubernetes"),
        pytest.param({".dockerenv": ""}, {"SLURM_JOB_ID": "7"}, "linux", "job", id="a job, in a container or not"),
        pytest.param({}, {"container": "x"}, "win32", "host", id="a variable of that name on Windows"),
    ],
)
def test_scope(tree, files, environ, platform, scope):
    assert inspect(tree(files), environ, Facts(platform=platform)).scope == scope


@pytest.mark.parametrize(
    ("platform", "python", "method"),
    [
        ("linux", (3, 13), "fork"),
        ("linux", (3, 14), "forkserver"),
        ("darwin", (3, 10), "spawn"),
        ("win32", (3, 14), "spawn"),
        ("freebsd14", (3, 12), "fork"),
    ],
)
def test_start_method(platform, python, method):
    assert start_method(platform, python) == method


def test_start_method_agrees_with_the_python_that_runs():
    assert start_method(sys.platform, sys.version_info[:2]) == multiprocessing.get_all_start_methods()[0]


def test_the_running_system_answers():
    facts = ask(Path("/"))
    assert facts.online_cpus >= 1
    assert facts.memory_bytes > 2**20
    assert facts.platform == sys.platform


def test_the_kernel_answers_what_psutil_says():
    psutil = pytest.importorskip("psutil")
    facts = ask(Path("/"))
    assert facts.arch == platform.machine().lower()
    assert facts.online_cpus == psutil.cpu_count()
    assert facts.memory_bytes == psutil.virtual_memory().total
    if hasattr(psutil.Process, "cpu_affinity"):
        assert facts.affinity == frozenset(psutil.Process().cpu_affinity())


def test_the_running_machine_has_a_profile_that_can_be_read_again():
    profile = Profile.from_machine(inspect(), "live")
    assert parse(profile.to_document(), "live") == profile


garbage = st.one_of(st.binary(max_size=60), st.text("0123456789-,:()x/ .\nmaxGPU\\", max_size=60).map(str.encode))
PATHS = [
    "proc/self/mountinfo",
    "proc/self/cgroup",
    "proc/meminfo",
    "proc/cpuinfo",
    "sys/fs/cgroup/cpu.max",
    "sys/fs/cgroup/memory.max",
    "sys/fs/cgroup/memory.high",
    "sys/fs/cgroup/pids.max",
    "sys/fs/cgroup/cpuset.cpus.effective",
    "sys/devices/system/cpu/cpu0/topology/thread_siblings_list",
    "sys/devices/system/cpu/cpu0/cpu_capacity",
    "sys/devices/cpu_core/cpus",
    "proc/driver/nvidia/gpus/0/information",
]
VARIABLES = [
    "SLURM_CPUS_PER_TASK",
    "SLURM_CPUS_ON_NODE",
    "SLURM_JOB_CPUS_PER_NODE",
    "SLURM_NODEID",
    "SLURM_NTASKS_PER_NODE",
    "SLURM_STEP_TASKS_PER_NODE",
    "SLURM_MEM_PER_NODE",
    "SLURM_MEM_PER_CPU",
    "PBS_JOBID",
    "NCPUS",
    "LSB_MCPU_HOSTS",
    "NSLOTS",
    "LOCAL_WORLD_SIZE",
    "CUDA_VISIBLE_DEVICES",
]


@given(
    files=st.dictionaries(st.sampled_from(PATHS), garbage),
    environ=st.dictionaries(st.sampled_from(VARIABLES), st.text("0123456789(x),-max ", max_size=12)),
    smi=st.text(max_size=40),
    mounted=st.booleans(),
)
def test_garbage_never_raises_and_never_makes_an_invalid_profile(files, environ, smi, mounted):
    facts = host(16, memory_bytes=16 * GIB, nvidia_smi=smi)
    known = {name: text.encode() for name, text in V2.items()} if mounted else {}
    with tempfile.TemporaryDirectory() as folder:
        for name, content in {**files, **known}.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        machine = inspect(Path(folder), environ, facts)
    assert 0 < machine.usable <= 16
    profile = Profile.from_machine(machine, "fuzz")
    assert parse(profile.to_document(), "fuzz") == profile
