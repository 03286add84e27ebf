from __future__ import annotations

import pytest

RUN = "python train.py --batch-size 64 --num-workers"
COMPOSE = """\
services:
  data:
    image: data
    shm_size: 8gb
  trainer:
    build: .
    {}
    command: python train.py --batch-size 64 --num-workers 8
"""
POD = """\
apiVersion: v1
kind: Pod
spec:
  {}
  containers:
    - name: sidecar
      image: log
    - name: trainer
      image: trainer
      command: ["torchrun", "--nproc_per_node=2"]
      args: ["train.py", "--batch-size=64", "--num-workers=8"]
      {}
"""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("train.sh", f"docker run --shm-size=8g trainer {RUN} 8\n", id="a size"),
        pytest.param("train.sh", f"docker run --shm-size 8g trainer {RUN} 8\n", id="a size behind a blank"),
        pytest.param("train.sh", f"docker run --ipc=host trainer {RUN} 8\n", id="the host's"),
        pytest.param("train.sh", f"docker run -v /dev/shm:/dev/shm trainer {RUN} 8\n", id="the host's, mounted"),
        pytest.param("train.sh", f"docker run --tmpfs /dev/shm:size=4g trainer {RUN} 8\n", id="a file system"),
        pytest.param("train.sh", f"docker run $DOCKER_ARGS trainer {RUN} 8\n", id="options that nobody sees"),
        pytest.param(
            "train.sh", f'ARGS="--shm-size=8g"\ndocker run $ARGS trainer {RUN} 8\n', id="a size in a variable"
        ),
        pytest.param("train.sh", f"docker exec trainer {RUN} 8\n", id="a container that runs already"),
        pytest.param("train.sh", f"docker compose run trainer {RUN} 8\n", id="a service that another file describes"),
        pytest.param("train.sh", f"singularity exec --nv trainer.sif {RUN} 8\n", id="a container with the host's"),
        pytest.param("train.sh", f"docker run trainer {RUN} 1\n", id="one worker"),
        pytest.param("train.sh", f"docker run trainer {RUN} 0\n", id="no workers"),
        pytest.param("train.sh", f"docker run trainer {RUN} $N\n", id="a count from outside"),
        pytest.param("train.sh", f"docker build .\n{RUN} 8\n", id="another command"),
        pytest.param("compose.yaml", COMPOSE.format("shm_size: 4gb"), id="a service's size"),
        pytest.param("compose.yaml", COMPOSE.format("ipc: host"), id="a service with the host's"),
        pytest.param("compose.yaml", COMPOSE.format("tmpfs: /dev/shm"), id="a service's file system"),
        pytest.param("compose.yaml", COMPOSE.format("<<: *common"), id="a service with settings from elsewhere"),
        pytest.param("compose.yaml", COMPOSE.format("extends: base"), id="a service that extends another"),
        pytest.param("config.yaml", f"run: {RUN} 8\nimage: trainer\n", id="no service"),
        pytest.param("config.yaml", f"services: {{}}\nrun: {RUN} 8\n", id="a command outside the services"),
        pytest.param("pod.yaml", POD.format("hostIPC: true", ""), id="a pod with the host's"),
        pytest.param(
            "pod.yaml",
            POD.format("volumes: [{name: shm, emptyDir: {medium: Memory}}]", "volumeMounts: [{mountPath: /dev/shm}]"),
            id="a pod with a volume",
        ),
        pytest.param("pod.yaml", POD.format("{{ .Values.pod }}", ""), id="a template of a pod"),
    ],
)
def test_silent(judged, name, text):
    assert judged("WL803", text, name=name).findings == []


@pytest.mark.parametrize(
    ("text", "says", "fixed"),
    [
        pytest.param(
            f"docker run --gpus all trainer {RUN} 8\n",
            "warning: --num-workers is 8, and docker run has 64 MiB of /dev/shm for the 17 batches in flight: any "
            "above 3.8 MiB ends the job with RuntimeError: No space left on device, or a bus error; "
            "write --shm-size=3g or --ipc=host behind run",
            "docker run --shm-size=3g --gpus all",
            id="docker run",
        ),
        pytest.param(
            f'sudo docker run --rm trainer bash -c "cd src; {RUN} 2"\n',
            "the 5 batches in flight: any above 12.8 MiB",
            "sudo docker run --shm-size=735m --rm trainer bash",
            id="a command in quotes",
        ),
        pytest.param(
            "podman run trainer torchrun --nproc_per_node 4 train.py --num-workers 8\n",
            "8 in each of 4 processes, 32 in all, and podman run has 64 MiB of /dev/shm for the 68 batches",
            "podman run --shm-size=10g trainer",
            id="a launcher in the container",
        ),
        pytest.param(
            f"docker run trainer {RUN} 8 --prefetch-factor 4\n", "33 batches", "--shm-size=5g", id="more prefetched"
        ),
        pytest.param(
            f"WORKERS=8\ndocker run trainer {RUN} $WORKERS\n", "WORKERS is 8", "--shm-size=3g", id="a variable"
        ),
    ],
)
def test_command(judged, text, says, fixed):
    found = judged("WL803", text, name="train.sh")
    assert says in found.says
    assert fixed in found.fixed
    assert not judged("WL803", found.fixed, name="train.sh").findings


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        pytest.param(
            "compose.yaml",
            COMPOSE.format("runtime: nvidia"),
            "the service trainer has 64 MiB of /dev/shm for the 17 batches in flight: any above 3.8 MiB ends the job "
            "with RuntimeError: No space left on device, or a bus error; write `shm_size: 3gb` into the service",
            id="compose",
        ),
        pytest.param(
            "compose.yaml",
            "services:\n  trainer:\n    image: trainer\n    environment:\n      NUM_WORKERS: 8\n      BATCH_SIZE: 64\n",
            "NUM_WORKERS is 8, and the service trainer has 64 MiB",
            id="compose, a variable",
        ),
        pytest.param(
            "pod.yaml",
            POD.format("restartPolicy: Never", ""),
            "8 in each of 2 processes, 16 in all, and the container trainer has 64 MiB of /dev/shm for the 34 "
            "batches in flight: any above 1.9 MiB ends the job with RuntimeError: No space left on device, or a bus "
            "error; mount an emptyDir with `medium: Memory` and `sizeLimit: 5Gi` at /dev/shm",
            id="a pod",
        ),
    ],
)
def test_file(judged, name, text, says):
    found = judged("WL803", text, name=name)
    assert says in found.says
    assert found.fixed == text


@pytest.mark.parametrize(
    ("text", "settings", "found"),
    [
        (f"docker run trainer {RUN} 8\n", 'batch-bytes = "3MiB"', False),
        (f"docker run trainer {RUN} 8\n", 'batch-bytes = "4MiB"', True),
        (f"docker run trainer {RUN} 8\n", 'batch-bytes = "3MiB"\nlive-loaders = 2', True),
        (f"docker run --shm-size=2G trainer {RUN} 8\n", 'batch-bytes = "147MiB"', True),
        (f"docker run --shm-size=3gb trainer {RUN} 8\n", 'batch-bytes = "147MiB"', False),
        (f"docker run --shm-size=large trainer {RUN} 8\n", 'batch-bytes = "147MiB"', False),
    ],
)
def test_the_size_of_a_batch_decides(judged, text, settings, found):
    assert bool(judged("WL803", text, settings, name="train.sh").findings) == found


def test_a_size_that_is_too_small_is_raised(judged):
    text = f"docker run --shm-size=512m trainer {RUN} 8\n"
    settings = 'batch-bytes = "147MiB"'
    found = judged("WL803", text, settings, name="train.sh")
    assert "docker run has 512 MiB of /dev/shm, and the 17 batches in flight need 2.4 GiB: the job ends" in found.says
    assert found.fixed == text.replace("512m", "3g")
    assert not judged("WL803", found.fixed, settings, name="train.sh").findings
