"""The accelerators that a job on this machine may use."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from worker_lint.dataclass import dataclass
from worker_lint.hardware.files import read, whole

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from worker_lint.hardware.facts import Facts


@dataclass(frozen=True, slots=True)
class Gpus:
    """How many accelerators are visible, of which model and bytes each; and where the count came from."""

    count: int
    source: str
    model: str | None = None
    memory_bytes: int | None = None


def inspect(root: Path, environ: Mapping[str, str], facts: Facts) -> Gpus:
    """Return the NVIDIA GPUs that ``CUDA_VISIBLE_DEVICES`` leaves visible, or the one GPU of an Apple chip.

    GPUs of other makers are not looked for: they count as none, and a profile can declare them.
    """
    if facts.platform == "darwin":
        apple = facts.arch == "arm64"
        return Gpus(int(apple), "derived:Apple chip" if apple else "derived:no NVIDIA driver for macOS")
    present = _of_nvidia_smi(facts.nvidia_smi or "") or _of_driver(root)
    visible = environ.get("CUDA_VISIBLE_DEVICES")
    if present is None or not present.count:
        return Gpus(0, "measured:no NVIDIA driver")
    if visible is None:
        return present
    count = _visible(visible, present.count)
    if not count:
        return Gpus(0, "measured:CUDA_VISIBLE_DEVICES")
    return Gpus(count, f"{present.source} and CUDA_VISIBLE_DEVICES", present.model, present.memory_bytes)


def _of_nvidia_smi(text: str) -> Gpus | None:
    """Return the GPUs of ``--query-gpu=name,memory.total`` (MiB); a line that is not one is passed over."""
    rows = [line.rpartition(",") for line in text.splitlines()]
    known = [(name.strip(), memory.strip()) for name, comma, memory in rows if comma and name.strip()]
    if not known:
        return None
    name, memory = known[0]
    mebibytes = whole(memory)  # "[N/A]" on chips that share the host's memory
    return Gpus(len(known), "measured:nvidia-smi", name, mebibytes * 2**20 if mebibytes else None)


def _of_driver(root: Path) -> Gpus | None:
    try:
        folders = sorted((root / "proc/driver/nvidia/gpus").iterdir())
    except OSError:
        return None
    described = read(folders[0] / "information") if folders else None
    match = re.search(r"^Model:[ \t]*(\S.*?)[ \t]*$", described or "", re.MULTILINE)
    return Gpus(len(folders), "measured:/proc/driver/nvidia", match[1] if match else None)


def _visible(variable: str, present: int) -> int:
    """Return how many devices CUDA shows: it stops at the first entry that names none ("-1", a typo).

    An entry is an index or the beginning of a GPU's or MIG slice's UUID (CUDA programming guide, "Environment
    variables"); the UUIDs themselves are neither compared nor kept.
    """
    seen: set[str] = set()
    for entry in (part.strip() for part in variable.split(",")):
        index = whole(entry)
        known = index < present if index is not None else entry.startswith(("GPU-", "MIG-"))
        if not known or entry in seen:
            break
        seen.add(entry)
    return len(seen)
