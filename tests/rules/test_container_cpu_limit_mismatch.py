from __future__ import annotations

import pytest

RUN = "python train.py --batch-size 64 --num-workers"
COMPOSE = "services:\n  trainer:\n    image: trainer\n{}    command: {} {}\n"
DEPLOY = "    deploy:\n      resources:\n        limits:\n          cpus: '{}'\n"
POD = """\
spec:
  template:
    spec:
      containers:
        - name: trainer
          image: trainer
          command: [python, train.py]
          args: ["--batch-size", "64", "--num-workers", "8"]
          resources:
            requests: {{cpu: 1}}
            limits: {{{}}}
"""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("train.sh", f"docker run --cpus=8 trainer {RUN} 8\n", id="as many CPUs"),
        pytest.param("train.sh", f"docker run --cpus=$N trainer {RUN} 8\n", id="a limit that nobody knows"),
        pytest.param("train.sh", f"docker run --cpu-shares=512 trainer {RUN} 8\n", id="a weight"),
        pytest.param("train.sh", f"docker run trainer {RUN} 8 --cpus 2\n", id="an option of the program"),
        pytest.param("compose.yaml", COMPOSE.format("    cpus: 8\n", RUN, 8), id="a service with as many"),
        pytest.param("compose.yaml", COMPOSE.format("", RUN, 8) + "  other:\n    cpus: 2\n", id="another service's"),
        pytest.param("compose.yaml", COMPOSE.format("    cpus: 2\n", RUN, 0), id="no workers"),
        pytest.param("pod.yaml", POD.format("nvidia.com/gpu: 1"), id="a request is no limit"),
        pytest.param("pod.yaml", POD.format("cpu: 8000m"), id="as many thousandths"),
        pytest.param("pod.yaml", POD.format("cpu: 0"), id="no limit at all"),
    ],
)
def test_silent(judged, name, text):
    assert judged("WL804", text, name=name).findings == []


@pytest.mark.parametrize(
    ("name", "text", "says", "fixed"),
    [
        pytest.param(
            "train.sh",
            f"docker run --cpus 4 trainer {RUN} 8\n",
            "warning: --num-workers is 8, but docker run is limited to 4 CPUs: when they are used up, all of its "
            "processes are stopped for a while; write 3 or less, or raise the limit",
            f"{RUN} 3\n",
            id="docker run",
        ),
        pytest.param(
            "train.sh",
            "docker run --cpus=16 trainer torchrun --nproc_per_node 4 train.py --num-workers 8\n",
            "8 in each of 4 processes, 32 in all",
            "--num-workers 3\n",
            id="a launcher",
        ),
        pytest.param(
            "compose.yaml",
            COMPOSE.format("    cpus: 1.5\n", RUN, 8),
            "the service trainer is limited to 1.5 CPUs",
            f"{RUN} 1\n",
            id="a service",
        ),
        pytest.param(
            "compose.yaml",
            COMPOSE.format(DEPLOY.format(6), RUN, 8),
            "limited to 6 CPUs",
            f"{RUN} 5\n",
            id="a service's deployment",
        ),
        pytest.param(
            "compose.yaml", COMPOSE.format("    cpus: 0.5\n", RUN, 8), "raise the limit", f"{RUN} 8\n", id="half a CPU"
        ),
        pytest.param("pod.yaml", POD.format("cpu: 2500m"), "limited to 2.5 CPUs", '"1"]', id="thousandths"),
        pytest.param("pod.yaml", POD.format('"cpu": "4"'), "the container trainer is limited", '"3"]', id="a pod"),
    ],
)
def test_found(judged, name, text, says, fixed):
    found = judged("WL804", text, name=name)
    assert says in found.says
    assert fixed in found.fixed
    assert judged("WL804", found.fixed, name=name).fixed == found.fixed


def test_the_limit_is_named_as_a_place(judged):
    found = judged("WL804", COMPOSE.format("    cpus: 2\n", RUN, 8), name="compose.yaml")
    (related,) = found.findings[0].related
    assert related.position == (4, 11)
