from __future__ import annotations

import pytest

from worker_lint.hardware.cgroup import inspect

V2 = "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw\n"
V1 = (
    "33 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
    "34 31 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
    "35 31 0:31 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n"
    "36 31 0:32 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n"
)
TOP = "sys/fs/cgroup/"
CPU1 = TOP + "cpu,cpuacct/"


def machine(mountinfo, membership, **files):
    return {"proc/self/mountinfo": mountinfo, "proc/self/cgroup": membership, **files}


def v1_quota(folder, quota, period="100000"):
    return {f"{CPU1}{folder}cpu.cfs_quota_us": quota, f"{CPU1}{folder}cpu.cfs_period_us": period}


@pytest.mark.parametrize(
    ("files", "cpus"),
    [
        pytest.param(
            machine(V2, "0::/\n", **{TOP + "cpu.max": "100000 100000\n"}),
            1.0,
            id="version 2, limit at the visible root, as in Docker and Kubernetes",
        ),
        pytest.param(
            machine(
                V2,
                "0::/system.slice/train.service\n",
                **{
                    TOP + "system.slice/cpu.max": "100000 100000\n",
                    TOP + "system.slice/train.service/cpu.max": "max 100000\n",
                },
            ),
            1.0,
            id="version 2, limit on the parent only, as in a systemd slice",
        ),
        pytest.param(
            machine(V2, "0::/job_1/step_0\n", **{TOP + "job_1/step_0/cpu.max": "100000 100000\n"}),
            1.0,
            id="version 2, limit on the own nested leaf, as in Slurm and systemd-run",
        ),
        pytest.param(
            machine(V2, "0::/\n", **{TOP + "cpu.max": "50000 100000\n"}),
            0.5,
            id="half a CPU stays half a CPU",
        ),
        pytest.param(
            machine(
                V2,
                "0::/a/b/c\n",
                **{
                    TOP + "a/cpu.max": "400000 100000\n",
                    TOP + "a/b/cpu.max": "150000 100000\n",
                    TOP + "a/b/c/cpu.max": "300000 100000\n",
                },
            ),
            1.5,
            id="the tightest of several ancestors holds",
        ),
        pytest.param(
            machine(
                V2,
                "0::/a/b\n",
                **{TOP + "a/cpu.max": "200000 100000\n", TOP + "a/b/cpu.max": ""},
            ),
            2.0,
            id="an empty cpu.max is passed over, its parent is not",
        ),
        pytest.param(machine(V2, "0::/\n", **{TOP + "cpu.max": "max 100000\n"}), None, id="the word max"),
        pytest.param(machine(V2, "0::/\n", **{TOP + "cpu.max": "100000 0\n"}), None, id="a period of 0"),
        pytest.param(machine(V2, "0::/\n", **{TOP + "cpu.max": "0 100000\n"}), None, id="a quota of 0"),
        pytest.param(machine(V2, "0::/\n", **{TOP + "cpu.max": "\x00\x01\n"}), None, id="bytes that are no text"),
        pytest.param(
            machine(V2, "0::/../../other\n", **{TOP + "cpu.max": "300000 100000\n"}),
            3.0,
            id="a path outside the namespace: the mount point only",
        ),
        pytest.param(
            machine(
                V2.replace("0:26 /", "0:26 /kubepods/pod-b"),
                "0::/kubepods/pod-a/main\n",
                **{TOP + "cpu.max": "300000 100000\n", TOP + "main/cpu.max": "100000 100000\n"},
            ),
            3.0,
            id="the mount shows another pod: the mount point only",
        ),
        pytest.param(
            machine(
                V2.replace("0:26 /", "0:26 /docker/ab"),
                "0::/docker/abc/x\n",
                **{TOP + "cpu.max": "300000 100000\n", TOP + "x/cpu.max": "100000 100000\n"},
            ),
            3.0,
            id="the mount's root is the beginning of another group's name",
        ),
        pytest.param(
            machine(V2, "0::/run:1:x.scope\n", **{TOP + "run:1:x.scope/cpu.max": "100000 100000\n"}),
            1.0,
            id="colons in the group's name",
        ),
        pytest.param(
            machine(
                "25 24 0:4 net:[4026531992] /run/netns/a rw shared:1 - nsfs nsfs rw\n" + V2,
                "0::/\n",
                **{TOP + "cpu.max": "100000 100000\n"},
            ),
            1.0,
            id="a namespace mount before the cgroup's",
        ),
        pytest.param(
            machine(
                V2.replace("/sys/fs/cgroup", "/sys/fs/my\\040groups"),
                "0::/\n",
                **{"sys/fs/my groups/cpu.max": "100000 100000\n"},
            ),
            1.0,
            id="a mount point with a space, escaped as \\040",
        ),
        pytest.param(
            machine("30 23 0:26 / cgroup2\n\n - cgroup2\n" + V2, "rubbish\n0::/\n", **{TOP + "cpu.max": "1 2\n"}),
            0.5,
            id="lines of no known shape are passed over",
        ),
        pytest.param(
            machine(V1, "3:cpu,cpuacct:/docker/0f\n", **v1_quota("", "100000")),
            1.0,
            id="version 1 Docker: the host's path in /proc/self/cgroup, the limit at the mount point",
        ),
        pytest.param(
            machine(
                V1.replace("0:29 / ", "0:29 /docker/0f "),
                "3:cpu,cpuacct:/docker/0f/sub\n",
                **v1_quota("", "300000"),
                **v1_quota("sub/", "200000"),
            ),
            2.0,
            id="version 1, the mount's root is stripped from the path",
        ),
        pytest.param(
            machine(V1, "3:cpu,cpuacct:/a/b\n", **v1_quota("a/", "100000"), **v1_quota("a/b/", "-1")),
            1.0,
            id="version 1, quota on the parent, leaf unlimited",
        ),
        pytest.param(machine(V1, "3:cpu,cpuacct:/\n", **v1_quota("", "100000", "0")), None, id="version 1, period 0"),
        pytest.param(
            machine(
                V1 + V2.replace("/sys/fs/cgroup", "/sys/fs/cgroup/unified"),
                "3:cpu,cpuacct:/\n0::/user\n",
                **v1_quota("", "300000"),
                **{TOP + "unified/user/cpu.max": "200000 100000\n"},
            ),
            2.0,
            id="hybrid: the tighter of both versions",
        ),
        pytest.param(
            machine(
                V2,
                "0::/a/../..\n",
                **{
                    TOP + "cpu.max": "300000 100000\n",
                    TOP + "a/cpu.max": "max 100000\n",
                    "sys/fs/cpu.max": "100000 100000\n",
                },
            ),
            3.0,
            id="two dots inside the path never lead out of the mount",
        ),
        pytest.param(
            machine(
                V2.replace("0:26 /", "0:26 /pod-b").replace("fs/cgroup", "fs/other") + V2,
                "0::/pod-a\n",
                **{"sys/fs/other/cpu.max": "100000 100000\n", TOP + "pod-a/cpu.max": "300000 100000\n"},
            ),
            3.0,
            id="mounted twice: the mount that shows our group",
        ),
        pytest.param(machine(V2, "0::/" + "a/" * 50_000 + "\n"), None, id="a path longer than Linux allows"),
        pytest.param(machine(V2, ""), None, id="no membership"),
        pytest.param(machine("", "0::/\n"), None, id="no mount"),
        pytest.param({}, None, id="no cgroup files at all"),
    ],
)
def test_the_quota_is_the_least_along_the_whole_path(tree, files, cpus):
    quota = inspect(tree(files)).quota
    assert (quota and quota.value) == cpus


GIB = 2**30


@pytest.mark.parametrize(
    ("files", "most", "high"),
    [
        pytest.param(
            machine(
                V2,
                "0::/job_7/step_0/task_0\n",
                **{
                    TOP + "job_7/memory.max": f"{8 * GIB}\n",
                    TOP + "job_7/step_0/memory.max": "max\n",
                    TOP + "job_7/step_0/task_0/memory.max": f"{16 * GIB}\n",
                },
            ),
            8 * GIB,
            None,
            id="a Slurm job's 8 GiB hold above a leaf's 16 GiB",
        ),
        pytest.param(
            machine(
                V2,
                "0::/\n",
                **{TOP + "memory.max": "max\n", TOP + "memory.high": f"{6 * GIB}\n", TOP + "memory.low": f"{GIB}\n"},
            ),
            None,
            6 * GIB,
            id="memory.high is honoured, memory.low is no limit",
        ),
        pytest.param(
            machine(
                V1,
                "4:memory:/\n",
                **{
                    TOP + "memory/memory.limit_in_bytes": "9223372036854771712\n",
                    TOP + "memory/memory.stat": "cache 0\nhierarchical_memory_limit 9223372036854771712\n",
                },
            ),
            None,
            None,
            id="version 1 says unlimited with 2^63 less a page",
        ),
        pytest.param(
            machine(
                V1,
                "4:memory:/a/b\n",
                **{
                    TOP + "memory/a/b/memory.limit_in_bytes": f"{16 * GIB}\n",
                    TOP + "memory/a/b/memory.stat": f"hierarchical_memory_limit {4 * GIB}\n",
                },
            ),
            4 * GIB,
            None,
            id="version 1, the hierarchical limit counts ancestors that cannot be seen",
        ),
    ],
)
def test_memory_limits(tree, files, most, high):
    found = inspect(tree(files))
    assert (found.memory_max and found.memory_max.value) == most
    assert (found.memory_high and found.memory_high.value) == high


@pytest.mark.parametrize(
    ("files", "cpus"),
    [
        pytest.param(
            machine(V2, "0::/a\n", **{TOP + "a/cpuset.cpus.effective": "0-2, 7\n"}),
            {0, 1, 2, 7},
            id="ranges and single CPUs, with a space",
        ),
        pytest.param(
            machine(V2, "0::/a/b\n", **{TOP + "a/cpuset.cpus.effective": "4-5\n"}),
            {4, 5},
            id="the leaf has no cpuset controller: its parent's holds",
        ),
        pytest.param(
            machine(V1, "5:cpuset:/a\n", **{TOP + "cpuset/a/cpuset.effective_cpus": "3\n"}),
            {3},
            id="version 1",
        ),
        pytest.param(
            machine(V2, "0::/\n", **{TOP + "cpuset.cpus.effective": "0-99999999999\n"}),
            None,
            id="more CPUs than any kernel knows",
        ),
        pytest.param(machine(V2, "0::/\n", **{TOP + "cpuset.cpus.effective": "3-1\n"}), None, id="a range that falls"),
        pytest.param(machine(V2, "0::/\n", **{TOP + "cpuset.cpus.effective": "\n"}), None, id="an empty list"),
    ],
)
def test_the_cpuset_is_the_leafs(tree, files, cpus):
    assert inspect(tree(files)).cpuset == cpus


@pytest.mark.parametrize(
    ("files", "most"),
    [
        pytest.param(
            machine(V2, "0::/a/b\n", **{TOP + "a/pids.max": "500\n", TOP + "a/b/pids.max": "max\n"}),
            500,
            id="version 2, on the parent",
        ),
        pytest.param(machine(V1, "8:pids:/\n", **{TOP + "pids/pids.max": "99\n"}), 99, id="version 1"),
    ],
)
def test_the_number_of_processes(tree, files, most):
    assert inspect(tree(files)).pids_max.value == most


def test_a_source_names_the_control_file_and_never_its_path(tree):
    files = machine(V2, "0::/docker/0f3c\n", **{TOP + "docker/0f3c/cpu.max": "1 1\n"})
    assert inspect(tree(files)).quota.source == "measured:cgroup2 cpu.max"
