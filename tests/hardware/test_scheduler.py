from __future__ import annotations

import pytest

from worker_lint.hardware.scheduler import read

MIB = 2**20


@pytest.mark.parametrize(
    ("environ", "figure", "value", "variable"),
    [
        pytest.param({"SLURM_CPUS_PER_TASK": "12"}, "cpus_per_task", 12, "SLURM_CPUS_PER_TASK", id="a task's CPUs"),
        pytest.param(
            {"SLURM_CPUS_PER_TASK": "12", "SRUN_CPUS_PER_TASK": "6"},
            "cpus_per_task",
            6,
            "SRUN_CPUS_PER_TASK",
            id="the step's request holds over the batch job's",
        ),
        pytest.param(
            {"SLURM_CPUS_ON_NODE": "48", "SLURM_JOB_CPUS_PER_NODE": "72(x2),36"},
            "cpus_on_node",
            48,
            "SLURM_CPUS_ON_NODE",
            id="this node's CPUs hold over the job's list",
        ),
        pytest.param(
            {"SLURM_JOB_CPUS_PER_NODE": "72(x2),36"},
            "cpus_on_node",
            36,
            "SLURM_JOB_CPUS_PER_NODE",
            id="an unknown node of a list: the least",
        ),
        pytest.param(
            {"SLURM_JOB_CPUS_PER_NODE": "72(x2),36", "SLURM_NODEID": "1"},
            "cpus_on_node",
            72,
            "SLURM_JOB_CPUS_PER_NODE",
            id="the second node of a list",
        ),
        pytest.param(
            {"SLURM_JOB_CPUS_PER_NODE": "72(x999999999),36", "SLURM_NODEID": "999999999"},
            "cpus_on_node",
            36,
            "SLURM_JOB_CPUS_PER_NODE",
            id="the billionth node costs no memory",
        ),
        pytest.param(
            {"SLURM_NTASKS_PER_NODE": "4", "SLURM_STEP_TASKS_PER_NODE": "2"},
            "tasks",
            4,
            "SLURM_NTASKS_PER_NODE",
            id="tasks that were asked for",
        ),
        pytest.param(
            {"SLURM_STEP_TASKS_PER_NODE": "2(x3)"}, "tasks", 2, "SLURM_STEP_TASKS_PER_NODE", id="tasks of the step"
        ),
        pytest.param({"SLURM_MEM_PER_NODE": "1024"}, "memory_bytes", 1024 * MIB, "SLURM_MEM_PER_NODE", id="MiB a node"),
        pytest.param(
            {"SLURM_MEM_PER_CPU": "100", "SLURM_CPUS_ON_NODE": "8"},
            "memory_bytes",
            800 * MIB,
            "SLURM_MEM_PER_CPU",
            id="MiB a CPU times the node's CPUs",
        ),
        pytest.param(
            {"SLURM_MEM_PER_CPU": "100", "SLURM_CPUS_PER_TASK": "3", "SLURM_NTASKS_PER_NODE": "2"},
            "memory_bytes",
            600 * MIB,
            "SLURM_MEM_PER_CPU",
            id="MiB a CPU times the tasks' CPUs",
        ),
        pytest.param({"NCPUS": "8", "PBS_JOBID": "1.head"}, "cpus_on_node", 8, "NCPUS", id="PBS"),
        pytest.param(
            {"LSB_MCPU_HOSTS": "a 4 b 2", "LSB_DJOB_NUMPROC": "6"},
            "cpus_on_node",
            2,
            "LSB_MCPU_HOSTS",
            id="LSF on two hosts: the least",
        ),
        pytest.param({"LSB_DJOB_NUMPROC": "6"}, "cpus_on_node", 6, "LSB_DJOB_NUMPROC", id="LSF"),
        pytest.param({"NSLOTS": "16"}, "cpus_on_node", 16, "NSLOTS", id="Grid Engine"),
        pytest.param({"LOCAL_WORLD_SIZE": "8"}, "ranks", 8, "LOCAL_WORLD_SIZE", id="torchrun"),
        pytest.param({"OMPI_COMM_WORLD_LOCAL_SIZE": "2"}, "ranks", 2, "OMPI_COMM_WORLD_LOCAL_SIZE", id="Open MPI"),
        pytest.param({"MPI_LOCALNRANKS": "2"}, "ranks", 2, "MPI_LOCALNRANKS", id="MPICH and Intel MPI"),
    ],
)
def test_a_promise_is_read_with_its_variable(environ, figure, value, variable):
    promise = getattr(read(environ), figure)
    assert (promise.value, promise.variable) == (value, variable)


@pytest.mark.parametrize(
    ("environ", "figure"),
    [
        pytest.param({"SLURM_CPUS_PER_TASK": "twelve"}, "cpus_per_task", id="a word"),
        pytest.param({"SLURM_CPUS_PER_TASK": "-3"}, "cpus_per_task", id="a negative number"),
        pytest.param({"SLURM_CPUS_PER_TASK": ""}, "cpus_per_task", id="nothing"),
        pytest.param({"SLURM_CPUS_PER_TASK": "9" * 5000}, "cpus_per_task", id="more digits than Python converts"),
        pytest.param({"SLURM_JOB_CPUS_PER_NODE": "72(x2),"}, "cpus_on_node", id="a list that breaks off"),
        pytest.param({"SLURM_MEM_PER_NODE": "0"}, "memory_bytes", id="--mem=0 means all"),
        pytest.param({"SLURM_MEM_PER_CPU": "100"}, "memory_bytes", id="memory of unknown CPUs"),
        pytest.param({"NCPUS": "8"}, "cpus_on_node", id="anybody's NCPUS outside PBS"),
        pytest.param({"NSLOTS": "64", "NHOSTS": "4"}, "cpus_on_node", id="slots over several hosts"),
        pytest.param({"LSB_MCPU_HOSTS": "a b"}, "cpus_on_node", id="hosts without numbers"),
    ],
)
def test_what_is_no_promise_is_passed_over(environ, figure):
    assert getattr(read(environ), figure) is None
