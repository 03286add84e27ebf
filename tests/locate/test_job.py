"""What stands beside the counts of a script: requests, launchers, variables."""

from __future__ import annotations

from pathlib import Path

import pytest

from worker_lint.locate import locate
from worker_lint.locate.job import Job
from worker_lint.locate.vocabulary import vocabulary
from worker_lint.source import Source


def job_of(text: str) -> tuple[Job, list[list[tuple[str, int | None]]]]:
    """The job that a script is, and for each count the programs that start its commands, with their processes."""
    document, *_ = locate(Source(Path("train.sh"), "shell", text.encode()), vocabulary())
    assert document.job is not None
    launches = [launch for site in document.sites for launch in document.job.launches(site)]
    return document.job, [[(step.name, document.job.ranks(launch)) for step in launch.steps] for launch in launches]


def started(command: str) -> list[tuple[str, int | None]]:
    (steps,) = job_of(f"{command} train.py --batch-size 4 --num-workers 8\n")[1]
    return steps


@pytest.mark.parametrize(
    ("command", "steps"),
    [
        ("python", []),
        ("srun python", [("srun", None)]),
        ("torchrun", [("torchrun", 1)]),
        ("torchrun --nproc_per_node 4", [("torchrun", 4)]),
        ("torchrun --nproc-per-node=4", [("torchrun", 4)]),
        ("torchrun --nproc_per_node=gpu", [("torchrun", None)]),
        ("torchrun $ARGS", [("torchrun", None)]),
        ("N=4\ntorchrun --nproc_per_node=${N}", [("torchrun", 4)]),
        ("N=4\nN=8\ntorchrun --nproc_per_node=$N", [("torchrun", None)]),
        ("N=${1:-4}\ntorchrun --nproc_per_node=$N", [("torchrun", 4)]),
        ("python -u -m torch.distributed.launch --nproc_per_node 2", [("torch.distributed.launch", 2)]),
        ("deepspeed --num_gpus 8", [("deepspeed", 8)]),
        ("deepspeed", [("deepspeed", None)]),
        ("composer -n 8", [("composer", 8)]),
        ("accelerate launch --num_processes=16 --num_machines=2", [("accelerate", 8)]),
        ("accelerate launch --num_processes=16 --num_machines=$M", [("accelerate", None)]),
        ("docker run --rm image torchrun --nproc_per_node 2", [("docker", 2), ("torchrun", 2)]),
        ("sudo srun -l docker run image python", [("srun", None), ("docker", None)]),
        ("python tools/torchrun.py", []),
    ],
)
def test_programs_in_front(command: str, steps: list[tuple[str, int | None]]) -> None:
    assert started(command) == steps


def test_options_behind_the_script_are_its_own() -> None:
    assert job_of("torchrun train.py --nproc_per_node 8 --batch-size 4 --num-workers 8\n")[1] == [[("torchrun", 1)]]


def test_programs_around_quotes_count() -> None:
    text = "srun docker run image bash -c 'cd src && torchrun --nproc_per_node 2 train.py --lr 1 --num-workers 8'\n"
    assert job_of(text)[1] == [[("srun", 2), ("docker", 2), ("torchrun", 2)]]


def test_a_count_in_a_variable_goes_to_each_command_that_takes_it() -> None:
    text = 'ARGS="--lr 1 --num-workers 8"\nsrun python train.py $ARGS\ntorchrun --nproc_per_node 2 train.py $ARGS\n'
    assert job_of(text)[1] == [[("srun", None)], [("torchrun", 2)]]


def test_directives() -> None:
    text = (
        "#SBATCH --nodes=2 -c 4   # four\n##SBATCH --mem=1G\n#SBATCH\t--comment='a b' -N2\n# SBATCH --gres=gpu:1\n"
        "#SBATCH --time=1\n#SBATCH --time=2\npython train.py --lr 1 --num-workers 8\n"
    )
    directives = job_of(text)[0].directives
    assert {name: value.text for name, value in directives.items()} == {
        "nodes": "2",
        "cpus_per_task": "4",
        "comment": "a b",
    }
    assert text[directives["cpus_per_task"].start :].startswith("4   # four")
