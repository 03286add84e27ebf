from __future__ import annotations

import pytest

HEAD = "#!/bin/bash\n#SBATCH --job-name=train\n"
RUN = "python train.py --batch-size 64 --num-workers"


def script(*directives: str, run: str = f"srun {RUN} 16") -> str:
    return HEAD + "".join(f"#SBATCH {each}\n" for each in directives) + f"\n{run}\n"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(script("--cpus-per-task=16"), id="as many workers as CPUs"),
        pytest.param(script("-c 17"), id="one CPU more"),
        pytest.param(script("--ntasks=1", "--gres=gpu:1"), id="no CPUs asked for, so the site's default"),
        pytest.param(script("--cpus-per-task=4", "--exclusive"), id="a whole node"),
        pytest.param(script("--cpus-per-task=4", "--overcommit"), id="tasks that share CPUs on purpose"),
        pytest.param(script("--cpus-per-task=$CPUS"), id="CPUs that nobody knows"),
        pytest.param(f"##SBATCH --cpus-per-task=4\nsrun {RUN} 16\n", id="a directive that is commented out"),
        pytest.param(script("--cpus-per-task=4", run=f"srun -c 32 {RUN} 16"), id="more CPUs for the step"),
        pytest.param(script("--cpus-per-task=4", run=f"srun $SRUN_ARGS {RUN} 16"), id="options that nobody sees"),
        pytest.param(script("-n 4", "-c 4", run=f"{RUN} 16"), id="no srun: the CPUs of four tasks"),
        pytest.param(script("-n $N", "-c 4", run=f"{RUN} 16"), id="no srun: the CPUs of some tasks"),
        pytest.param(script("--cpus-per-task=4", run=f"srun {RUN} 0"), id="no workers"),
        pytest.param(script("--cpus-per-task=4", run=f"srun {RUN} $1"), id="a count from outside"),
        pytest.param(script("--cpus-per-task=4", run=f"echo {RUN} 16"), id="a command that is only printed"),
        pytest.param(
            script("--cpus-per-task=10", run="srun python prepare.py --preprocessing_num_workers 76"),
            id="workers of another kind",
        ),
        pytest.param(
            script("-c 64", run="srun torchrun --nproc_per_node 8 train.py --num-workers 8"), id="eight ranks of eight"
        ),
        pytest.param(
            script("-c 8", run="srun torchrun --nproc_per_node gpu train.py --num-workers 8"),
            id="ranks that nobody knows",
        ),
        pytest.param(script("--cpus-per-gpu=8", "--gres=gpu:a100:2", run=f"{RUN} 16"), id="CPUs of two GPUs"),
        pytest.param(script("--cpus-per-gpu=2", "--gpus=many"), id="CPUs of GPUs that cannot be counted"),
        pytest.param(
            "sbatch <<END\n#SBATCH --cpus-per-task=4\nEND\nsbatch <<END\n#SBATCH --cpus-per-task=32\n"
            f"srun {RUN} 16\nEND\n",
            id="two jobs in one file",
        ),
    ],
)
def test_silent(judged, text):
    assert judged("WL801", text, name="train.sh").findings == []


@pytest.mark.parametrize(
    ("text", "says", "fixed"),
    [
        pytest.param(
            script("--cpus-per-task=10    # cores"),
            "warning: --num-workers is 16, but Slurm gives the job 10 CPUs for them (--cpus-per-task=10): the others "
            "wait; write 9 or less, or ask for more CPUs",
            "--num-workers 9\n",
            id="a task",
        ),
        pytest.param(script("-c4"), "(--cpus-per-task=4)", "--num-workers 3\n", id="a short option"),
        pytest.param(script("-c 1"), "the job 1 CPU for them", "--num-workers 1\n", id="a single CPU"),
        pytest.param(
            script(run=f"srun --gres=gpu:1 --cpus-per-task=4 {RUN} 16"),
            "(--cpus-per-task=4)",
            "--num-workers 3\n",
            id="the options of srun alone",
        ),
        pytest.param(
            script("--cpus-per-task=8", run=f"srun -c $SLURM_CPUS_PER_TASK {RUN} 16"),
            "(--cpus-per-task=8)",
            "--num-workers 7\n",
            id="a step that hands on the job's CPUs",
        ),
        pytest.param(
            script("--cpus-per-task=20", run="srun torchrun --nproc_per_node=4 train.py --num-workers 16"),
            "--num-workers is 16 in each of 4 processes, 64 in all, but Slurm gives the job 20 CPUs",
            "--num-workers 4\n",
            id="a launcher in the task",
        ),
        pytest.param(
            script(
                "--cpus-per-task=20",
                run='GPUS=4\nARGS="--batch-size 4 --num-workers 16"\n'
                'srun bash -c "python -m torch.distributed.run --nproc-per-node $GPUS train.py $ARGS"',
            ),
            "in each of 4 processes",
            '"--batch-size 4 --num-workers 4"\n',
            id="variables and quotes on the way",
        ),
        pytest.param(
            script("--cpus-per-task=20", run="srun accelerate launch --num_processes 8 train.py --num-workers 4"),
            "in each of 8 processes, 32 in all",
            "--num-workers 1\n",
            id="another launcher",
        ),
        pytest.param(
            script(
                "--cpus-per-task=20",
                run="srun accelerate launch --num_processes 8 --num_machines 2 train.py --num-workers 8",
            ),
            "in each of 4 processes, 32 in all",
            "--num-workers 4\n",
            id="processes on two nodes",
        ),
        pytest.param(
            script("--ntasks=2", "--cpus-per-task=4", run=f"{RUN} 16"),
            "8 CPUs for them (--cpus-per-task=4 for 2 tasks)",
            "--num-workers 7\n",
            id="no srun",
        ),
        pytest.param(
            script("--cpus-per-gpu=4", "--gpus-per-task=2"),
            "8 CPUs for them (--cpus-per-gpu=4 for 2 GPUs)",
            "--num-workers 7\n",
            id="CPUs of the GPUs",
        ),
        pytest.param(
            script("--cpus-per-gpu=4", "--gpus-per-node=a100:4", "--ntasks-per-node=4"),
            "4 CPUs for them (--cpus-per-gpu=4 for 1 GPU)",
            "--num-workers 3\n",
            id="a GPU of the task's own",
        ),
        pytest.param(
            f'NUM_WORKERS=16\nsbatch --cpus-per-task=4 --wrap="{RUN} $NUM_WORKERS"\n',
            "NUM_WORKERS is 16",
            "NUM_WORKERS=3\n",
            id="a job in one line",
        ),
        pytest.param(
            script("--cpus-per-task=4", run="srun torchrun --nproc_per_node 8 train.py --num-workers 2"),
            "16 in all, but Slurm gives the job 4 CPUs for them (--cpus-per-task=4): the others wait; "
            "ask for more CPUs",
            "--num-workers 2\n",
            id="fewer CPUs than processes",
        ),
    ],
)
def test_found(judged, text, says, fixed):
    found = judged("WL801", text, name="train.sh")
    assert says in found.says
    assert fixed in found.fixed
    again = judged("WL801", found.fixed, name="train.sh")
    assert again.fixed == found.fixed
    assert not again.findings or "--num-workers 2\n" in fixed


def test_the_request_is_named_as_a_place(judged):
    found = judged("WL801", script("--cpus-per-task=10"), name="train.sh")
    (related,) = found.findings[0].related
    assert related.position == (3, 25)
