"""What the ``__iter__`` of a dataset goes through: whether that is the same, and all of it, in every process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.locate.forms import last_name, text_of
from worker_lint.locate.module import around
from worker_lint.locate.values import unwrapped
from worker_lint.regex import regex
from worker_lint.rules._dataset_uses import passed
from worker_lint.rules._datasets import own_settings
from worker_lint.rules._names import own_attribute, values_of, within

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from worker_lint.locate.module import Module
    from worker_lint.rules._dataset_uses import Use
    from worker_lint.rules._datasets import DatasetClass

_OF_THE_FIRST = frozenset({"enumerate", "sorted", "reversed", "list", "tuple", "set", "iter", "tqdm", "islice"})
_OF_THE_SECOND = frozenset({"map", "filter"})
_OF_ALL = frozenset({"zip", "chain"})
_READERS = frozenset(
    {"csv.reader", "csv.DictReader", "json.load", "json.loads", "pickle.load", "np.load", "numpy.load"}
)
"""Functions that give what a file holds, one after the other or at once."""
_SOURCES = frozenset(
    {
        "range", "open", "glob", "iglob", "rglob", "listdir", "scandir", "iterdir", "readlines", "splitlines", "split",
        "read_csv", "read_parquet", "read_json", "iterrows", "itertuples", "items", "keys", "values", "arange",
        "randperm", "permutation", "linspace",
    }
)  # fmt: skip
"""Calls, by their last name, that give the same in every process, in one order or another."""
_OPENERS = frozenset({"open", "FileIO", "open_text"})
_FILES = regex(r"_*(?:\w+_)?(?:files?|paths?|file_?names?|filepaths?)(?:_list|s)?")
"""Names of lists of files."""
_LITERALS = frozenset({"list", "tuple", "set", "dictionary"})
_LOOPS = (
    "for_statement",
    "list_comprehension",
    "generator_expression",
    "set_comprehension",
    "dictionary_comprehension",
)
_MOST_STEPS = 8
_ENDLESS = regex(
    rb"\bwhile\s+(?:True|1)\b|\b(?:itertools\.)?(?:cycle|repeat|count)\(|"
    rb"\b(?:random|rng|_rng|generator|np_random)\.(?!shuffle|seed|permutation|Random|default_rng|RandomState)\w+\(|"
    rb"\btorch\.(?:rand|randn|randint|rand_like|randn_like|normal|bernoulli|multinomial)\("
)
"""A stream without an end, or one that is drawn: more of it from each worker is what is wanted."""


def is_endless(dataset: DatasetClass) -> bool:
    """Return whether what ``dataset`` yields never ends, or is drawn at random."""
    return any(_ENDLESS.search(function.text or b"") for function in dataset.reading)


class Iteration:
    """What one use of an iterable dataset goes through."""

    def __init__(self, use: Use, module: Module) -> None:
        self._use = use
        self._methods = use.dataset.methods
        self._module = module

    def is_same_everywhere(self) -> bool:
        """Return whether ``__iter__`` certainly goes through all of something that every process has."""
        function = self._methods.get("__iter__")
        if function is None:
            return False
        if any(text_of(unwrapped(value)) == "self" for value in _returned(function)):
            return self._steps_through(self._methods.get("__next__"))
        return self._yields_all(function, _MOST_STEPS)

    def _steps_through(self, step: Node | None) -> bool:
        """Return whether ``__next__`` takes the items of something plain, one by one."""
        if step is None:
            return False
        places = [place.child_by_field_name("value") for place in within(step, "subscript")]
        for call in within(step, "call"):
            arguments = call.child_by_field_name("arguments")
            if text_of(call.child_by_field_name("function")) == "next" and arguments is not None:
                places += arguments.named_children[:1]
        return any(own_attribute(place) is not None and self._is_plain(place, _MOST_STEPS) for place in places)

    def _yields_all(self, function: Node, steps: int) -> bool:
        """Return whether everything that ``function`` yields, or returns to be gone through, is plain."""
        sources = list(_yielded(function))
        return bool(sources) and all(
            self._is_plain(source, steps) and (loop is None or self._goes_by_index(loop, source, steps))
            for source, loop in sources
        )

    def _goes_by_index(self, loop: Node, source: Node, steps: int) -> bool:
        """Return whether a ``loop`` over a range takes what it yields from something plain, by its variable.

        ``for _ in range(n): yield self.draw()`` only counts.
        """
        if last_name(source.child_by_field_name("function")) != "range":
            return True
        variable, body = loop.child_by_field_name("left"), loop.child_by_field_name("body")
        if variable is None or body is None or not _mentions(body, text_of(variable)):
            return False
        taken = [place for place in within(body, "subscript") if _mentions(place, text_of(variable))]
        return all(self._is_plain(place.child_by_field_name("value"), steps - 1) for place in taken)

    def _is_plain(self, expression: Node | None, steps: int) -> bool:
        """Return whether ``expression`` is the same, and whole, in each process that evaluates it."""
        if expression is None or steps == 0:
            return False
        expression = unwrapped(expression)
        match expression.type:
            case "identifier":
                return self._is_plain_name(expression, steps - 1)
            case "attribute":
                return self._is_plain_attribute(expression, steps - 1)
            case "subscript":
                return self._is_plain(expression.child_by_field_name("value"), steps - 1)
            case "binary_operator":
                sides = (expression.child_by_field_name("left"), expression.child_by_field_name("right"))
                return all(self._is_plain(side, steps - 1) for side in sides)
            case "call":
                return self._is_plain_call(expression, steps - 1)
            case "list_comprehension" | "generator_expression" | "set_comprehension":
                clause = next((child for child in expression.named_children if child.type == "for_in_clause"), None)
                return clause is not None and self._is_plain(clause.child_by_field_name("right"), steps - 1)
        return expression.type in _LITERALS

    def _is_plain_call(self, call: Node, steps: int) -> bool:
        function, arguments = call.child_by_field_name("function"), call.child_by_field_name("arguments")
        own = own_attribute(function)
        if own is not None and own in self._methods:
            return self._yields_all(self._methods[own], steps)
        positional = [] if arguments is None else [c for c in arguments.named_children if c.type != "keyword_argument"]
        name = last_name(function)
        if name in _OF_THE_FIRST:
            return bool(positional) and self._is_plain(positional[0], steps)
        if name in _OF_THE_SECOND:
            return len(positional) == 2 and self._is_plain(positional[1], steps)
        if name in _OF_ALL:
            return bool(positional) and all(self._is_plain(argument, steps) for argument in positional)
        inner = self._local_function(function)
        if inner is not None:
            return self._yields_all(inner, steps)
        return name in _SOURCES or self._module.callee(call) in _READERS

    def _local_function(self, function: Node | None) -> Node | None:
        """Return the function that ``function`` names, where it is defined within the method that calls it."""
        outer = around(function, "function_definition") if function is not None else None
        for inner in within(outer, "function_definition") if outer is not None else ():
            if text_of(inner.child_by_field_name("name")) == text_of(function):
                return inner
        return None

    def _is_plain_name(self, name: Node, steps: int) -> bool:
        function = around(name, "function_definition")
        for item in within(function, "as_pattern") if function is not None else ():
            target = item.child_by_field_name("alias")
            if text_of(target) == text_of(name):
                opened = item.named_children[0]
                return last_name(opened.child_by_field_name("function")) in _OPENERS
        values = values_of(name, self._module)
        return bool(values) and all(self._is_plain(value, steps) for value in values)

    def _is_plain_attribute(self, attribute: Node, steps: int) -> bool:
        name = own_attribute(attribute)
        if name is None:
            return False
        if name in self._methods:  # a property
            return self._yields_all(self._methods[name], steps)
        values = [value for found, value in own_settings(self._methods.values()) if found == name]
        return bool(values) and all(
            _names_files(name, value) or self._is_plain(passed(value, self._use), steps) for value in values
        )


def _names_files(attribute: str, value: Node) -> bool:
    """Return whether ``attribute`` is given a name that tells that it, or the attribute, is a list of files."""
    names = (attribute, text_of(value))
    return value.type == "identifier" and any(_FILES.fullmatch(name) is not None for name in names)


def _returned(function: Node) -> Iterator[Node]:
    for statement in within(function, "return_statement"):
        yield from statement.named_children[:1]


def _mentions(node: Node, name: str) -> bool:
    return any(text_of(found) == name for found in within(node, "identifier"))


def _yielded(function: Node) -> Iterator[tuple[Node, Node | None]]:
    """Yield what ``function`` goes through to yield, each with its outermost loop, and what it hands on whole."""
    yields = list(within(function, "yield"))
    for found in yields:
        if around(found, "function_definition") != function:
            continue
        loop = _outermost_loop(found, function)
        if loop is not None:
            right = loop.child_by_field_name("right")
            if right is not None:
                yield right, loop
        elif text_of(found).startswith("yield from"):
            yield from ((child, None) for child in found.named_children)
    if not any(around(found, "function_definition") == function for found in yields):
        for value in _returned(function):
            if around(value, "function_definition") == function:
                yield value, None


def _outermost_loop(node: Node, function: Node) -> Node | None:
    found = None
    above = node.parent
    while above is not None and above != function:
        if above.type == "for_statement":
            found = above
        above = above.parent
    return found
