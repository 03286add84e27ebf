"""What the words of a command run."""

from __future__ import annotations

import pytest

from worker_lint.locate.command import understood


@pytest.mark.parametrize(
    ("text", "program", "scripts", "launcher"),
    [
        ("python3.10 -O a/train.py x", "python3.10", ("a/train.py", "x"), None),
        ("yolo detect train data=x.yaml", "yolo", ("yolo", "detect", "train"), None),
        ("timeout 3600 numactl -N 0 fairseq-train data", "fairseq-train", ("fairseq-train", "data"), None),
        ("deepspeed --num_gpus 8 train.py", "train.py", ("train.py",), "deepspeed"),
        ("python multiproc.py --n 8 main.py", "main.py", ("main.py",), "multiproc"),
        ("docker run --gpus all image python train.py", "python", ("train.py",), None),
        ("singularity exec --nv x.sif python train.py", "python", ("train.py",), None),
        ("sbatch jobs/train.slurm", "sbatch", ("jobs/train.slurm",), None),
        ("python", "python", (), None),
        ("--lr 1", None, (), None),
    ],
)
def test_what_runs(text: str, program: str | None, scripts: tuple[str, ...], launcher: str | None) -> None:
    command = understood(text.split())
    assert (command.program, command.scripts, command.launcher) == (program, scripts, launcher)
