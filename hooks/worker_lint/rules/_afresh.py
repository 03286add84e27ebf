"""Which loaders start their workers afresh, with a pickled dataset and a main module imported anew, not as forks."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from worker_lint.locate.forms import text_of
from worker_lint.locate.module import around
from worker_lint.regex import regex
from worker_lint.rules._loader_counts import may_exceed
from worker_lint.start_methods import Afresh, declared

if TYPE_CHECKING:
    from tree_sitter import Node

    from worker_lint.locate.module import Module
    from worker_lint.policy import Policy
    from worker_lint.site import Document, Group

_METHOD = regex(r"""["'](fork|spawn|forkserver)["']""")
_PLATFORM = regex(r"platform|os\.name|\bwin(?:dows|32)?\b|darwin|macos", re.IGNORECASE)
_MAIN = regex(r"__name__\s*==\s*[\"']__main__[\"']|[\"']__main__[\"']\s*==\s*__name__")


def afresh(group: Group, document: Document, policy: Policy) -> Afresh | None:
    """Return where the loader of ``group`` starts workers afresh; None where it has none, or forks, as far as is known.

    What the loader is given counts before what the file sets for all, and that before what the settings declare.
    """
    module = document.module
    if module is None or not has_processes(group) or not may_exceed(group, 0) or _minds_the_platform(group):
        return None
    context = group.option("multiprocessing_context")
    if context is not None and context.kind != "null":
        method = _METHOD.search(context.text)
        if method is None or method[1] == "fork":
            return None
        return Afresh(certain=True, where=f'with multiprocessing_context="{method[1]}"')
    method_set = start_method(module)
    if method_set == "fork":
        return None
    if method_set is not None:
        return Afresh(certain=True, where=f'under the start method "{method_set}", which this file sets')
    return declared(policy.settings)


def has_processes(group: Group) -> bool:
    """Return whether ``group`` is a call of a loader whose workers are processes that torch starts."""
    loader = group.loader
    if loader is None or group.kind != "call" or loader.prefix:
        return False
    return "multiprocessing_context" in loader.worker_options and not loader.short.startswith("Thread")


@lru_cache(maxsize=1)
def start_method(module: Module) -> str | None:
    """Return the start method that the file sets for all its processes; None where it sets none, or not always."""
    if b"set_start_method" not in module.code:
        return None
    found = {
        method[1]: call
        for call in module.calls({"set_start_method"})
        if (method := _METHOD.search(text_of(call.child_by_field_name("arguments")))) is not None
    }
    if "fork" in found:
        return "fork"
    always = [method for method, call in found.items() if not _depends(call)]
    return always[0] if len(found) == len(always) == 1 else None


def _depends(call: Node) -> bool:
    """Return whether ``call`` stands under a test other than that for the main module."""
    test = around(call, "if_statement", "elif_clause", "else_clause")
    while test is not None:
        condition = test.child_by_field_name("condition")
        if condition is None or not is_main_test(condition):
            return True
        test = around(test, "if_statement", "elif_clause", "else_clause")
    return False


def is_main_test(condition: Node) -> bool:
    """Return whether ``condition`` is ``__name__ == "__main__"``, perhaps with more behind it."""
    return _MAIN.search(text_of(condition)) is not None


def _minds_the_platform(group: Group) -> bool:
    """Return whether the count depends on the system, as in ``0 if os.name == "nt" else 4``."""
    count = group.count
    values = [value.text for value in group.count_values] + ([] if count is None else [count.text])
    return group.conditions.fit(_PLATFORM) or any(_PLATFORM.search(text) for text in values)
