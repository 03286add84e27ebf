from __future__ import annotations

import pytest

SERVER = 'profile = "server-88c-126g.json"\n'
RUN = "torchrun --nproc_per_node {} train.py --batch-size 64 --num-workers {}\n"


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        pytest.param(RUN.format(8, 11), SERVER, id="as many as there are CPUs"),
        pytest.param(RUN.format(8, 16), "", id="no profile"),
        pytest.param(RUN.format(8, 16), 'profile = "none"', id="no machine, because none is wanted"),
        pytest.param(RUN.format(8, 16), SERVER + "ranks-per-node = 8", id="ranks that the settings say"),
        pytest.param(RUN.format(8, 40), 'profile = "a100x8-256c-2t.json"', id="ranks that the profile says"),
        pytest.param(RUN.format(8, 40), 'profile = "slurm-12cpu-4task.json"', id="CPUs of each rank"),
        pytest.param(RUN.format(8, 16), 'profile = "g4dn-xlarge.json"', id="more ranks than the machine has GPUs"),
        pytest.param(RUN.format("gpu", 16), SERVER, id="ranks that nobody knows"),
        pytest.param(RUN.format(1, 16), SERVER, id="one rank"),
        pytest.param(RUN.format(8, 0), SERVER, id="no workers"),
        pytest.param(RUN.format(8, "$N"), SERVER, id="a count from outside"),
        pytest.param("python train.py --batch-size 64 --num-workers 64\n", SERVER, id="no launcher"),
        pytest.param("#SBATCH -c 256\nsrun " + RUN.format(8, 16), SERVER, id="CPUs that the cluster gives"),
        pytest.param("docker run --cpus=200 i " + RUN.format(8, 16), SERVER, id="CPUs that the container has"),
    ],
)
def test_silent(judged, text, settings):
    assert judged("WL701", text, settings, name="train.sh").findings == []


@pytest.mark.parametrize(
    ("text", "settings", "says", "fixed"),
    [
        pytest.param(
            RUN.format(8, 16),
            SERVER,
            "warning: --num-workers is 16 in each of 8 processes, 128 in all, but server-88c-126g has 88 CPUs: the "
            "workers wait for each other; write 10 or less, or say in `ranks-per-node` how many processes there are",
            RUN.format(8, 10),
            id="one loader",
        ),
        pytest.param(
            RUN.format(8, 8),
            SERVER + "live-loaders = 2",
            "64 in all for each of 2 loaders",
            RUN.format(8, 4),
            id="two loaders",
        ),
        pytest.param(
            "GPUS=8\ndeepspeed --num_gpus=$GPUS train.py --batch-size 64 --num-workers 16\n",
            SERVER,
            "in each of 8 processes",
            "GPUS=8\ndeepspeed --num_gpus=$GPUS train.py --batch-size 64 --num-workers 10\n",
            id="another launcher",
        ),
        pytest.param(
            RUN.format(96, 1), SERVER, "but server-88c-126g has 88 CPUs", RUN.format(96, 1), id="more ranks than CPUs"
        ),
        pytest.param(
            RUN.format(8, 16),
            'profile = ["server-88c-126g.json", "laptop-8c-16g.json"]',
            "but laptop-8c-16g has 8 CPUs",
            RUN.format(8, 1),
            id="the smaller of two machines",
        ),
    ],
)
def test_found(judged, text, settings, says, fixed):
    found = judged("WL701", text, settings, name="train.sh")
    assert says in found.says
    assert found.fixed == fixed
    assert judged("WL701", fixed, settings, name="train.sh").fixed == fixed


def test_a_count_that_is_too_high_for_one_process_is_said_once(judged):
    text = RUN.format(8, 100)
    codes = {finding.code for finding in judged(None, text, SERVER, name="train.sh").findings}
    assert "WL301" in codes
    assert "WL701" not in codes
