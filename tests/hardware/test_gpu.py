from __future__ import annotations

import pytest

from worker_lint.hardware import gpu
from worker_lint.hardware.facts import Facts

TWO = Facts(nvidia_smi="Tesla T4, 15360\nTesla T4, 15360\n")
DRIVER = {
    "proc/driver/nvidia/gpus/0000:00:1e.0/information": "Model: \t\t NVIDIA A10G\nIRQ:   0\nGPU UUID: GPU-1\n",
    "proc/driver/nvidia/gpus/0000:00:1f.0/information": "Model: \t\t NVIDIA A10G\n",
}


@pytest.mark.parametrize(
    ("visible", "count"),
    [
        pytest.param(None, 2, id="the variable is not set"),
        pytest.param("0", 1, id="one index"),
        pytest.param("1,0", 2, id="two indices"),
        pytest.param("", 0, id="empty hides all"),
        pytest.param("-1", 0, id="-1 hides all"),
        pytest.param("0,-1,1", 1, id="what follows -1 is hidden"),
        pytest.param("0,7", 1, id="an index that does not exist ends the list"),
        pytest.param("GPU-5d3f, MIG-9a", 2, id="UUIDs"),
        pytest.param("0,0", 1, id="an index twice is one device"),
        pytest.param("all", 0, id="a word names no device"),
    ],
)
def test_cuda_visible_devices(tree, visible, count):
    environ = {} if visible is None else {"CUDA_VISIBLE_DEVICES": visible}
    assert gpu.inspect(tree({}), environ, TWO).count == count


def test_nvidia_smi_gives_model_and_memory(tree):
    found = gpu.inspect(tree({}), {}, TWO)
    assert (found.model, found.memory_bytes, found.source) == ("Tesla T4", 15360 * 2**20, "measured:nvidia-smi")


def test_memory_that_nvidia_smi_does_not_know(tree):
    assert gpu.inspect(tree({}), {}, Facts(nvidia_smi="GB10, [N/A]\n")).memory_bytes is None


@pytest.mark.parametrize("output", ["", "\n\n", "NVIDIA-SMI has failed", ",\n"])
def test_without_an_answer_the_driver_is_asked(tree, output):
    found = gpu.inspect(tree(DRIVER), {}, Facts(nvidia_smi=output))
    assert (found.count, found.model, found.source) == (2, "NVIDIA A10G", "measured:/proc/driver/nvidia")


def test_no_driver_is_no_gpu_even_where_the_variable_names_one(tree):
    assert gpu.inspect(tree({}), {"CUDA_VISIBLE_DEVICES": "0"}, Facts()).count == 0


@pytest.mark.parametrize(("arch", "count"), [("arm64", 1), ("x86_64", 0)])
def test_an_apple_chip_has_one(tree, arch, count):
    assert gpu.inspect(tree({}), {}, Facts(platform="darwin", arch=arch)).count == count
