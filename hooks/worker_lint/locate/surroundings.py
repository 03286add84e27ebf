"""What stands around a worker count in a Python file, and what that says of it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from worker_lint.locate.evidence import PROOF, STRONG, WEAK, Evidence, of_keys, of_script, of_siblings
from worker_lint.locate.flow import LOADER_LIKE, POOL_LIKE
from worker_lint.locate.forms import keyword, text_of
from worker_lint.regex import regex

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from tree_sitter import Node

    from worker_lint.locate.imports import Imports
    from worker_lint.locate.vocabulary import Vocabulary
    from worker_lint.source import Source

_LOADER_WORDS = regex(
    rb"DataLoader|data_?loader|DataModule|torch\.utils\.data|create_loader|TrainingArguments|(?i:loader)\("
)
_LOADER_PARTS = (b"loader", b"datamodule", b"torch.utils.data", b"trainingarguments")
"""What each of these words holds in lower case, no more than ``_LONGEST_BEFORE`` bytes behind its first."""
_LONGEST_BEFORE = len("create_")
_OTHER_VALUE = regex(
    r"(?i)world_size|num_envs?\b|len\(\w*(?:env|gpu|device|node|host)\w*\)|num_gpus|n_gpus|device_count"
)
_DIVIDED_BY = regex(r"/\s*[\w.]*$")
"""What stands before the last part of a divisor: a count that is shared out among ranks is no count of ranks."""
_NO_COUNTS = frozenset(
    ["list", "dictionary", "set", "list_comprehension", "dictionary_comprehension", "set_comprehension", "lambda"]
)
_HOLDER_FOR = regex(r"(?i)loader|data_?module|dataset|datasets")
_HELP_FOR = regex(r"(?i)load|\bdata ?sets?\b|data workers|batch|prefetch")
_HELP_AGAINST = regex(
    r"(?i)preprocess|environment|\bray\b|\bpool\b|server|actor|download|extract|tokeniz|world size|parallel jobs"
)
_HOLDER_AGAINST = regex(
    r"(?i)rollout|server|cluster|vec_?env|worker_?pool|pool$|executor|preprocess|tokeniz|crawler|scraper|download"
)


def of_call(callee: str | None, options: Collection[str], words: Vocabulary) -> list[Evidence]:
    """Return what the callable and the other options of a call, or the other keys of a dict, say of a count in it."""
    found = of_siblings(options, words)
    if callee:
        short = callee.rpartition(".")[2]
        if short in words.not_callables or POOL_LIKE.search(callee):
            return [Evidence(-PROOF, f"{callee} takes workers of its own")]
        if LOADER_LIKE.search(callee):
            found.append(Evidence(STRONG, f"an argument of {callee}"))
        elif "dataset" in short.lower():
            found.append(Evidence(WEAK, f"an argument of {callee}"))
    return found


def of_help(name: Node) -> list[Evidence]:
    """Return what the help text of the option called ``name`` says."""
    arguments = name.parent.parent if name.parent is not None else None
    help_text = text_of(keyword(arguments, "help")) if arguments is not None else ""
    if _HELP_FOR.search(help_text):
        return [Evidence(STRONG, "the help text speaks of loading data")]
    if _HELP_AGAINST.search(help_text):
        return [Evidence(-STRONG, "the help text speaks of something else")]
    return []


def of_holders(node: Node, words: Vocabulary) -> list[Evidence]:
    """Return what the dicts, the function with its parameters, and the class around ``node`` say."""
    keys: list[str] = []
    found: list[Evidence] = []
    above = node.parent
    function_seen = class_seen = False
    while above is not None:
        if above.type == "pair":
            value = above.child_by_field_name("value")
            if value is not None and value.id == node.id:
                keys.append(text_of(above.child_by_field_name("key")).strip("\"'"))
        elif above.type == "function_definition" and not function_seen:
            function_seen = True
            found += _of_name(text_of(above.child_by_field_name("name")), "function")
            found += _of_parameters(above, words)
        elif above.type == "class_definition" and not class_seen:
            class_seen = True
            found += _of_name(text_of(above.child_by_field_name("name")), "class")
            if not function_seen:
                found += _of_attributes(above, words)
        node, above = above, above.parent
    return of_keys(list(reversed(keys)), words) + found


def of_target(name: Node, words: Vocabulary) -> list[Evidence]:
    """Return what the objects say of which ``name`` is an attribute or a key, as in ``cfg.DATALOADER.NUM_WORKERS``."""
    above = name.parent
    if above is not None and above.type == "string":
        dotted = text_of(name).lstrip("-").split(".")[:-1]
        if dotted:
            return of_keys(dotted, words)
        above = above.parent
    if above is None or above.type not in ("attribute", "subscript"):
        return []
    holder = above.child_by_field_name("object" if above.type == "attribute" else "value")
    parts = re.findall(r"\w+", text_of(holder))
    return of_keys([part for part in parts if part not in ("self", "args", "cls")], words)


def of_file(source: Source, imports: Imports, words: Vocabulary) -> list[Evidence]:
    """Return what the file as a whole says: whether it speaks of loaders, what it imports, what it is called."""
    found: list[Evidence] = []
    speaks = _loader_words(source.code)
    if speaks:
        found.append(Evidence(WEAK, f"the file speaks of {speaks[0].decode('utf-8', 'replace')}"))
    else:
        module = next((m for m in sorted(imports.modules) if _is_one_of(m, words)), None)
        if module:
            found.append(Evidence(-STRONG, f"the file imports {module} and speaks of no loader"))
        found += [each for each in of_script(source.path.stem, words) if each.weight < 0]
    return found


def _loader_words(code: bytes) -> re.Match[bytes] | None:
    """Return the first place at which ``code`` speaks of a loader."""
    lowered = code.lower()
    first = lowered.find(_LOADER_PARTS[0])
    for part in _LOADER_PARTS[1:]:
        found = lowered.find(part, 0, first + len(part) if first >= 0 else None)
        first = found if found >= 0 else first
    return _LOADER_WORDS.search(code, max(0, first - _LONGEST_BEFORE)) if first >= 0 else None


def of_value(node: Node, needs_evidence: bool) -> list[Evidence]:
    """Return what the value itself says: a list is no count, nor is a world size one of loader workers."""
    if node.type in _NO_COUNTS or (needs_evidence and node.type in ("true", "false", "string")):
        return [Evidence(-PROOF, f"the value is a {node.type.replace('_', ' ')}")]
    text = text_of(node)
    if node.type == "call" and POOL_LIKE.search(text_of(node.child_by_field_name("function"))):
        return [Evidence(-STRONG, f"the value is {text.partition('(')[0]}()")] if "cpu_count" not in text else []
    others = (match for match in _OTHER_VALUE.finditer(text) if not _DIVIDED_BY.search(text[: match.start()]))
    match = next(others, None)
    return [Evidence(-STRONG, f"the value is {match[0]}")] if match else []


@lru_cache(maxsize=4096)  # the counts of a file mostly stand in a few functions and classes
def _of_name(name: str, kind: Literal["function", "class"]) -> tuple[Evidence, ...]:
    if _HOLDER_AGAINST.search(name):
        return (Evidence(-STRONG, f"in the {kind} {name}"),)
    if _HOLDER_FOR.search(name):
        return (Evidence(WEAK, f"in the {kind} {name}"),)
    return ()


def _is_one_of(module: str, words: Vocabulary) -> bool:
    parts = module.split(".")
    return any(".".join(parts[:end]) in words.against.modules for end in range(1, len(parts) + 1))


@lru_cache(maxsize=1)  # the counts of one function come one after the other; it holds the tree of its file
def _of_parameters(function: Node, words: Vocabulary) -> list[Evidence]:
    return of_siblings(_parameters(function), words, around="among the parameters")


@lru_cache(maxsize=1)
def _of_attributes(class_definition: Node, words: Vocabulary) -> list[Evidence]:
    return of_siblings(list(_attributes(class_definition)), words, around="among the attributes")


def _parameters(function: Node) -> list[str]:
    parameters = function.child_by_field_name("parameters")
    if parameters is None:
        return []
    names = []
    for parameter in parameters.named_children:
        name: Node | None = parameter
        if parameter.type != "identifier":
            name = parameter.child_by_field_name("name") or next(iter(parameter.named_children), parameter)
        names.append(text_of(name))
    return names


def _attributes(class_definition: Node) -> Iterator[str]:
    body = class_definition.child_by_field_name("body")
    for statement in body.named_children if body is not None else ():
        if statement.type == "expression_statement" and statement.named_children:
            left = statement.named_children[0].child_by_field_name("left")
            if left is not None and left.type == "identifier":
                yield text_of(left)
