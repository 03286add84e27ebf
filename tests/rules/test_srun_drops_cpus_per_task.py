from __future__ import annotations

import pytest

HEAD = "#!/bin/bash\n#SBATCH --cpus-per-task=12\n\n"
RUN = "python train.py --batch-size 64 --num-workers 8"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"{HEAD}{RUN}\n", id="no srun"),
        pytest.param(f"#SBATCH --cpus-per-task=1\nsrun {RUN}\n", id="one CPU"),
        pytest.param(f"#SBATCH --ntasks=1\nsrun {RUN}\n", id="no CPUs asked for"),
        pytest.param(f"{HEAD}srun -c 12 {RUN}\n", id="said again"),
        pytest.param(f"{HEAD}srun --cpus-per-task=$SLURM_CPUS_PER_TASK {RUN}\n", id="handed on"),
        pytest.param(f"{HEAD}export SRUN_CPUS_PER_TASK=$SLURM_CPUS_PER_TASK\nsrun {RUN}\n", id="handed on, for all"),
        pytest.param(f"{HEAD}srun $ARGS {RUN}\n", id="options that nobody sees"),
        pytest.param(f"{HEAD}srun hostname\n{RUN}\n", id="srun of another command"),
        pytest.param(f"{HEAD}srun python train.py --batch-size 64 --num-workers 0\n", id="no workers"),
    ],
)
def test_silent(judged, text):
    assert judged("WL802", text, name="train.sh").findings == []


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        pytest.param(
            f"{HEAD}srun -n 4 {RUN}\n",
            f"{HEAD}export SRUN_CPUS_PER_TASK=$SLURM_CPUS_PER_TASK\nsrun -n 4 {RUN}\n",
            id="a line of its own",
        ),
        pytest.param(
            f"{HEAD}if true; then\n    srun {RUN}\nfi\n",
            f"{HEAD}if true; then\n    export SRUN_CPUS_PER_TASK=$SLURM_CPUS_PER_TASK\n    srun {RUN}\nfi\n",
            id="an indented one",
        ),
        pytest.param(f"{HEAD}cd src && srun {RUN}\n", f"{HEAD}cd src && srun {RUN}\n", id="behind another command"),
        pytest.param(
            f"{HEAD}cd src && \\\nsrun {RUN}\n", f"{HEAD}cd src && \\\nsrun {RUN}\n", id="a line that goes on"
        ),
        pytest.param(f"{HEAD}time srun {RUN}\n", f"{HEAD}time srun {RUN}\n", id="behind a wrapper"),
    ],
)
def test_found(judged, text, fixed):
    found = judged("WL802", text, name="train.sh")
    assert found.says == (
        "warning: since Slurm 22.05 this srun does not take over --cpus-per-task=12: the step asks for one CPU a "
        "task, for the process and its 8 workers (--num-workers); "
        "write `export SRUN_CPUS_PER_TASK=$SLURM_CPUS_PER_TASK` above, or give srun --cpus-per-task"
    )
    assert found.fixed == fixed


def test_it_is_off_by_default(judged):
    assert not judged(None, f"{HEAD}srun {RUN}\n", name="train.sh").findings
