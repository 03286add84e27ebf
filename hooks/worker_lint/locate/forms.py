"""The forms in which Python sets a worker count: what stands at a name, and which expression is its value.

The place of a name is known before anything is parsed, so this looks upward from there. (A query over the whole tree
finds the same; compiling it takes longer than Python takes to start, and running it as long as parsing.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.dataclass import dataclass

if TYPE_CHECKING:
    from tree_sitter import Node

    from worker_lint.site import Form

_FALLBACK_CALLS = frozenset({"get", "pop", "setdefault", "getenv"})
_OPTION_CALLS = frozenset({"add_argument", "add_option", "add", "add_arg", "option", "argument"})
_FLAG_CALLS = frozenset(
    {"DEFINE_integer", "DEFINE_int", "define_integer", "DEFINE_string", "DEFINE_enum", "DEFINE_float", "DEFINE"}
)
_FIELD_CALLS = frozenset({"field", "Field", "attrib", "ib", "Option", "Argument", "PrivateAttr", "Param"})
_POSITIONAL_DEFAULT = frozenset({"Field", "Option", "Argument", "PrivateAttr", "Param"})


@dataclass(frozen=True, slots=True)
class Placed:
    """A name with the expression that it gets."""

    form: Form
    name: Node
    value: Node
    holder: Node | None = None
    """The call or dict in which the name is an option."""
    shared: bool = False
    """Whether a chained assignment gives the value to a name that is no count's, too."""


def placed(node: Node) -> Placed | None:
    """Return how the name at ``node``, an identifier or the content of a string, is given a value.

    None where it is not.
    """
    if node.type == "identifier":
        return _identifier(node)
    if node.type == "string_content" and node.parent is not None:
        return _string(node, node.parent)
    return None


def _identifier(node: Node) -> Placed | None:
    above = node.parent
    if above is None:
        return None
    match above.type:
        case "keyword_argument" if _is(above, "name", node):
            call = above.parent.parent if above.parent is not None else None
            return _with_value(above, "value", "call-keyword", node, call)
        case "default_parameter" | "typed_default_parameter" if _is(above, "name", node):
            return _defaulted(_with_value(above, "value", "parameter-default", node))
        case "named_expression" if _is(above, "name", node):
            return _defaulted(_with_value(above, "value", "assignment", node))
        case "attribute" if _is(above, "attribute", node):
            return _target(node, above)
    return _target(node, node)


def _target(name: Node, target: Node) -> Placed | None:
    """Return what ``target``, which ends in ``name``, is assigned, or falls back to."""
    above = target.parent
    if above is None:
        return None
    if above.type == "assignment" and _is(above, "left", target):
        found = _defaulted(_with_value(above, "right", "assignment", name))
        if found is not None and found.form == "assignment" and target is name and _in_class_body(above):
            return Placed("class-attribute", name, found.value, None, found.shared)
        return found
    if above.type == "pattern_list" and above.parent is not None and above.parent.type == "assignment":
        return _unpacked(name, target, above, above.parent)
    if above.type == "boolean_operator" and _is(above, "left", target):
        operator = above.child_by_field_name("operator")
        if operator is not None and operator.type == "or":
            return _with_value(above, "right", "or-fallback", name)
    return None


def _unpacked(name: Node, target: Node, targets: Node, assignment: Node) -> Placed | None:
    """Return the value that stands where ``target`` does: 4 of ``batch_size, num_workers = 32, 4``."""
    values = assignment.child_by_field_name("right")
    if values is None or values.type not in ("expression_list", "tuple") or not _is(assignment, "left", targets):
        return None
    left, right = targets.named_children, values.named_children
    if len(left) != len(right) or any(child.type in ("list_splat", "list_splat_pattern") for child in (*left, *right)):
        return None
    position = [child.id for child in left].index(target.id)
    return _defaulted(Placed("assignment", name, right[position]))


def _string(content: Node, string: Node) -> Placed | None:
    above = string.parent
    if above is None or len(string.named_children) != 3:
        return None
    match above.type:
        case "pair" if _is(above, "key", string):
            return _with_value(above, "value", "dict-entry", content, above.parent)
        case "subscript":
            return _target(content, above)
        case "argument_list":
            return _argument(content, string, above)
    return None


def _argument(content: Node, string: Node, arguments: Node) -> Placed | None:
    call = arguments.parent
    if call is None or call.type != "call":
        return None
    function = last_name(call.child_by_field_name("function"))
    positional = [c for c in arguments.named_children if c.type not in ("keyword_argument", "comment")]
    index = next((i for i, child in enumerate(positional) if child.id == string.id), None)
    following = positional[index + 1] if index is not None and index + 1 < len(positional) else None
    default = keyword(arguments, "default")
    if function in _FALLBACK_CALLS and index == 0:
        return _target(content, call) if following is None else Placed("fallback", content, following)
    if function in ("getattr", "setattr") and index == 1 and following is not None:
        return Placed("fallback" if function == "getattr" else "assignment", content, following)
    if default is not None and (function in _OPTION_CALLS | _FLAG_CALLS or text_of(content).startswith("-")):
        return Placed("option-default", content, default)
    if function in _FLAG_CALLS and index == 0 and following is not None:
        return Placed("option-default", content, following)
    return None


def _defaulted(found: Placed | None) -> Placed | None:
    """Return ``found`` with 4 for its value where that is ``field(default=4)``, ``Field(4)`` or ``typer.Option(4)``."""
    if found is None:
        return None
    value, targets = found.value, []
    while value.type == "assignment":  # a = b = 4
        right = value.child_by_field_name("right")
        if right is None:
            return None
        targets.append(value.child_by_field_name("left"))
        value = right
    above = found.value.parent.parent if found.value.parent is not None else None
    while above is not None and above.type == "assignment":  # b, of a = b = 4
        targets.append(above.child_by_field_name("left"))
        above = above.parent
    shared = any("worker" not in text_of(target).lower() for target in targets)
    default = _field_default(value)
    if default is None:
        return Placed(found.form, found.name, value, found.holder, shared)
    form: Form = "option-default" if found.form == "parameter-default" else "field-default"
    return Placed(form, found.name, default, None, shared)


def _field_default(value: Node) -> Node | None:
    if value.type != "call":
        return None
    function, arguments = last_name(value.child_by_field_name("function")), value.child_by_field_name("arguments")
    if function not in _FIELD_CALLS or arguments is None:
        return None
    named = keyword(arguments, "default")
    first = arguments.named_children[0] if arguments.named_children else None
    if named is not None or function not in _POSITIONAL_DEFAULT or first is None:
        return named
    return None if first.type in ("keyword_argument", "ellipsis", "comment") else first


def keyword(arguments: Node, name: str) -> Node | None:
    """Return the value of the keyword argument ``name``, or None where it is not given."""
    for argument in arguments.named_children:
        if argument.type == "keyword_argument" and text_of(argument.child_by_field_name("name")) == name:
            return argument.child_by_field_name("value")
    return None


def last_name(node: Node | None) -> str:
    """Return ``c`` of ``a.b.c``; the empty string where ``node`` is no name."""
    if node is not None and node.type == "attribute":
        node = node.child_by_field_name("attribute")
    return text_of(node) if node is not None and node.type == "identifier" else ""


def text_of(node: Node | None) -> str:
    """Return the code of ``node``; the empty string where there is none."""
    text = node.text if node is not None else None  # each look copies it
    return text.decode("utf-8", "replace") if text is not None else ""


def _with_value(above: Node, field: str, form: Form, name: Node, holder: Node | None = None) -> Placed | None:
    value = above.child_by_field_name(field)
    return None if value is None else Placed(form, name, value, holder)


def _is(above: Node, field: str, node: Node) -> bool:
    child = above.child_by_field_name(field)
    return child is not None and child.id == node.id


def _in_class_body(assignment: Node) -> bool:
    statement = assignment.parent
    block = statement.parent if statement is not None and statement.type == "expression_statement" else None
    return block is not None and block.parent is not None and block.parent.type == "class_definition"
