"""The hook as it is written into a .pre-commit-config.yaml."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from worker_lint.dataclass import dataclass
from worker_lint.init.lines import BOM, after_line, inserted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

    from ruamel.yaml.nodes import Node, SequenceNode

HOOK = "worker-lint"
"""The id of the hook that checks."""

_IDS = (HOOK, "worker-lint-fix")
_LOCAL_KEYS = ("id", "name", "entry", "language", "types_or", "require_serial")

_ALIAS = "an alias"
"""The tag of a node that stands for one which is written elsewhere."""

_BUNDLED = files("worker_lint") / "pre-commit-hooks.yaml"


class YamlError(Exception):
    """A configuration of pre-commit that cannot be read, or to which no hook can be added; one line."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


def local_repo() -> dict[str, Any]:
    """Return the entry for ``repos`` that runs the worker-lint that is installed, whatever its origin."""
    (hook,) = (each for each in _load(_hooks_file().read_text(encoding="utf-8")) if each["id"] == HOOK)
    hook["language"] = "system"
    return {"repo": "local", "hooks": [{key: hook[key] for key in _LOCAL_KEYS}]}


def remote_repo(url: str, rev: str) -> dict[str, Any]:
    """Return the entry for ``repos`` by which pre-commit installs worker-lint from ``url`` at ``rev``."""
    return {"repo": url, "rev": rev, "hooks": [{"id": HOOK}]}


def has_hook(text: str) -> bool:
    """Return whether the configuration ``text`` runs worker-lint already. Raises YamlError."""
    config = _load(text.removeprefix(BOM))
    repos = config.get("repos") if isinstance(config, dict) else None
    return any(
        hook.get("id") in _IDS or str(hook.get("entry", "")).split()[:1] == [HOOK]
        for repo in _dicts(repos)
        for hook in _dicts(repo.get("hooks"))
    )


def with_repo(text: str, repo: dict[str, Any]) -> str:
    """Return the configuration ``text`` with ``repo`` as the last of its repos; nothing else changes.

    The entry is put in as text, indented as the one before it, because no YAML library writes a document back as it
    was. Then both texts are read: they must differ in that entry alone. Raises YamlError.
    """
    bare = text.removeprefix(BOM)
    before = _load(bare)
    result = text.removesuffix(bare) + _with_repo(bare, repo)
    known = before if isinstance(before, dict) else {}
    try:
        same = _load(result.removeprefix(BOM)) == {**known, "repos": [*(known.get("repos") or ()), repo]}
    except YamlError:
        same = False
    if not same:
        raise YamlError("no hook can be added without a change to something else; add it by hand")
    return result


@dataclass(frozen=True, slots=True)
class _Style:
    """How a list of mappings is indented, in characters."""

    dash: int = 2
    """What is before the dash of an entry."""
    key: int = 2
    """From the dash to the entry's keys."""
    hooks: int = 2
    """From the key ``hooks`` to the dashes below it."""

    def lines(self, repo: dict[str, Any]) -> str:
        """Return ``repo`` as an entry, in whole lines."""
        nested = " " * (self.dash + self.key)
        rows = list(self._entry(self.dash, {key: value for key, value in repo.items() if key != "hooks"}))
        rows.append(f"{nested}hooks:")
        for hook in repo["hooks"]:
            rows += self._entry(self.dash + self.key + self.hooks, hook)
        return "".join(f"{row}\n" for row in rows)

    def _entry(self, dash: int, values: dict[str, Any]) -> Iterator[str]:
        start = " " * dash + "-".ljust(self.key)
        for key, value in values.items():
            yield f"{start}{key}: {_flow(value)}"
            start = " " * (dash + self.key)


def _with_repo(text: str, repo: dict[str, Any]) -> str:
    from ruamel.yaml.nodes import MappingNode, SequenceNode

    root = _compose(text)
    if root is None:
        return inserted(text, len(text), "repos:\n" + _Style().lines(repo))
    if not isinstance(root, MappingNode):
        raise YamlError("is no mapping with 'repos'", _line(root))
    repos = next((value for key, value in root.value if key.value == "repos"), None)
    if repos is None:
        return inserted(text, len(text), "repos:\n" + _Style().lines(repo))
    if isinstance(repos, SequenceNode):
        return _into_brackets(text, repos, repo) if repos.flow_style else _below_the_last(text, repos, repo)
    if repos.start_mark.index == repos.end_mark.index:  # nothing is written there
        return inserted(text, after_line(text, repos.start_mark.index), _Style().lines(repo))
    if repos.tag == _ALIAS:
        raise YamlError(
            "'repos' is an alias, and its list may be another's as well; add the hook by hand", _line(repos)
        )
    raise YamlError("'repos' is no list", _line(repos))


def _into_brackets(text: str, repos: SequenceNode, repo: dict[str, Any]) -> str:
    place = repos.value[-1].end_mark.index if repos.value else repos.start_mark.index + 1
    return text[:place] + (", " if repos.value else "") + _flow(repo) + text[place:]


def _below_the_last(text: str, repos: SequenceNode, repo: dict[str, Any]) -> str:
    column, last = _column(text, repos), repos.value[-1]
    # Where the last thing of the last entry ends: marks of a block itself lie behind the comments that follow it.
    end = max(node.end_mark.index for node in _leaves(last))
    place = after_line(text, len(text[:end].rstrip()) - 1)
    for start, line in _lines_from(text, place):
        written = line.strip()
        if written and (not written.startswith("#") or len(line) - len(line.lstrip()) <= column):
            break
        if written:
            place = after_line(text, start)  # a comment that is indented like the entry belongs to it
    gap = "\n" if len(repos.value) > 1 and _blank_before(text, last.start_mark.index) else ""
    return inserted(text, place, gap + _style(text, repos).lines(repo))


def _style(text: str, repos: SequenceNode) -> _Style:
    """Return the indentation of the last entry that shows one, as far as it can be told."""
    from ruamel.yaml.nodes import MappingNode, SequenceNode

    style = _Style(_column(text, repos))
    for entry in repos.value:
        if isinstance(entry, MappingNode) and not entry.flow_style:
            start = entry.start_mark.column if entry.anchor is None else entry.value[0][0].start_mark.column
            hooks = next((value for name, value in entry.value if name.value == "hooks"), None)
            below = style.hooks
            if isinstance(hooks, SequenceNode) and not hooks.flow_style:
                below = _column(text, hooks) - start
            style = _Style(style.dash, start - style.dash, below)
    return style


def _column(text: str, block: SequenceNode) -> int:
    """Return how many characters stand before the dashes of ``block``, which may have an anchor before the first."""
    dash = block.start_mark.index if block.anchor is None else text.rindex("-", 0, block.value[0].start_mark.index)
    return dash - (text.rfind("\n", 0, dash) + 1)


def _line(node: Node) -> int:
    line: int = node.start_mark.line + 1
    return line


def _leaves(node: Node) -> Iterator[Node]:
    """Yield the nodes without others in them, and those in brackets or braces: their ends are where they end."""
    from ruamel.yaml.nodes import MappingNode, SequenceNode

    match node:
        case SequenceNode(flow_style=False, value=[_, *_] as parts):
            for part in parts:
                yield from _leaves(part)
        case MappingNode(flow_style=False, value=[_, *_] as pairs):
            for key, value in pairs:
                yield key
                yield from _leaves(value)
        case _:
            yield node


def _blank_before(text: str, index: int) -> bool:
    """Return whether a blank line, or one and comments, lies above the line that holds ``index``."""
    for line in reversed(text[:index].split("\n")[:-1]):
        if not line.strip():
            return True
        if not line.lstrip().startswith("#"):
            return False
    return False


def _lines_from(text: str, place: int) -> Iterator[tuple[int, str]]:
    while place < len(text):
        end = after_line(text, place)
        yield place, text[place:end]
        place = end


def _flow(value: object) -> str:
    """Return ``value`` on one line: bare where that is read as the same, else in quotes."""
    match value:
        case bool():
            return "true" if value else "false"
        case dict():
            return "{" + ", ".join(f"{key}: {_flow(part)}" for key, part in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_flow, value)) + "]"
    try:
        bare = _load(f"[{value}]") == [value]
    except YamlError:
        bare = False
    return str(value) if bare else json.dumps(value)


def _dicts(value: object) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _compose(text: str) -> Node | None:
    """Return the nodes of the document ``text`` as they are written; None where it has none.

    ruamel.yaml puts the node that an alias stands for in its place, with the marks of where that is written.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError
    from ruamel.yaml.events import NodeEvent

    try:
        events = iter(YAML().parse(text))
        first = next((event for event in events if isinstance(event, NodeEvent)), None)
        return None if first is None else _node(first, events)
    except YAMLError as error:
        raise _located(error) from None


def _node(event: Any, events: Iterator[Any]) -> Node:
    """Return the node that ``event`` begins, and take its other ``events``."""
    from ruamel.yaml.events import AliasEvent, CollectionEndEvent, MappingStartEvent, ScalarEvent
    from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

    start = event.start_mark
    if isinstance(event, AliasEvent):
        return ScalarNode(_ALIAS, event.anchor, start, event.end_mark)
    if isinstance(event, ScalarEvent):
        return ScalarNode(event.tag, event.value, start, event.end_mark)
    parts: list[Node] = []
    for each in events:
        if isinstance(each, CollectionEndEvent):
            break
        parts.append(_node(each, events))
    given = {"flow_style": event.flow_style, "anchor": event.anchor}
    if isinstance(event, MappingStartEvent):
        pairs = list(zip(parts[::2], parts[1::2], strict=True))
        return MappingNode(event.tag, pairs, start, each.end_mark, **given)
    return SequenceNode(event.tag, parts, start, each.end_mark, **given)


def _load(text: str) -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        return YAML(typ="safe", pure=True).load(text)
    except YAMLError as error:
        raise _located(error) from None


def _located(error: Exception) -> YamlError:
    mark = getattr(error, "problem_mark", None)
    reason = getattr(error, "problem", None) or str(error).partition("\n")[0]
    return YamlError(f"is no YAML: {reason}", None if mark is None else mark.line + 1)


def _hooks_file() -> Traversable:
    """Return the hooks that are offered to pre-commit: inside the package in a wheel, at the top of a checkout."""
    return _BUNDLED if _BUNDLED.is_file() else Path(__file__).parents[3] / ".pre-commit-hooks.yaml"
