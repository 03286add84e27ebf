"""# container-shm-too-small (WL803)

## What it does

Finds commands with two workers or more in a container whose `/dev/shm` nobody made larger: `docker run` without
`--shm-size` and `--ipc`, a Compose service without `shm_size` and `ipc`, a container of a pod with nothing mounted at
`/dev/shm`. The count stands in the same command, service or pod.

Where `batch-bytes` says how large a batch is, the arithmetic decides, and a size that is given but too small is found
as well.

## Why is this bad?

Docker, Podman and Kubernetes give a container 64 MiB of `/dev/shm`. Workers hand their batches over there, and a
loader holds `num_workers * prefetch_factor + 1` of them at a time (measured to 0.1 MiB on 8 settings). Eight workers
fill 64 MiB with batches of 3.8 MiB; a batch of 32 images of 3 by 224 by 224 floats has 18.4 MiB, of which 2 workers
are already too many. The job dies:

    RuntimeError: unable to allocate shared memory(shm) for file </torch_...>: No space left on device (28)

or, in older versions, with a bus error.

## Example

```shell
docker run --gpus all --rm trainer python train.py --batch-size 64 --num-workers 8
```

## Use instead

```shell
docker run --shm-size=3g --gpus all --rm trainer python train.py --batch-size 64 --num-workers 8
```

## Fix safety

Unsafe: what is in `/dev/shm` counts against the container's memory. The fix adds `--shm-size` to `docker run`, or
raises it: what the batches need by `batch-bytes`, else room for batches of 147 MiB (256 images of 3 by 224 by 224
floats). The size is a limit and not a reservation. In Compose files and in pods there is no fix.

## Options

- `batch-bytes`, `prefetch-factor`, `live-loaders`

## References

- [docker run, `--shm-size`](https://docs.docker.com/reference/cli/docker/container/run/)
- [Compose, `shm_size`](https://docs.docker.com/reference/compose-file/services/#shm_size)
- [Kubernetes, `emptyDir` in memory](https://kubernetes.io/docs/concepts/storage/volumes/#emptydir)
- [fastai docker-containers#21](https://github.com/fastai/docker-containers/issues/21),
  [mmdetection#1997](https://github.com/open-mmlab/mmdetection/issues/1997)
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from worker_lint.finding import Fix, Severity, replacing
from worker_lint.rule import Rule
from worker_lint.rules._containers import contained
from worker_lint.rules._demand import demand_in_words
from worker_lint.source import Edit
from worker_lint.units import format_bytes, parse_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker_lint.finding import Finding
    from worker_lint.locate.containers import Container
    from worker_lint.policy import Policy
    from worker_lint.site import Document, Site

DEFAULT_BYTES = 64 * 2**20
"""The size of /dev/shm in a container that nobody said anything about, in Docker, Podman and Kubernetes."""
USUAL_BATCH_BYTES = round(18.4 * 2**20)
"""A batch of 32 images of 3 by 224 by 224 floats: smaller ones must fit before a count is reported."""
LARGE_BATCH_BYTES = 147 * 2**20
"""A batch of 256 such images, for which the fix makes room."""


def check(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield a finding for each count whose batches do not fit into the shared memory of its container."""
    settings = policy.settings
    for site, container, ranks in contained(document):
        if container.shm_settled:
            continue
        size = DEFAULT_BYTES if container.shm is None else _size(container.shm.text)
        if size is None or (container.shm is not None and settings.batch_bytes is None):
            continue
        prefetch = policy.prefetch_factor(site.group)
        held = settings.live_loaders * ranks * ((site.value.number or 0) * prefetch + 1)
        if held * (settings.batch_bytes or USUAL_BATCH_BYTES) > size:
            yield _finding(site, container, size, held, ranks, settings.batch_bytes)


def _finding(site: Site, container: Container, size: int, held: int, ranks: int, batch_bytes: int | None) -> Finding:
    room = f"{container.what} has {format_bytes(size)} of /dev/shm"
    if batch_bytes is None:
        what = f"{room} for the {held} batches in flight: any above {format_bytes(size / held)} ends the job"
    else:
        what = f"{room}, and the {held} batches in flight need {format_bytes(held * batch_bytes)}: the job ends"
    needed = _as_option(held * (batch_bytes or LARGE_BATCH_BYTES))
    return RULE.finding(
        site.value,
        f"{demand_in_words(site, ranks)}, and {what} with RuntimeError: No space left on device, or a bus error",
        _help(container, needed),
        fix=_fix(container, needed),
        site=site,
    )


def _help(container: Container, size: str) -> str:
    if container.run is not None:
        return f"write --shm-size={size} or --ipc=host behind run"
    if container.what.startswith("the service"):
        return f"write `shm_size: {size}b` into the service"
    return f"mount an emptyDir with `medium: Memory` and `sizeLimit: {size[:-1]}{size[-1].upper()}i` at /dev/shm"


def _fix(container: Container, size: str) -> Fix | None:
    if container.run is None:
        return None
    title = f"Write --shm-size={size}"
    if container.shm is not None:
        return Fix("unsafe", title, (replacing(container.shm, size),))
    end = container.run.start + len(container.run.text)
    return Fix("unsafe", title, (Edit(end, end, f" --shm-size={size}"),))


def _size(text: str) -> int | None:
    """Return the bytes that ``text`` means to Docker, to which kB is KiB; None where it is no size."""
    try:
        return parse_bytes(text.lower().removesuffix("b"))
    except ValueError:
        return None


def _as_option(size: int) -> str:
    """Return ``size`` bytes as Docker takes them, rounded up to MiB, or to GiB where it is more than one."""
    unit, letter = (2**30, "g") if size > 2**30 else (2**20, "m")
    return f"{math.ceil(size / unit)}{letter}"


RULE = Rule(
    code="WL803",
    name="container-shm-too-small",
    summary="A container's /dev/shm is too small for the batches of its workers",
    severity=Severity.WARNING,
    check=check,
    fix="unsafe",
)
