"""# worker-thread-oversubscription (WL703)

## What it does

Finds a dataset that calls OpenCV, or linear algebra of NumPy or SciPy, while a sample is read, where a loader of the
same file may read it with more than one worker and nothing in the file limits the threads of these libraries. Off by
default: whether it costs anything depends on the size of the images and of the matrices.

Only functions are meant that use several threads: `cv2.resize`, `cv2.warpAffine`, `np.linalg.svd` and the like, not
`cv2.imread`, and not norms and inverses, which are mostly those of small matrices.

## Why is this bad?

Torch lets its own operators use one thread in each worker, and so does OpenMP. OpenBLAS and OpenCV know nothing of
that: each worker of a machine with N CPUs has N threads of them, and N workers have N². With 4 workers on 2 CPUs, a
dataset that multiplies matrices gave 23 samples a second, and 69 with `OPENBLAS_NUM_THREADS=1` (torch 2.13). OpenCV
does not even look at `OMP_NUM_THREADS`.

## Example

```python
import cv2
from torch.utils.data import DataLoader, Dataset

class Images(Dataset):
    def __init__(self, paths):
        self.paths = paths

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        return cv2.resize(cv2.imread(self.paths[index]), (224, 224))

loader = DataLoader(Images(paths), num_workers=8)
```

## Use instead

```python
import cv2
from torch.utils.data import DataLoader, Dataset

class Images(Dataset):
    def __init__(self, paths):
        self.paths = paths

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        return cv2.resize(cv2.imread(self.paths[index]), (224, 224))

def one_thread(worker_id):
    cv2.setNumThreads(1)

loader = DataLoader(Images(paths), num_workers=8, worker_init_fn=one_thread)
```

## Fix safety

There is no fix: the limit belongs into a `worker_init_fn`, which there may be one of already, or into the environment
(`OPENBLAS_NUM_THREADS=1`, `MKL_NUM_THREADS=1`) of whatever starts the program.

## References

- `torch/utils/data/_utils/worker.py`, `torch.set_num_threads(1)`
- [pytorch#1355](https://github.com/pytorch/pytorch/issues/1355),
  [pytorch#45198](https://github.com/pytorch/pytorch/issues/45198),
  [albumentations#1825](https://github.com/albumentations-team/albumentations/issues/1825): workers that hang
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.finding import Related, Severity
from worker_lint.regex import regex
from worker_lint.rule import Rule
from worker_lint.rules._afresh import has_processes
from worker_lint.rules._dataset_uses import uses_of
from worker_lint.rules._loader_counts import in_words, may_exceed
from worker_lint.rules._names import within

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from worker_lint.finding import Finding
    from worker_lint.locate.module import Module
    from worker_lint.policy import Policy
    from worker_lint.rules._datasets import DatasetClass
    from worker_lint.site import Document

_OPENCV = regex(
    r"cv2\.(?:resize|warpAffine|warpPerspective|remap|cvtColor|GaussianBlur|blur|medianBlur|bilateralFilter|filter2D|"
    r"fastNlMeansDenoising\w*|dilate|erode|morphologyEx|Canny|undistort|matchTemplate|calcOpticalFlow\w+|dft|"
    r"distanceTransform|equalizeHist|createCLAHE|inpaint|stylization|detailEnhance)"
)
"""Functions of OpenCV that share their work out among threads."""
_ALGEBRA = regex(
    r"(?:numpy|scipy)\.linalg\.(?:svd|svdvals|eig|eigh|eigvals|eigvalsh|lstsq|pinv|pinvh|qr|cholesky|expm|sqrtm|logm)"
)
"""Functions that leave their work to BLAS and LAPACK."""
_LIMITS_OPENCV = (b"setNumThreads", b"OPENCV_FOR_THREADS_NUM")
_LIMITS_ALGEBRA = (b"threadpool", b"OPENBLAS_NUM_THREADS", b"MKL_NUM_THREADS", b"OMP_NUM_THREADS")


def check(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield a finding for each dataset whose workers would each use threads of their own, at the first such call."""
    module = document.module
    if module is None or not (b"cv2" in module.code or b"linalg" in module.code):
        return
    reported: set[str] = set()
    for use in uses_of(document):
        if use.dataset.name in reported or not has_processes(use.group) or not may_exceed(use.group, 1):
            continue
        found = next(_threaded(use.dataset, module), None)
        if found is None:
            continue
        reported.add(use.dataset.name)
        call, callee, library, remedy = found
        place = document.source.position(use.group.start)
        yield RULE.finding(
            module.value(call),
            f"{use.dataset.name} calls {callee} for each sample, and nothing in this file limits the threads of "
            f"{library}: each worker of the loader in line {place.line} ({in_words(use.group)}) uses one for each CPU",
            remedy,
            related=(Related(document.source.path, place, "the loader"),),
        )


def _threaded(dataset: DatasetClass, module: Module) -> Iterator[tuple[Node, str, str, str]]:
    """Yield each call of ``dataset`` that uses threads: with its name, its library, and what to do about it."""
    free_opencv = not any(mark in module.code for mark in _LIMITS_OPENCV)
    free_algebra = not any(mark in module.code for mark in _LIMITS_ALGEBRA)
    for function in dataset.reading:
        for call in within(function, "call"):
            callee = module.callee(call) or ""
            if free_opencv and _OPENCV.fullmatch(callee):
                yield call, callee, "OpenCV", "call cv2.setNumThreads(1) in a worker_init_fn"
            elif free_algebra and _ALGEBRA.fullmatch(callee):
                yield (
                    call,
                    callee,
                    "BLAS",
                    "set OPENBLAS_NUM_THREADS=1 and MKL_NUM_THREADS=1 where the program is started",
                )


RULE = Rule(
    code="WL703",
    name="worker-thread-oversubscription",
    summary="Every worker uses as many threads as there are CPUs",
    severity=Severity.INFO,
    check=check,
    confidence="low",
    default=False,
)
