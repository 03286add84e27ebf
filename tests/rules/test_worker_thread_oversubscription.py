from __future__ import annotations

import pytest

TORCH = "import cv2\nimport numpy as np\nimport scipy.linalg\nfrom torch.utils.data import DataLoader, Dataset\n"


def dataset(body, init="pass"):
    return (
        f"class D(Dataset):\n    def __init__(self):\n        {init}\n    def __getitem__(self, i):\n        {body}\n"
        "    def _load(self, i):\n        return cv2.warpAffine(i, m, s)\n"
    )


LOADER = "DataLoader(D(), num_workers=8)\n"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(dataset("return cv2.imread(i)") + LOADER, id="what uses one thread"),
        pytest.param(dataset("return np.linalg.norm(i)") + LOADER, id="a norm"),
        pytest.param(dataset("return np.linalg.inv(i)") + LOADER, id="an inverse, of what is mostly small"),
        pytest.param(dataset("return i", "cv2.resize(i, s)") + LOADER, id="in the main process"),
        pytest.param(dataset("return cv2.resize(i, s)"), id="no loader"),
        pytest.param(dataset("return cv2.resize(i, s)") + "DataLoader(D())", id="no workers"),
        pytest.param(dataset("return cv2.resize(i, s)") + "DataLoader(D(), num_workers=1)", id="one worker"),
        pytest.param("cv2.setNumThreads(0)\n" + dataset("return cv2.resize(i, s)") + LOADER, id="a limit"),
        pytest.param(
            "os.environ['OPENBLAS_NUM_THREADS'] = '1'\n" + dataset("return np.linalg.svd(i)") + LOADER, id="a variable"
        ),
        pytest.param(
            "from threadpoolctl import threadpool_limits\n" + dataset("return np.linalg.svd(i)") + LOADER,
            id="a library",
        ),
        pytest.param(dataset("return image.resize(s)") + LOADER, id="another resize"),
    ],
)
def test_silent(judged, text):
    assert judged("WL703", TORCH + text).findings == []


@pytest.mark.parametrize(
    ("text", "callee", "library"),
    [
        (dataset("return cv2.resize(i, s)") + LOADER, "cv2.resize", "OpenCV"),
        (dataset("return self._load(i)") + LOADER, "cv2.warpAffine", "OpenCV"),
        (dataset("return np.linalg.svd(i)") + LOADER, "numpy.linalg.svd", "BLAS"),
        (dataset("return scipy.linalg.expm(i)") + LOADER, "scipy.linalg.expm", "BLAS"),
        ("cv2.setNumThreads(0)\n" + dataset("return np.linalg.svd(i)") + LOADER, "numpy.linalg.svd", "BLAS"),
        (dataset("return cv2.resize(i, s)") + LOADER.replace("8", "n"), "cv2.resize", "OpenCV"),
    ],
    ids=["a call", "in a helper", "NumPy", "SciPy", "a limit of another library", "perhaps workers"],
)
def test_found(judged, text, callee, library):
    found = judged("WL703", TORCH + text)
    assert found.says.startswith(
        f"info: D calls {callee} for each sample, and nothing in this file limits the threads of {library}: each worker "
    )
    assert found.fixed == TORCH + text


def test_a_dataset_is_reported_once(judged):
    text = dataset("return cv2.resize(cv2.cvtColor(i, c), s)") + LOADER + LOADER
    assert len(judged("WL703", TORCH + text).findings) == 1


def test_it_is_off_by_default(judged):
    assert judged(None, TORCH + dataset("return cv2.resize(i, s)") + LOADER).findings == []
