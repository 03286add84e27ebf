"""Worker counts in Python: one query finds the places, this module says what stands there."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, cast

import tree_sitter
import tree_sitter_python

from worker_lint.locate.imports import Imports
from worker_lint.locate.query import compiled
from worker_lint.locate.reach import conditions_around, values_of
from worker_lint.locate.values import python_value, refuse_endless, unwrapped
from worker_lint.locate.vocabulary import vocabulary
from worker_lint.site import COUNT, Document, Form, Group, Site, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tree_sitter import Node

    from worker_lint.locate.vocabulary import Loader
    from worker_lint.source import Source

_FIELD_CALLS = frozenset({"field", "Field", "attrib", "ib", "attr_ib", "Option", "Argument", "PrivateAttr", "Param"})
_COMPOUND = frozenset(
    {
        "function_definition",
        "class_definition",
        "if_statement",
        "elif_clause",
        "while_statement",
        "for_statement",
        "with_statement",
        "match_statement",
        "case_clause",
    }
)
"""Statements with a body of their own."""
_POSITIONAL_DEFAULT = frozenset({"Field", "Option", "Argument", "PrivateAttr", "Param"})


@cache
def _parser() -> tree_sitter.Parser:
    return tree_sitter.Parser(_language())


@cache
def _language() -> tree_sitter.Language:
    return tree_sitter.Language(tree_sitter_python.language())


@cache
def _query() -> tree_sitter.Query:
    words = vocabulary()
    prefixes = sorted({loader.prefix for loader in words.loaders.values()})
    return compiled(
        _language(),
        "python.scm",
        COUNTS=words.spellings(),
        OPTIONS=tuple(prefix + option for prefix in prefixes for option in words.options),
        LOADERS=tuple(sorted(words.loader_names)),
    )


def locate(source: Source) -> Document:
    """Return the sites and groups of a Python source, whatever its version, syntax errors and all."""
    return _Locator(source).document()


class _Locator:
    """The state of one pass over one tree."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.tree = _parser().parse(source.parsed)
        self.imports = Imports()
        self.groups: dict[int, Group] = {}
        self.sites: list[Site] = []

    def document(self) -> Document:
        """Return everything that the query's matches amount to."""
        named: list[tuple[Form, Node, Node]] = []
        calls: list[Node] = []
        words = vocabulary()
        query = _query()
        for pattern, captures in tree_sitter.QueryCursor(query).matches(self.tree.root_node):
            if "import" in captures:
                self.imports.add(captures["import"][0])
            elif "option" in captures:
                calls.append(captures["option"][0])
            elif "loader" in captures:
                calls.append(captures["loader"][0])
            else:
                form = cast("Form", query.pattern_settings(pattern)["form"])
                name = captures["name"][0]
                for value in _values_of_match(name, captures):
                    named.append((form, name, value))
        calls += self._aliased_loaders(words.loader_names)
        for form, name, value in named:
            self._add_site(form, name, value)
        for node in calls:
            container = _container(node)
            if container is not None:
                self._group(container)
        groups = sorted(self.groups.values(), key=lambda group: group.start)
        for group in groups:
            self._add_positional(group)
        return Document(self.source, _outermost_dropped(self.sites), tuple(groups))

    def _aliased_loaders(self, known: frozenset[str]) -> Iterator[Node]:
        """Yield the callee of each call of a loader that was imported under a name of the file's own."""
        aliases = [
            local
            for local, dotted in self.imports.names.items()
            if dotted in vocabulary().loaders and local not in known and local.isidentifier()
        ]
        if aliases:
            listed = " ".join(f'"{alias}"' for alias in aliases)
            query = tree_sitter.Query(_language(), f"((call function: (identifier) @f) (#any-of? @f {listed}))")
            for _, captures in tree_sitter.QueryCursor(query).matches(self.tree.root_node):
                yield captures["f"][0]

    def _add_site(self, form: Form, name_node: Node, value_node: Node) -> None:
        name = _text(name_node)
        container = _container(name_node)
        group = self._group(container) if container is not None and form in ("call-keyword", "dict-entry") else None
        callee = group.callee if group else None
        if form == "call-keyword" and callee is not None:
            if callee.rpartition(".")[2] in vocabulary().not_callables:
                return
            if callee == "dict":
                form = "dict-keyword"
        if form == "assignment" and name_node.type == "identifier":
            form = "class-attribute" if _in_class_body(name_node) else form
        while value_node.type == "assignment":  # a = b = 4
            right = value_node.child_by_field_name("right")
            if right is None:
                return
            value_node = right
        default = _field_default(value_node) if form in ("assignment", "class-attribute", "parameter-default") else None
        if default is not None:
            form = "option-default" if form == "parameter-default" else "field-default"
            value_node = default
        value = python_value(value_node)
        refuse_endless(self.source, value)
        self.sites.append(Site(form, name, value, group, callee, intact=_intact(value_node)))

    def _add_positional(self, group: Group) -> None:
        loader = group.loader
        if group.kind != "call" or loader is None or loader.index is None or loader.count in group.options:
            return
        count = group.count
        if count is not None:
            self.sites.append(Site("call-positional", loader.count, count, group, group.callee, intact=group.intact))

    def _group(self, node: Node) -> Group:
        known = self.groups.get(node.id)
        if known is None:
            known = self.groups[node.id] = self._call(node) if node.type == "call" else self._dict(node)
        return known

    def _dict(self, node: Node) -> Group:
        options: dict[str, Value] = {}
        is_open = False
        for entry in node.named_children:
            if entry.type == "dictionary_splat":
                is_open = True
            elif entry.type == "pair":
                key, value = entry.child_by_field_name("key"), entry.child_by_field_name("value")
                content = _string_content(key)
                if content is not None and value is not None:
                    options[content] = python_value(value)
        return Group(
            "dict",
            node.start_byte,
            node.end_byte,
            _with_count(options),
            prefix=vocabulary().prefix(options),
            open=is_open,
            intact=_intact(node),
        )

    def _call(self, node: Node) -> Group:
        function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        callee = self.imports.resolve(_dotted(function)) if function is not None else None
        options: dict[str, Value] = {}
        positional: list[Node] = []
        is_open = False
        for argument in arguments.named_children if arguments is not None else ():
            if argument.type == "keyword_argument":
                name, value = argument.child_by_field_name("name"), argument.child_by_field_name("value")
                if name is not None and value is not None:
                    options[_text(name)] = python_value(value)
            elif argument.type in ("dictionary_splat", "list_splat"):
                is_open = True
            elif argument.type != "comment":
                positional.append(argument)
        if callee is not None and callee.rpartition(".")[2] == "partial" and positional:
            callee = self.imports.resolve(_dotted(positional.pop(0)))
            is_open = True  # whoever calls the partial may add more
        loader = self.imports.loader(callee, self.tree.root_node)
        if (
            loader
            and loader.index is not None
            and len(positional) > loader.index
            and not _has_splat(positional, arguments)
        ):
            options[COUNT] = python_value(positional[loader.index])
        options = _with_count(options, loader)
        count = options.get(COUNT)
        return Group(
            "dict" if callee == "dict" else "call",
            node.start_byte,
            node.end_byte,
            options,
            callee=callee,
            loader=loader,
            prefix=loader.prefix if loader else vocabulary().prefix(options),
            open=is_open,
            intact=_intact(node),
            conditions=conditions_around(node) if loader and count is not None and not count.literal else (),
            count_values=values_of(_language(), node, count) if loader and count is not None else (),
        )


def _with_count(options: dict[str, Value], loader: Loader | None = None) -> dict[str, Value]:
    """Return ``options`` with the worker count under ``COUNT`` too, where one of them is the count."""
    if COUNT in options:
        return options
    if loader is not None:
        if loader.count in options:
            options[COUNT] = options[loader.count]
        return options
    words = vocabulary()
    counts = [name for name in options if words.is_count(name)]
    if len(counts) == 1:
        options[COUNT] = options[counts[0]]
    return options


def _values_of_match(name: Node, captures: dict[str, list[Node]]) -> Iterable[Node]:
    if "value" in captures:
        return captures["value"][:1]
    # a, num_workers = 32, 4: the value stands where the name does.
    targets, values = name.parent, captures["values"][0]
    if targets is None:
        return ()
    left = [child.id for child in targets.named_children]
    right = values.named_children
    if len(left) != len(right) or any(child.type == "list_splat" for child in right):
        return ()
    return (right[left.index(name.id)],)


def _container(node: Node) -> Node | None:
    """Return the call or dict display in which ``node`` names an option, or is called."""
    above = node.parent
    while above is not None:
        if above.type in ("call", "dictionary"):
            return above
        if above.type not in ("keyword_argument", "argument_list", "pair", "string", "attribute"):
            return None
        above = above.parent
    return None


def _field_default(value: Node) -> Node | None:
    """Return ``4`` of ``field(default=4)``, ``Field(4)``, ``typer.Option(4)``; None where ``value`` is no such call."""
    if value.type != "call":
        return None
    function, arguments = value.child_by_field_name("function"), value.child_by_field_name("arguments")
    name = _dotted(function).rpartition(".")[2] if function is not None else ""
    if name not in _FIELD_CALLS or arguments is None:
        return None
    for argument in arguments.named_children:
        if argument.type == "keyword_argument" and _text(argument.child_by_field_name("name")) == "default":
            return argument.child_by_field_name("value")
    first = arguments.named_children[0] if arguments.named_children else None
    takes_first = name in _POSITIONAL_DEFAULT and first is not None
    return first if takes_first and first is not None and first.type not in ("keyword_argument", "ellipsis") else None


def _in_class_body(name: Node) -> bool:
    assignment = name.parent
    statement = assignment.parent if assignment is not None and assignment.type == "assignment" else None
    block = statement.parent if statement is not None and statement.type == "expression_statement" else None
    return block is not None and block.parent is not None and block.parent.type == "class_definition"


def _intact(node: Node) -> bool:
    """Return whether ``node`` stands in code that parses: its statement, or the head of the definition around it."""
    above: Node | None = node
    in_head = False
    while above is not None and above.type not in ("block", "module"):
        # What is wrong with the body of a function does not touch its parameters.
        in_head = in_head or above.type in _COMPOUND
        if above.type == "ERROR" or (above.has_error and not in_head):
            return False
        above = above.parent
    return True


def _has_splat(positional: list[Node], arguments: Node | None) -> bool:
    return arguments is not None and any(child.type == "list_splat" for child in arguments.named_children)


def _string_content(node: Node | None) -> str | None:
    if node is None or node.type != "string" or len(node.named_children) != 3:
        return None
    return _text(node.named_children[1])


def _dotted(node: Node) -> str:
    node = unwrapped(node)
    return _text(node) if node.type in ("identifier", "attribute") else ""


def _text(node: Node | None) -> str:
    return node.text.decode("utf-8", "replace") if node is not None and node.text is not None else ""


def _outermost_dropped(sites: list[Site]) -> tuple[Site, ...]:
    """Return ``sites`` in order, each value once, without those whose expression only holds another's value.

    In ``num_workers=config.get("num_workers", 4)`` the fallback is what can be set; the keyword passes it on.
    """
    kept: list[Site] = []
    inner_first = sorted(sites, key=lambda site: (site.value.start, -site.value.end))
    for index, site in enumerate(inner_first):
        following = inner_first[index + 1] if index + 1 < len(inner_first) else None
        if following is not None and following.value.start < site.value.end and not site.value.literal:
            continue
        if kept and kept[-1].value.start == site.value.start:
            continue
        kept.append(site)
    return tuple(kept)
