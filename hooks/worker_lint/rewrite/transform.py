"""Edits in Python through libcst, which must agree that what is replaced is an expression, and what with too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst
from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper

from worker_lint.source import Edit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Span = tuple[int, int]


class TransformError(Exception):
    """An edit that libcst does not see as one expression in the place of another."""


class ReplaceExpressions(cst.CSTTransformer):
    """Replaces the expressions at the given byte spans; their parentheses and all else stay as they are."""

    METADATA_DEPENDENCIES = (ByteSpanPositionProvider,)

    def __init__(self, replacements: Mapping[Span, str]) -> None:
        super().__init__()
        self._open = dict(replacements)

    @property
    def unmade(self) -> Sequence[Span]:
        """The spans at which no expression was found."""
        return list(self._open)

    def on_leave(
        self, original_node: cst.CSTNodeT, updated_node: cst.CSTNodeT
    ) -> cst.CSTNodeT | cst.RemovalSentinel | cst.FlattenSentinel[cst.CSTNodeT]:
        """Return the replacement of a node that is to be replaced."""
        if self._open and isinstance(original_node, cst.BaseExpression):
            place = self.get_metadata(ByteSpanPositionProvider, original_node)
            text = self._open.pop((place.start, place.start + place.length), None)
            if text is not None:
                new = cst.parse_expression(text)
                if original_node.lpar:
                    new = new.with_changes(lpar=original_node.lpar, rpar=original_node.rpar)
                return new  # type: ignore[return-value]  # an expression for an expression
        return super().on_leave(original_node, updated_node)


def replace_in_module(wrapper: MetadataWrapper, replacements: Mapping[Span, str]) -> cst.Module:
    """Return the module with every replacement made.

    Raises TransformError where a span holds no expression, or a replacement is none.
    """
    transformer = ReplaceExpressions(replacements)
    try:
        module = wrapper.visit(transformer)
    except cst.ParserSyntaxError as error:
        raise TransformError(f"a replacement does not parse: {error.message}") from error
    if transformer.unmade:
        raise TransformError(f"no expression at bytes {transformer.unmade[0]}")
    return module


def rewritten(code: bytes, edit: Edit) -> Edit:
    """Return ``edit``, of Python ``code``, with the text that libcst makes of it.

    Only the expression that is replaced is parsed, in parentheses of its own, so that Python of any version, and a
    syntax error elsewhere, does not matter, and nothing outside it can change. Raises TransformError.
    """
    piece = code[edit.start : edit.end]
    try:
        wrapper = MetadataWrapper(cst.parse_module(b"(" + piece + b")"), unsafe_skip_copy=True)
    except cst.ParserSyntaxError as error:
        raise TransformError(f"{piece.decode()!r} does not parse: {error.message}") from error
    module = replace_in_module(wrapper, {(1, 1 + len(piece)): edit.text})
    return Edit(edit.start, edit.end, module.code[1:-1])
