"""The checked-in document that says what one machine, or one job's share of it, offers."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any, Literal

from worker_lint import __version__
from worker_lint.conforms import conforms
from worker_lint.dataclass import asdict, dataclass, field, replace
from worker_lint.hardware import document
from worker_lint.hardware.sections import Captured, Ceilings, Cpu, Gpu, Memory, Platform, Shm
from worker_lint.schema import load_schema, problems, suggestion

if TYPE_CHECKING:
    import datetime
    from collections.abc import Mapping
    from pathlib import Path

    from worker_lint.hardware.machine import Machine

_FAMILY, _VERSION = "worker-lint/hardware-profile", 1
_MEND = "mend it by hand, or run `worker-lint profile capture` on that machine"


@dataclass(frozen=True, slots=True)
class Profile:
    """A hardware profile; its fields stand in the order of the document.

    None is unknown; ``"unlimited"`` (a limit) and ``"none"`` (/dev/shm) are known to be absent.
    """

    name: str
    note: str | None = field(default=None, kw_only=True)
    captured: Captured
    platform: Platform = field(default_factory=Platform, kw_only=True)
    cpu: Cpu
    memory: Memory
    shm: Shm | Literal["none"] | None = None
    limits: Ceilings = field(default_factory=Ceilings)
    gpu: Gpu | None = None
    ranks_per_node: int = 1
    provenance: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_machine(
        cls, machine: Machine, name: str, *, gpu_model: bool = True, day: datetime.date | None = None
    ) -> Profile:
        """Return the profile of a measured ``machine``, dated ``day`` (today).

        Raises ProfileError where the CPUs or the memory could not be measured: there is no profile without.
        """
        cpu, memory, gpu = machine.cpu, machine.memory, machine.gpu
        if cpu is None or memory is None or machine.usable is None:
            missing = "CPUs" if cpu is None else "memory"
            raise document.problem(name, "", f"the {missing} of this machine cannot be measured", "declare them")
        major, minor = machine.python
        profile = cls(
            name=name,
            captured=Captured(
                "live",
                time.strftime("%Y-%m-%d") if day is None else day.isoformat(),
                f"worker-lint {__version__}",
                machine.scope,
            ),
            platform=Platform(machine.system, machine.arch or None, machine.start_method, f"{major}.{minor}"),
            cpu=Cpu(
                usable=machine.usable,
                per=machine.cpu_per,
                limited_by=cpu.name,
                host_logical=machine.host_logical,
                host_physical=machine.host_physical,
                usable_physical=machine.usable_physical,
                performance_cores=machine.performance_cores,
                numa_nodes=machine.numa_nodes,
                quota="unlimited" if machine.quota is None else machine.quota,
                affinity="unlimited" if machine.affinity is None else machine.affinity,
            ),
            memory=Memory(
                limit_bytes=int(memory.value),
                limited_by=memory.name,
                host_bytes=machine.host_bytes,
                swap_bytes=machine.swap_bytes,
            ),
            shm="none" if machine.shm_bytes is None else Shm(machine.shm_bytes),
            limits=Ceilings(machine.open_files_soft, machine.open_files_hard, machine.processes, machine.address_space),
            gpu=Gpu(gpu.count, gpu.model if gpu_model else None, gpu.memory_bytes) if gpu else None,
            ranks_per_node=machine.ranks_per_node,
        )
        sources = {"cpu.usable": cpu.source, "memory.limit_bytes": memory.source, **machine.sources}
        known = profile.flat()
        kept = {path: source for path, source in sources.items() if known.get(path) is not None}
        return replace(profile, provenance=kept)

    def assumed(self, path: str) -> bool:
        """Say whether the field at ``path`` ("cpu.usable") was assumed, not measured or declared."""
        return self.provenance.get(path, "").startswith("assumed")

    def to_document(self) -> dict[str, Any]:
        """Return the JSON document, keys in the schema's order, unknown fields left out."""
        found: dict[str, Any] = {"schema": f"{_FAMILY}/{_VERSION}"}
        for name, value in asdict(self).items():
            if isinstance(value, dict):
                value = {key: _plain(inner) for key, inner in value.items() if inner is not None}
            if value is not None and value != {}:
                found[name] = _plain(value)
        return found

    def to_json(self) -> str:
        """Return the document as the one text that stands for it."""
        return document.canonical(self.to_document())

    def flat(self) -> dict[str, Any]:
        """Return the figures under their paths ("cpu.usable"), without their provenance; null is None."""
        found: dict[str, Any] = {}
        for name, value in self.to_document().items():
            if isinstance(value, dict) and name != "provenance":
                found.update({f"{name}.{key}": inner for key, inner in value.items()})
            elif name not in ("schema", "provenance"):
                found["shm.size_bytes" if name == "shm" else name] = value
        return found


def load(path: Path) -> Profile:
    """Return the profile in ``path``.

    Raises ProfileError, in one line with the file, the place and the remedy, where there is none.
    """
    remedy = f"run `worker-lint profile capture --name NAME --output {path}` on the machine that trains"
    return parse(document.read(path, remedy), path)


def parse(found: Any, origin: Path | str) -> Profile:
    """Return the profile that the JSON document ``found`` is; ``origin`` names it in errors.

    Raises ProfileError where it is of a newer version, breaks the schema, or holds numbers that exclude
    each other.
    """
    version = re.fullmatch(rf"{_FAMILY}/([0-9]{{1,9}})", str(found.get("schema"))) if isinstance(found, dict) else None
    if version and int(version[1]) > _VERSION:
        what = f"is version {version[1]}, and this worker-lint reads version {_VERSION}"
        raise document.problem(origin, "/schema", what, "install a newer worker-lint")
    schema = load_schema("hardware-profile")
    try:
        broken = [] if conforms(found, schema) else problems(found, schema)
    except RecursionError:
        raise document.problem(origin, "", "is nested too deep to be a profile", _MEND) from None
    if broken:
        more = f" (and {len(broken) - 1} more)" if len(broken) > 1 else ""
        raise document.problem(origin, broken[0].pointer or "the top", broken[0].message + more, _MEND)
    from worker_lint.hardware.contradictions import contradictions

    profile = from_document(found)
    for where, what in [*_unknown_provenance(profile, schema), *contradictions(profile)]:
        raise document.problem(origin, where, what, _MEND)
    return profile


def _plain(value: Any) -> Any:
    if value in ("unlimited", "none"):
        return None
    return int(value) if isinstance(value, float) and value.is_integer() else value


def from_document(found: dict[str, Any]) -> Profile:
    """Return the profile of a document that is known to be valid."""

    def section(name: str, unlimited: tuple[str, ...] = ()) -> dict[str, Any]:
        fields = {key: _plain(value) for key, value in found.get(name, {}).items()}
        return {key: "unlimited" if value is None and key in unlimited else value for key, value in fields.items()}

    shm = found.get("shm", {})
    return Profile(
        name=found["name"],
        note=found.get("note"),
        captured=Captured(**found["captured"]),
        platform=Platform(**found.get("platform", {})),
        cpu=Cpu(**section("cpu", ("quota", "affinity"))),
        memory=Memory(**section("memory")),
        shm="none" if shm is None else Shm(**section("shm")) if shm else None,
        limits=Ceilings(
            **section("limits", ("open_files_soft", "open_files_hard", "processes", "address_space_bytes"))
        ),
        gpu=Gpu(**section("gpu")) if "gpu" in found else None,
        ranks_per_node=int(found.get("ranks_per_node", 1)),
        provenance=dict(found.get("provenance", {})),
    )


def _unknown_provenance(profile: Profile, schema: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the entries of the provenance that name no field: typos, or what does not belong here."""
    known = list(schema["properties"])
    for name, section in schema["properties"].items():
        known += [f"{name}.{key}" for key in section.get("properties", ())]
    unknown = [key for key in profile.provenance if key not in known]
    return [("/provenance", f"{key!r} is no field{suggestion(key, known)}") for key in unknown]
