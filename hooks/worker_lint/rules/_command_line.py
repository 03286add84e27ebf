"""The options of command lines that a Python file declares for worker counts."""

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from worker_lint.dataclass import dataclass
from worker_lint.locate.forms import keyword, last_name, text_of
from worker_lint.locate.module import around
from worker_lint.locate.vocabulary import normalised

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from worker_lint.locate.module import Module
    from worker_lint.site import Document, Site

Framework = Literal["argparse", "optparse", "click", "typer", "absl"]

_LIKE_CLICK = frozenset({"click", "rich_click", "asyncclick", "cloup"})
_TYPED_ELSEWHERE = frozenset(
    {"jsonargparse", "tap", "lightning.pytorch.cli", "pytorch_lightning.cli", "pytorch_lightning.utilities.cli"}
)
"""Modules whose parsers take the type of an option from an annotation, or from the text itself."""


@dataclass(frozen=True, slots=True)
class Option:
    """One declaration of an option."""

    framework: Framework
    call: Node
    arguments: Node
    name: Node
    """The string with the option's name; in typer, the parameter."""
    site: Site | None = None
    """The default, where it gives one."""

    @property
    def flag(self) -> str:
        """Its name as it is declared."""
        return text_of(self.name).strip("\"'")

    @property
    def destination(self) -> str:
        """The name under which the program finds its value."""
        said = keyword(self.arguments, "dest")
        return text_of(said).strip("\"'") if said is not None else normalised(self.flag)

    def keyword(self, name: str) -> Node | None:
        """Return the value of the argument ``name``, or None where it is not given."""
        return keyword(self.arguments, name)

    @property
    def is_open(self) -> bool:
        """Whether a ``*`` or ``**`` argument may say more than is written."""
        return any(child.type in ("dictionary_splat", "list_splat") for child in self.arguments.named_children)


def options(document: Document) -> Iterator[Option]:
    """Yield each option with a default that is a site, and each without one whose value reaches a loader here."""
    module = document.module
    if module is None or not (document.sites or document.groups) or _TYPED_ELSEWHERE & module.imports.modules:
        return
    seen: set[str] = set()
    for site in document.sites:
        default = module.node(site.value.start, site.value.end) if site.form == "option-default" else None
        found = _around(default, module, site) if default is not None else None
        if found is not None:
            seen.add(found.destination)
            yield found
    names = {last for count, _ in _counts(document) if (last := _last(count)).isidentifier()} - seen
    flags = {f"--{way}" for name in names for way in (name, name.replace("_", "-"))}
    for node in module.words({flag for flag in flags if flag.encode() in module.code}):
        found = _around(node, module, None) if node.type == "string_content" else None
        if found is not None and found.keyword("default") is None:
            yield found


def reaches_loader(option: Option, document: Document) -> bool:
    """Return whether a known loader of the file takes the value of ``option`` for its count."""
    if option.framework not in ("click", "typer"):
        return option.destination in _attributes_taken(document)
    # Their options are the parameters of the function that they decorate, or stand in.
    holder = around(option.call, "decorated_definition", "function_definition")
    places = _places_taking(document).get(option.destination, [])
    return holder is not None and bisect_left(places, holder.start_byte) < bisect_left(places, holder.end_byte)


@lru_cache(maxsize=1)
def _attributes_taken(document: Document) -> frozenset[str]:
    """Return the last part of each count of a known loader that is an attribute."""
    return frozenset(_last(count) for count, _ in _counts(document) if _last(count) != count)


@lru_cache(maxsize=1)
def _places_taking(document: Document) -> dict[str, list[int]]:
    """Return where the known loaders stand that take a count, by the count."""
    found: dict[str, list[int]] = {}
    for count, start in _counts(document):
        found.setdefault(count, []).append(start)
    return found


def _counts(document: Document) -> Iterator[tuple[str, int]]:
    """Yield the count of each known loader that is a name, such as ``args.workers``, with where the loader stands."""
    for group in document.groups:
        if group.loader is not None and group.count is not None and group.count.kind == "reference":
            yield group.count.text, group.start


def _last(count: str) -> str:
    return count.rpartition(".")[2]


def _around(node: Node, module: Module, site: Site | None) -> Option | None:
    arguments = around(node, "argument_list")
    call = arguments.parent if arguments is not None else None
    if arguments is None or call is None or call.type != "call":
        return None
    callee = module.callee(call) or ""
    last = last_name(call.child_by_field_name("function"))
    strings = [child for child in arguments.named_children if child.type == "string"]
    framework: Framework | None = None
    name = next((string for string in strings if text_of(string).strip("\"'").startswith("--")), None)
    if last == "add_argument":
        framework = "argparse"
    elif last == "add_option":
        framework = "optparse"
    elif last in ("option", "argument") and callee.partition(".")[0] in _LIKE_CLICK:
        framework = "click"
        name = name or next(iter(strings), None)
    elif last in ("Option", "Argument") and callee.partition(".")[0] == "typer" and call.parent is not None:
        framework = "typer"
        name = call.parent.child_by_field_name("name")
    elif last.startswith("DEFINE_"):
        framework = "absl"
        name = next(iter(strings), None)
    if framework is None or name is None:
        return None
    return Option(framework, call, arguments, name, site)
