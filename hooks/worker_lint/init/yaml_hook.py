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

    from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

HOOK = "worker-lint"
"""The id of the hook that checks."""

_IDS = (HOOK, "worker-lint-fix")
_LOCAL_KEYS = ("id", "name", "entry", "language", "types_or", "require_serial")

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
        raise YamlError("is no mapping with 'repos'", root.start_mark.line + 1)
    repos = next((value for key, value in root.value if key.value == "repos"), None)
    if repos is None:
        return inserted(text, len(text), "repos:\n" + _Style().lines(repo))
    if isinstance(repos, SequenceNode):
        return _into_brackets(text, repos, repo) if repos.flow_style else _below_the_last(text, repos, repo)
    if repos.start_mark.index == repos.end_mark.index:  # nothing is written there
        return inserted(text, after_line(text, repos.start_mark.index), _Style().lines(repo))
    raise YamlError("'repos' is no list", repos.start_mark.line + 1)


def _into_brackets(text: str, repos: SequenceNode, repo: dict[str, Any]) -> str:
    place = repos.value[-1].end_mark.index if repos.value else repos.start_mark.index + 1
    return text[:place] + (", " if repos.value else "") + _flow(repo) + text[place:]


def _below_the_last(text: str, repos: SequenceNode, repo: dict[str, Any]) -> str:
    column, last = repos.start_mark.column, repos.value[-1]
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
    return inserted(text, place, gap + _style(repos).lines(repo))


def _style(repos: SequenceNode) -> _Style:
    """Return the indentation of the last entry, as far as it can be told."""
    from ruamel.yaml.nodes import MappingNode, SequenceNode

    column, last = repos.start_mark.column, repos.value[-1]
    if not isinstance(last, MappingNode) or last.flow_style:
        return _Style(column)
    key = last.start_mark.column - column
    hooks = next((value for name, value in last.value if name.value == "hooks"), None)
    if not isinstance(hooks, SequenceNode) or hooks.flow_style:
        return _Style(column, key)
    return _Style(column, key, hooks.start_mark.column - last.start_mark.column)


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
                if value.start_mark.index > key.start_mark.index:  # else an alias of what is written further up
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


def _compose(text: str) -> MappingNode | Node | None:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        node: Node | None = YAML().compose(text)
    except YAMLError as error:
        raise _located(error) from None
    return node


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
