"""What one job asks of a machine."""

from __future__ import annotations

from worker_lint.dataclass import dataclass, fields


@dataclass(frozen=True, slots=True)
class Demand:
    """What one job asks of a machine, all per rank; sizes in bytes.

    The defaults are PyTorch's own (two batches prefetched by each worker) and the plainest loop (one
    loader at a time, one batch of an input and a target held, a whole CPU for each worker).

    Raises ValueError for a number that no job can have: PyTorch refuses them too.
    """

    ranks_per_node: int | None = None  # None: the profile's
    live_loaders: int = 1
    batch_bytes: int | None = None  # None: the shm term is omitted, and said so
    prefetch_factor: int = 2
    held_batches: int = 1
    tensors_per_batch: int = 2
    worker_bytes: int | None = None  # None: assumed from the start method
    main_bytes: int | None = None  # None: 4 GiB assumed
    worker_cpu: float = 1.0  # the CPUs that one worker keeps busy; below 1 only with evidence

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            least = 0 if field.name in ("held_batches", "tensors_per_batch", "worker_bytes", "main_bytes") else 1
            if field.name == "worker_cpu":
                if not 0 < value < float("inf"):
                    raise ValueError(f"worker_cpu is {value}, and a worker needs more than no CPU")
            elif value is not None and value < least:
                raise ValueError(f"{field.name} is {value}, and cannot be below {least}")
