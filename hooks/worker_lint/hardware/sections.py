"""The sections of a hardware profile, field for field as the JSON document has them.

None is unknown; ``"unlimited"`` (``null`` in the document) is known to have no limit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from worker_lint.dataclass import dataclass

if TYPE_CHECKING:
    from worker_lint.hardware.bounds import Per
    from worker_lint.hardware.facts import Ceiling


@dataclass(frozen=True, slots=True)
class Captured:
    """How the document came about: measured live, declared by a person, or measured and then edited."""

    method: Literal["live", "declared", "live-edited"]
    at: str | None = None  # the day, as 2026-11-22
    tool: str | None = None
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class Platform:
    """The system, and the Python whose default start method the workers get."""

    system: str | None = None
    arch: str | None = None
    start_method: Literal["fork", "forkserver", "spawn"] | None = None
    python: str | None = None


@dataclass(frozen=True, slots=True)
class Cpu:
    """CPUs as counts; ``usable`` may be a fraction, of the node or of each rank (``per``)."""

    usable: float
    per: Per = "node"
    limited_by: str | None = None
    host_logical: int | None = None
    host_physical: int | None = None
    usable_physical: float | None = None
    performance_cores: int | None = None
    numa_nodes: int | None = None
    quota: float | Literal["unlimited"] | None = None
    affinity: Ceiling | None = None


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes that the job may use, of the node or of each rank; swap is never part of the limit."""

    limit_bytes: int
    per: Per = "node"
    limited_by: str | None = None
    host_bytes: int | None = None
    swap_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Shm:
    """The size of /dev/shm in bytes."""

    size_bytes: int
    per: Per = "node"


@dataclass(frozen=True, slots=True)
class Ceilings:
    """Limits: open files of a process, processes of the user, bytes of a process's address space."""

    open_files_soft: Ceiling | None = None
    open_files_hard: Ceiling | None = None
    processes: Ceiling | None = None
    address_space_bytes: Ceiling | None = None


@dataclass(frozen=True, slots=True)
class Gpu:
    """The accelerators that a job sees, each with so many bytes."""

    count: int
    model: str | None = None
    memory_bytes: int | None = None
