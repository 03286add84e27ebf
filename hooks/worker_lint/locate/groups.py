"""The calls and dicts of a Python file in which a worker count, or an option that needs workers, is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.conditions import NO_CONDITIONS
from worker_lint.locate.forms import text_of
from worker_lint.locate.reach import conditions_around, values_of
from worker_lint.locate.scopes import intact
from worker_lint.locate.values import python_value, unwrapped
from worker_lint.site import COUNT, Group

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from worker_lint.locate.imports import Imports
    from worker_lint.locate.vocabulary import Loader, Vocabulary
    from worker_lint.site import Value


class Groups:
    """Every group of one file that was asked for, each read once; iteration is in the order of the text."""

    def __init__(self, root: Node, imports: Imports, words: Vocabulary) -> None:
        self._root = root
        self._imports = imports
        self._words = words
        self._groups: dict[int, Group] = {}

    def __iter__(self) -> Iterator[Group]:
        """Iterate over the groups."""
        return iter(sorted(self._groups.values(), key=lambda group: group.start))

    def at(self, node: Node) -> Group:
        """Return the group that ``node``, a call or a dict, is."""
        known = self._groups.get(node.id)
        if known is None:
            known = self._groups[node.id] = self._call(node) if node.type == "call" else self._dict(node)
        return known

    def around(self, name: Node) -> None:
        """Take in the call or dict in which ``name`` names an option, or is what is called."""
        above = name.parent
        while above is not None and above.type in ("keyword_argument", "argument_list", "pair", "string", "attribute"):
            above = above.parent
        if above is not None and above.type in ("call", "dictionary"):
            self.at(above)

    def references(self) -> Iterator[tuple[Group, str]]:
        """Yield each call of a known loader whose count is a name, with that name."""
        for group in self:
            if group.loader is not None and group.count is not None and group.count.kind == "reference":
                yield group, group.count.text

    def _dict(self, node: Node) -> Group:
        options: dict[str, Value] = {}
        is_open = False
        for entry in node.named_children:
            if entry.type == "dictionary_splat":
                is_open = True
            elif entry.type == "pair":
                key, value = entry.child_by_field_name("key"), entry.child_by_field_name("value")
                if key is not None and value is not None and key.type == "string" and len(key.named_children) == 3:
                    options[text_of(key.named_children[1])] = python_value(value)
        options = self._counted(options, None)
        asks = self._asks_for_its_count(options)
        return Group(
            "dict",
            node.start_byte,
            node.end_byte,
            options,
            prefix=self._words.prefix(options),
            open=is_open,
            intact=intact(node),
            conditions=conditions_around(node) if asks else NO_CONDITIONS,
            count_values=values_of(node, options[COUNT]) if asks else (),
        )

    def _call(self, node: Node) -> Group:
        function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        options: dict[str, Value] = {}
        positional: list[Node] = []
        is_open = False
        for argument in arguments.named_children if arguments is not None else ():
            if argument.type == "keyword_argument":
                name, value = argument.child_by_field_name("name"), argument.child_by_field_name("value")
                if name is not None and value is not None:
                    options[text_of(name)] = python_value(value)
            elif argument.type == "dictionary_splat":
                is_open = True
            elif argument.type != "comment":
                positional.append(argument)
        callee = self._imports.resolve(_dotted(function)) if function is not None else None
        if callee is not None and callee.rpartition(".")[2] == "partial" and positional:
            callee = self._imports.resolve(_dotted(positional.pop(0)))
            is_open = True  # whoever calls the partial may add more
        is_open = is_open or any(argument.type == "list_splat" for argument in positional)
        loader = self._imports.loader(callee, self._root)
        by_position = self._by_position(loader, options, positional)
        if by_position is not None:
            options[COUNT] = by_position
        options = self._counted(options, loader)
        count = options.get(COUNT)
        asks = self._asks_for_its_count(options)
        return Group(
            "dict" if callee == "dict" else "call",
            node.start_byte,
            node.end_byte,
            options,
            callee=callee,
            loader=loader,
            prefix=loader.prefix if loader else self._words.prefix(options),
            open=is_open,
            intact=intact(node),
            counts_by_position=by_position is not None,
            conditions=conditions_around(node) if asks else NO_CONDITIONS,
            count_values=values_of(node, count) if count is not None and (loader or asks) else (),
        )

    def _asks_for_its_count(self, options: dict[str, Value]) -> bool:
        """Return whether something among ``options`` needs workers, and the count is written elsewhere."""
        count, needs_workers = options.get(COUNT), tuple(self._words.options)
        return count is not None and not count.literal and any(name.endswith(needs_workers) for name in options)

    @staticmethod
    def _by_position(loader: Loader | None, options: dict[str, Value], positional: list[Node]) -> Value | None:
        if loader is None or loader.index is None or loader.count in options or len(positional) <= loader.index:
            return None
        if any(argument.type == "list_splat" for argument in positional[: loader.index + 1]):
            return None
        return python_value(positional[loader.index])

    def _counted(self, options: dict[str, Value], loader: Loader | None) -> dict[str, Value]:
        """Return ``options`` with the worker count under ``COUNT`` too, where one of them is the count."""
        if loader is not None:
            if COUNT not in options and loader.count in options:
                options[COUNT] = options[loader.count]
            return options
        counts = [name for name in options if self._words.is_plain_count(name)]
        if len(counts) == 1:
            options[COUNT] = options[counts[0]]
        return options


def _dotted(node: Node) -> str:
    node = unwrapped(node)
    return text_of(node) if node.type in ("identifier", "attribute") else ""
