"""The walker against limits that a real kernel enforces; skipped, with the reason, where none can be set here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[2] / "hooks"

# The child limits itself before it looks: joins the control groups, or takes one CPU.
CHILD = """
import json, os, sys
from pathlib import Path
for folder in sys.argv[2:]:
    Path(folder, "cgroup.procs").write_text(str(os.getpid()))
if sys.argv[1] == "pin":
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
import psutil
from worker_lint.hardware.machine import inspect
machine = inspect(environ={})
print(json.dumps([machine.usable, machine.cpu.name, psutil.cpu_count()]))
"""


def measure(how, *groups):
    """Return the walker's usable CPUs and what limits them, and what psutil.cpu_count says, in a limited child."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, how, *map(str, groups)],
        env={**os.environ, "PYTHONPATH": str(SOURCES)},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


@pytest.fixture
def quota_of_half_a_cpu():
    """Yield a fresh control group, of version 1 or 2, with a quota of half a CPU on its parent; remove both."""
    for top in (Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/cpu"), Path("/sys/fs/cgroup/cpu,cpuacct")):
        leaf = top / f"worker-lint-test-{os.getpid()}" / "leaf"
        try:
            leaf.mkdir(parents=True)
        except OSError:
            continue
        try:
            if _limited(leaf.parent):
                yield leaf
                return
        finally:
            leaf.rmdir()
            leaf.parent.rmdir()
    pytest.skip("no control group with a CPU controller can be made here")


def _limited(group):
    """Limit ``group`` to half a CPU and return whether it has a CPU controller to do so."""
    for name, text in (("cpu.cfs_quota_us", "50000"), ("cpu.max", "50000 100000")):
        if (group / name).exists():
            (group / name).write_text(text, encoding="utf-8")
            return True
    return False


def test_a_quota_on_the_parent_group(quota_of_half_a_cpu):
    usable, limited_by, psutil_says = measure("join", quota_of_half_a_cpu)
    assert (usable, limited_by) == (0.5, "quota")
    assert psutil_says == os.cpu_count()  # blind to the quota: the reason why the walker exists


def test_a_mask_of_one_cpu():
    if not hasattr(os, "sched_setaffinity"):
        pytest.skip("this system has no affinity masks")
    if (os.cpu_count() or 1) < 2:
        pytest.skip("on one CPU a mask of one says nothing")
    usable, limited_by, psutil_says = measure("pin")
    assert (usable, limited_by) == (1, "affinity")
    assert psutil_says == os.cpu_count() > 1
