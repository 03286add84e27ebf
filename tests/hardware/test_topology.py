from __future__ import annotations

import pytest

from worker_lint.hardware import topology

CPU = "sys/devices/system/cpu/cpu"


def threads(*siblings):
    return {f"{CPU}{number}/topology/thread_siblings_list": f"{text}\n" for number, text in enumerate(siblings)}


CPUINFO = "".join(
    f"processor\t: {cpu}\nphysical id\t: {cpu // 4}\ncore id\t\t: {cpu % 4 // 2}\nflags\t\t: fpu\n\n"
    for cpu in range(8)
)


@pytest.mark.parametrize(
    ("files", "allowed", "cores"),
    [
        pytest.param(threads("0,2", "1,3", "0,2", "1,3"), None, 2, id="four threads on two cores"),
        pytest.param(threads("0,2", "1,3", "0,2", "1,3"), {0, 2}, 1, id="a mask of both threads of one core"),
        pytest.param({"proc/cpuinfo": CPUINFO}, None, 4, id="two sockets of two cores in cpuinfo"),
        pytest.param({"proc/cpuinfo": CPUINFO}, {0, 4}, 2, id="one thread on each socket"),
        pytest.param({"proc/cpuinfo": "processor : 0\nBogoMIPS : 50\n"}, None, None, id="ARM's cpuinfo says nothing"),
        pytest.param({}, None, None, id="no files"),
    ],
)
def test_physical_cores_are_counted_within_the_mask(tree, files, allowed, cores):
    assert topology.count_cores(topology.cores(tree(files)), allowed) == cores


@pytest.mark.parametrize(
    ("files", "fast"),
    [
        pytest.param({"sys/devices/cpu_core/cpus": "0-7\n", "sys/devices/cpu_atom/cpus": "8-15\n"}, 8, id="hybrid x86"),
        pytest.param({f"{CPU}{n}/cpu_capacity": f"{512 if n < 4 else 1024}\n" for n in range(6)}, 2, id="big.LITTLE"),
        pytest.param({f"{CPU}{n}/cpu_capacity": "1024\n" for n in range(6)}, None, id="all alike"),
        pytest.param({}, None, id="no files"),
    ],
)
def test_performance_cpus(tree, files, fast):
    assert topology.performance_cpus(tree(files)) == fast


def test_numa_nodes_are_the_numbered_folders(tree):
    node = "sys/devices/system/node/"
    root = tree({node + "node0/cpulist": "0\n", node + "node10/cpulist": "1\n", node + "possible": "0-1\n"})
    assert topology.numa_nodes(root) == 2
