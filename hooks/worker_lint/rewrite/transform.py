"""Edits in Python through libcst, which must agree that what is replaced is an expression, and what with too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst
from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper

from worker_lint.regex import regex
from worker_lint.source import Edit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Span = tuple[int, int]

_INTEGER_OF_PYTHON_2 = regex(rb"([+-]?[ \t]*)(0[0-7]+|[0-9]+[lL]|0[xX][0-9a-fA-F]+[lL])")
_LONGEST = 1000
"""Bytes of an expression that are parsed: brackets nested some 2,000 deep overflow the stack of libcst's parser."""


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
                # In parentheses that are then taken off: the text may go over several lines.
                new = cst.parse_expression(f"({text})")
                if not (text.strip() and new.lpar):
                    raise TransformError(f"{text!r} is no expression")
                lpar, rpar = (*original_node.lpar, *new.lpar[1:]), (*new.rpar[:-1], *original_node.rpar)
                return new.with_changes(lpar=lpar, rpar=rpar)  # type: ignore[return-value]  # both are expressions
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
    syntax error elsewhere, does not matter, and nothing outside it can change. What replaces nothing must be whole
    statements at the beginning of a line. Raises TransformError.
    """
    if edit.start == edit.end:
        return _inserted(code, edit)
    piece = code[edit.start : edit.end]
    python_2 = _INTEGER_OF_PYTHON_2.fullmatch(piece)
    if python_2 is not None:
        piece = python_2[1] + b"0" * len(python_2[2])  # as libcst knows it
    if max(len(piece), len(edit.text)) > _LONGEST:
        raise TransformError(f"an expression of {len(piece):,} bytes is too long")
    try:
        wrapper = MetadataWrapper(cst.parse_module(b"(" + piece + b")"), unsafe_skip_copy=True)
        module = replace_in_module(wrapper, {(1, 1 + len(piece)): edit.text})
    except cst.ParserSyntaxError as error:
        raise TransformError(f"{piece.decode()!r} does not parse: {error.message}") from error
    except RecursionError:
        raise TransformError(f"an expression of {len(piece):,} bytes is nested too deeply") from None
    return Edit(edit.start, edit.end, module.code[1:-1])


def _inserted(code: bytes, edit: Edit) -> Edit:
    if edit.start and code[edit.start - 1 : edit.start] not in (b"\n", b"\r"):
        raise TransformError("statements are inserted at the beginning of a line")
    if not edit.text.endswith(("\n", "\r")):
        raise TransformError(f"{edit.text!r} ends within a line")
    try:
        module = cst.parse_module(edit.text)
    except cst.ParserSyntaxError as error:
        raise TransformError(f"what is inserted does not parse: {error.message}") from error
    return Edit(edit.start, edit.end, module.code)
