"""The container in which a command runs: ``docker run`` in front of it, a Compose service or a pod's container around.

What a file leaves open (variables, merge keys, templates) counts as settled elsewhere: nothing is then known of it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from worker_lint.dataclass import dataclass
from worker_lint.errors import SourceError
from worker_lint.locate.descent import line_of_descent
from worker_lint.regex import regex
from worker_lint.site import Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from worker_lint.locate.command_sites import Word
    from worker_lint.locate.job import Launch
    from worker_lint.site import Document, Site
    from worker_lint.source import Source

_PAIRS = ("block_mapping_pair", "flow_pair")
_MAPPINGS = ("block_mapping", "flow_mapping")
_PROPERTIES = ("anchor", "tag", "comment")
_CPUS = regex(r"(\d{1,6}(?:\.\d{1,6})?)(m?)")
_SHM = "/dev/shm"  # noqa: S108 - named, not written to
_FROM_ELSEWHERE = ("<<", "extends")
_LISTS_OF_CONTAINERS = ("containers", "initContainers")
_HOLDS_CONTAINERS = regex(rb"(?m)^[ \t]*(?:- +)?[\"']?(?:services|containers|container)[\"']?\s*:")


@dataclass(frozen=True, slots=True, eq=False)
class Container:
    """A container as one file describes it."""

    what: str
    """How messages name it."""
    source: Source
    """Where it stands: the places below are in its code."""
    shm: Value | None = None
    """The size that its /dev/shm is given."""
    shm_settled: bool = False
    """Whether its /dev/shm is not the runtime's default, or that cannot be told."""
    cpus: float | None = None
    """The CPUs that it may use, where they are limited."""
    limit: Value | None = None
    """What says so."""
    run: Word | None = None
    """The word ``run`` of a command line, behind which its options stand."""


def describes_containers(source: Source) -> bool:
    """Return whether a YAML source has a key under which services or containers stand."""
    return _describes_containers(source.code)


@lru_cache(maxsize=1)  # each command in it asks
def _describes_containers(code: bytes) -> bool:
    return (b"container" in code or b"services" in code) and _HOLDS_CONTAINERS.search(code) is not None


def container_of(document: Document, site: Site, launch: Launch | None) -> Container | None:
    """Return the container in which ``launch`` runs, or which is around ``site``; None where there is none to see."""
    if launch is not None and (step := launch.step("docker")) is not None:
        run = next((word for word in step.words[1:] if word.text == "run"), None)
        if run is None or step.open or "compose" in (word.text for word in step.words[1:3]):
            return None
        limit = step.options.get("cpus")
        return Container(
            f"{step.name} run",
            document.source,
            shm=step.options.get("shm_size"),
            shm_settled="ipc" in step.options or any(_SHM in word.text for word in launch.words),
            cpus=_cpus(limit),
            limit=limit,
            run=run,
        )
    source, place = document.source, site.value.start
    if source.language == "shell" and (inset := source.inset) is not None:
        source, place = inset.host, inset.offsets[place]
    if source.language != "yaml" or not describes_containers(source):
        return None
    # Its grammar is loaded where it is needed.
    from worker_lint.locate.yaml_text import root_at

    try:
        root = root_at(source, place)
    except SourceError:  # an excerpt in another file
        return None
    return None if root is None else _around(source, line_of_descent(root, place, place))


def _around(source: Source, line: list[Node]) -> Container | None:
    reader = _Reader(source)
    pairs = [(reader.key(node), depth) for depth, node in enumerate(line) if node.type in _PAIRS]
    if len(pairs) > 1 and pairs[0][0] == "services":
        service = reader.value(line[pairs[1][1]])
        return None if service is None else _service(pairs[1][0], service, reader)
    for key, depth in reversed(pairs):
        within = [node for node in line[depth + 1 :] if node.type in _MAPPINGS]
        if within and (key in _LISTS_OF_CONTAINERS or (key == "container" and "image" in reader.entries(within[0]))):
            return _of_pod(within[0], line[depth - 1], reader)
    return None


def _service(name: str, service: Node, reader: _Reader) -> Container:
    entries = reader.entries(service)
    limit = reader.scalar(entries.get("cpus")) or reader.at(service, "deploy", "resources", "limits", "cpus")
    elsewhere = any(key in entries for key in _FROM_ELSEWHERE)
    return Container(
        f"the service {name}",
        reader.source,
        shm=reader.scalar(entries.get("shm_size")),
        shm_settled=elsewhere or "ipc" in entries or _SHM in reader.text(service),
        cpus=_cpus(limit),
        limit=limit,
    )


def _of_pod(container: Node, pod: Node, reader: _Reader) -> Container:
    entries = reader.entries(container)
    name = reader.scalar(entries.get("name"))
    limit = reader.at(container, "resources", "limits", "cpu")
    return Container(
        "the container" if name is None else f"the container {name.text}",
        reader.source,
        shm_settled="<<" in entries or _settles_shm(reader.source, pod.start_byte, pod.end_byte),
        cpus=_cpus(limit),
        limit=limit,
    )


@lru_cache(maxsize=1)  # each container of a pod asks
def _settles_shm(source: Source, start: int, end: int) -> bool:
    """Return whether the pod at bytes ``start`` to ``end`` speaks of its /dev/shm, or is a template that may."""
    code = source.code
    return any(code.find(word, start, end) >= 0 for word in (_SHM.encode(), b"hostIPC")) or _is_template(code)


@lru_cache(maxsize=1)
def _is_template(code: bytes) -> bool:
    return b"{{" in code


def _cpus(limit: Value | None) -> float | None:
    """Return the CPUs that ``limit`` is, as Docker and Kubernetes write them (``2``, ``1.5``, ``500m``)."""
    match = _CPUS.fullmatch(limit.text) if limit is not None else None
    if match is None:
        return None
    return float(match[1]) / (1000 if match[2] else 1) or None


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads mappings of one YAML source."""

    source: Source

    def text(self, node: Node | None) -> str:
        return self.source.code[node.start_byte : node.end_byte].decode("utf-8", "replace") if node else ""

    def key(self, pair: Node) -> str:
        return self.text(pair.child_by_field_name("key")).strip("\"'")

    def value(self, pair: Node) -> Node | None:
        """Return the scalar, mapping or sequence that ``pair`` has, behind any anchor and tag."""
        node = pair.child_by_field_name("value")
        children = node.named_children if node is not None else []
        return next((child for child in children if child.type not in _PROPERTIES), None)

    def entries(self, mapping: Node) -> dict[str, Node | None]:
        return {self.key(pair): self.value(pair) for pair in self._pairs(mapping)}

    def _pairs(self, mapping: Node) -> Iterator[Node]:
        return (pair for pair in mapping.named_children if pair.type in _PAIRS)

    def scalar(self, node: Node | None) -> Value | None:
        """Return the text at ``node`` without its quotes, or None where there is none or something else."""
        if node is None or not node.type.endswith("scalar"):
            return None
        text = self.text(node)
        quoted = len(text) > 1 and text[0] in "\"'" and text[0] == text[-1]
        start, end = node.start_byte + quoted, node.end_byte - quoted
        return Value(start, end, text[1:-1] if quoted else text, "expression")

    def at(self, mapping: Node, *path: str) -> Value | None:
        """Return the text at the end of ``path`` down from ``mapping``, or None."""
        node: Node | None = mapping
        for key in path:
            node = self.entries(node).get(key) if node is not None and node.type in _MAPPINGS else None
        return self.scalar(node)
