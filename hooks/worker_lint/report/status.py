"""The status of a repository in words, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from worker_lint.units import format_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


def lines(status: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of ``status``, the document that ``worker-lint status --output-format json`` prints."""
    yield from _machine(status["machine"])
    yield ""
    yield from _profiles(status["profiles"])
    yield ""
    settings = status["settings"]
    yield f"Settings: {settings['file'] or 'no file'}, mode {settings['mode'] or 'none'}, policy {settings['policy']}"
    yield ""
    yield from _files(status["files"], status["files_read"])
    yield ""
    yield from _modes(status["modes"])
    if status["next"]:
        yield ""
        yield "Next"
        yield from _columns([(step["command"], step["does"]) for step in status["next"]])


def _machine(machine: Mapping[str, Any]) -> Iterator[str]:
    per = " by each rank" if machine["cpus_per"] == "rank" else ""
    model = f" ({machine['gpu_model']})" if machine["gpu_model"] else ""
    ranks = machine["ranks_per_node"]
    yield "Machine"
    yield from _columns(
        [
            (
                "CPUs",
                f"{_said(machine['cpus_usable'])} usable{per} of {_said(machine['cpus_host'])}",
                machine["cpus_from"],
            ),
            (
                "memory",
                f"{_size(machine['memory_bytes'])} usable of {_size(machine['memory_host_bytes'])}",
                machine["memory_from"],
            ),
            ("shm", _size(machine["shm_bytes"])),
            ("GPUs", f"{_said(machine['gpus'])}{model}"),
            ("load", _said(machine["load"])),
            ("workers", f"start by {machine['start_method']}"),
            ("ranks", f"{ranks} on the node"),
            *(("note", sentence) for sentence in machine["disagreements"]),
        ]
    )


def _profiles(profiles: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield "Profiles in force"
    for profile in profiles:
        workers = "1 worker" if profile["limit"] == 1 else f"{profile['limit']} workers"
        safe = "" if profile["safe"] is None else f"; more than {profile['safe']} may crash"
        yield f"  {profile['name']}: {workers} per process ({profile['why']}){safe}"
        yield from (f"    left out: {reason}" for reason in profile["omitted"])
    if not profiles:
        yield "  none: hardware bounds are not checked"


def _files(files: Sequence[Mapping[str, Any]], read: int) -> Iterator[str]:
    yield f"Counts today ({read:,} files read)"
    rows: list[tuple[str, ...]] = []
    for file in files:
        counts = " ".join(str(count) for count in file["counts"]) or "-"
        rows.append((file["path"], counts + (f"  (and {file['other']} not literal)" if file["other"] else "")))
    yield from _columns(rows or [("none",)])


def _modes(modes: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield "Modes here"
    yield from _columns(
        [
            (mode["name"], f"{mode['target']:>3}", mode["why"] if mode["target"] != mode["wanted"] else "")
            for mode in modes
        ]
    )


def _columns(rows: Sequence[tuple[str | None, ...]]) -> Iterator[str]:
    """Yield ``rows`` with each column but the last as wide as its widest entry."""
    widths: dict[int, int] = {}
    for row in rows:
        for column, text in enumerate(row[:-1]):
            widths[column] = max(widths.get(column, 0), len(text or ""))
    for row in rows:
        yield "  " + "  ".join((text or "").ljust(widths.get(column, 0)) for column, text in enumerate(row)).rstrip()


def _said(value: float | None) -> str:
    return "an unknown number" if value is None else f"{value:.3g}"


def _size(value: int | None) -> str:
    return "unknown" if value is None else format_bytes(value)
