"""The rewrite as a libcst codemod, for whole modules and without tree-sitter.

python -m libcst.tool codemod --external --no-format worker_lint.rewrite.codemod.SetWorkerCount --count 8 PATH
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst
from libcst import matchers as m
from libcst.codemod import CodemodCommand
from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper

from worker_lint.locate.vocabulary import vocabulary
from worker_lint.rewrite.transform import replace_in_module

if TYPE_CHECKING:
    import argparse

    from libcst.codemod import CodemodContext

    from worker_lint.rewrite.transform import Span

_FALLBACK_METHODS = frozenset({"get", "pop", "setdefault", "getenv"})
_OPTION_CALLS = frozenset({"add_argument", "add_option", "add", "add_arg", "option", "argument"})
_FIELD_CALLS = frozenset({"field", "Field", "attrib", "ib", "attr_ib", "Option", "Argument", "PrivateAttr", "Param"})
_POSITIONAL_DEFAULT = frozenset({"Field", "Option", "Argument", "PrivateAttr", "Param"})
_FLAG_CALLS = frozenset({"DEFINE_integer", "DEFINE_int", "define_integer"})


class SetWorkerCount(CodemodCommand):
    """Rewrites every integer literal that sets a worker count."""

    DESCRIPTION = "Writes one worker count everywhere, together with the options that would raise beside 0."

    @staticmethod
    def add_args(arg_parser: argparse.ArgumentParser) -> None:
        """Declare ``--count``."""
        arg_parser.add_argument("--count", type=int, required=True, metavar="N", help="the worker count to write")

    def __init__(self, context: CodemodContext, count: int) -> None:
        super().__init__(context)
        self.count = count

    def transform_module_impl(self, tree: cst.Module) -> cst.Module:
        """Return ``tree`` with every literal count rewritten."""
        wrapper = MetadataWrapper(tree)
        finder = CountFinder(self.count)
        wrapper.visit(finder)
        return replace_in_module(wrapper, finder.replacements) if finder.replacements else tree


class CountFinder(cst.CSTVisitor):
    """Collects the literals that set a worker count, each with the text that is to take its place."""

    METADATA_DEPENDENCIES = (ByteSpanPositionProvider,)

    def __init__(self, count: int = 0) -> None:
        super().__init__()
        self.count = count
        self.literals: set[Span] = set()
        self.replacements: dict[Span, str] = {}

    def visit_Call(self, node: cst.Call) -> None:
        """Take keyword arguments, fallbacks and option defaults."""
        words = vocabulary()
        function = _last_name(node.func)
        keywords = {arg.keyword.value: arg.value for arg in node.args if arg.keyword is not None}
        if function not in words.not_callables:
            self._take_options(keywords)
        positional = [arg.value for arg in node.args if arg.keyword is None and not arg.star]
        strings = [_string(value) for value in positional]
        if function in _FALLBACK_METHODS | _FLAG_CALLS and len(positional) > 1 and _is_count(strings[0]):
            self._take(positional[1])
        if function in ("getattr", "setattr") and len(positional) > 2 and _is_count(strings[1]):
            self._take(positional[2])
        if function in _OPTION_CALLS | _FLAG_CALLS and "default" in keywords and any(map(_is_count, strings)):
            self._take(keywords["default"])

    def visit_Dict(self, node: cst.Dict) -> None:
        """Take the entries of a dict display."""
        entries = [element for element in node.elements if isinstance(element, cst.DictElement)]
        self._take_options({name: e.value for e in entries if (name := _string(e.key)) is not None})

    def visit_Param(self, node: cst.Param) -> None:
        """Take a parameter's default."""
        if node.default is not None and _is_count(node.name.value):
            self._take_or_default(node.default)

    def visit_Assign(self, node: cst.Assign) -> None:
        """Take the value of an assignment to a name, an attribute or a key, one by one where it unpacks."""
        names = [_target_name(target.target) for target in node.targets]
        if any(map(_is_count, names)) and not all("worker" in (name or "").lower() for name in names):
            return  # another name has the value, too
        for target in node.targets:
            if _is_count(_target_name(target.target)):
                self._take_or_default(node.value)
            elif isinstance(target.target, cst.Tuple) and isinstance(node.value, cst.Tuple):
                pairs = list(zip(target.target.elements, node.value.elements, strict=False))
                stars = any(isinstance(e, cst.StarredElement) for pair in pairs for e in pair)
                if len(target.target.elements) == len(node.value.elements) and not stars:
                    for left, right in pairs:
                        if _is_count(_target_name(left.value)):
                            self._take_or_default(right.value)

    def visit_AnnAssign(self, node: cst.AnnAssign) -> None:
        """Take the value of an annotated assignment."""
        if node.value is not None and _is_count(_target_name(node.target)):
            self._take_or_default(node.value)

    def visit_NamedExpr(self, node: cst.NamedExpr) -> None:
        """Take the value of a walrus."""
        if _is_count(_target_name(node.target)):
            self._take_or_default(node.value)

    def visit_BooleanOperation(self, node: cst.BooleanOperation) -> None:
        """Take the right-hand side of ``num_workers or 4``."""
        if not isinstance(node.operator, cst.Or):
            return
        left = node.left
        name = _target_name(left)
        if (
            name is None
            and isinstance(left, cst.Call)
            and len(left.args) == 1
            and _last_name(left.func) in _FALLBACK_METHODS
        ):
            name = _string(left.args[0].value)
        if _is_count(name):
            self._take(node.right)

    def _take_options(self, options: dict[str, cst.BaseExpression]) -> None:
        words = vocabulary()
        taken = [self._take(value) for name, value in options.items() if words.is_count(name)]
        if self.count == 0 and any(taken):
            prefix = words.prefix(options)
            for option, without in words.options.items():
                value = options.get(prefix + option)
                if option == "timeout" and not words.is_loader_group(options):
                    continue
                if value is not None and not m.matches(value, m.Name("None") | m.Name("False")):
                    self.replacements[self._span(value)] = without["python"]

    def _take_or_default(self, value: cst.BaseExpression) -> None:
        """Take ``value``, or the default of the ``field(default=4)`` or ``typer.Option(4)`` that it is."""
        if isinstance(value, cst.Call) and _last_name(value.func) in _FIELD_CALLS:
            default = [arg.value for arg in value.args if arg.keyword is not None and arg.keyword.value == "default"]
            takes_first = _last_name(value.func) in _POSITIONAL_DEFAULT
            if not default and takes_first and value.args and value.args[0].keyword is None:
                default = [value.args[0].value]
            for found in default:
                self._take(found)
        else:
            self._take(value)

    def _take(self, value: cst.BaseExpression) -> bool:
        number = value.expression if isinstance(value, cst.UnaryOperation) else value
        if not isinstance(number, cst.Integer) or m.matches(value, m.UnaryOperation(operator=m.Not() | m.BitInvert())):
            return False
        span = self._span(value)
        self.literals.add(span)
        self.replacements[span] = str(self.count)
        return True

    def _span(self, node: cst.CSTNode) -> Span:
        place = self.get_metadata(ByteSpanPositionProvider, node)
        return place.start, place.start + place.length


def _is_count(name: str | None) -> bool:
    return name is not None and vocabulary().is_count(name)


def _last_name(node: cst.BaseExpression) -> str:
    if isinstance(node, cst.Attribute):
        return node.attr.value
    return node.value if isinstance(node, cst.Name) else ""


def _target_name(node: cst.BaseExpression) -> str | None:
    if isinstance(node, cst.Subscript) and len(node.slice) == 1 and isinstance(node.slice[0].slice, cst.Index):
        return _string(node.slice[0].slice.value)
    return _last_name(node) or None


def _string(node: cst.BaseExpression | None) -> str | None:
    if isinstance(node, cst.SimpleString) and isinstance(node.evaluated_value, str):
        return node.evaluated_value
    return None
