"""Worker counts in Python: the places of the words are found first, then what stands there."""

from __future__ import annotations

import re
from functools import cached_property, partial
from itertools import chain
from typing import TYPE_CHECKING

from worker_lint.locate.bodies import LOOKED_FOR, bodies
from worker_lint.locate.descent import node_at
from worker_lint.locate.evidence import BESIDE, PROOF, Evidence, weigh
from worker_lint.locate.flow import Reach, sink_of
from worker_lint.locate.forms import Placed, placed, text_of
from worker_lint.locate.given import may_give
from worker_lint.locate.groups import Groups
from worker_lint.locate.module import Module
from worker_lint.locate.origins import Origins
from worker_lint.locate.own_names import OwnName
from worker_lint.locate.places import occurrences
from worker_lint.locate.scopes import intact
from worker_lint.locate.surroundings import of_call, of_file, of_help, of_holders, of_target, of_value
from worker_lint.locate.values import python_value, refuse_endless, unwrapped
from worker_lint.locate.vocabulary import normalised
from worker_lint.locate.words import worker_words
from worker_lint.regex import regex
from worker_lint.site import Document, Site
from worker_lint.stems import MARK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from worker_lint.locate.vocabulary import Vocabulary
    from worker_lint.locate.words import Named
    from worker_lint.site import Group
    from worker_lint.source import Source

_OPTION_NAME = regex(rb"""["']--?([A-Za-z][\w-]*)["']""")
_MOST_TOO_DEEP = 100
"""Words deeper in the tree than anybody writes code, after which the file is taken for no code."""


def locate(source: Source, words: Vocabulary, *, whole: bool = True) -> tuple[Document, ...]:
    """Return the sites and groups of a Python source, whatever its version, syntax errors and all.

    Unless ``whole``, what seems not to be needed is left out of its tree, and whoever looks there raises UnseenError.
    """
    module = Module(source.parsed, words)
    counts = list(_count_words(module.code, words))
    others = list(occurrences(module.code, words.option_names | words.loader_names))
    if not may_give(module.code, counts, others, words.loader_names):
        return (Document(source, module=module),)
    if not whole and MARK not in module.code:  # a comment to us may be anywhere
        places = sorted(start for _, (start, _) in chain(counts, others, occurrences(module.code, LOOKED_FOR)))
        module = Module(module.code, words, bodies(module.code, places))
    return (_Locator(source, words, module, counts, others).document(),)


def _count_words(code: bytes, words: Vocabulary) -> Iterator[Named]:
    """Yield every place of a name that may be a count's."""
    for word, (start, end) in worker_words(code):
        if words.is_count(word):
            yield word, (start, end)
        elif "-" in word.lstrip("-") and words.is_count(last := word.rpartition("-")[2]):
            yield last, (end - len(last), end)  # 8-num_workers
    yield from occurrences(code, words.odd_names)


class _Locator:
    """The state of one pass over one tree."""

    def __init__(
        self, source: Source, words: Vocabulary, module: Module, counts: list[Named], others: list[Named]
    ) -> None:
        self.source = source
        self.words = words
        self.module = module
        self.counts = counts
        self.others = others
        self.code = module.code
        self.root = module.root
        self.imports = module.imports
        self.groups = Groups(self.root, self.imports, words)
        self.reach = Reach()
        self.found: list[Placed] = []
        self._said: dict[tuple[int, int], list[Evidence]] = {}

    def document(self) -> Document:
        """Return everything that the words of the vocabulary amount to in this file."""
        self._read_worker_words()
        for node in self._calls_and_options():
            self.groups.around(node)
        self._follow_own_names()
        self._look_into_values()
        sites = list(Origins((found, self._site(found)) for found in self.found).resolved())
        sites += [self._positional(group) for group in self.groups if group.counts_by_position]
        return Document(self.source, innermost(sites), tuple(self.groups), module=self.module)

    def _read_worker_words(self) -> None:
        """Sort every word with "worker" in it: set here, used here, an option of a loader."""
        too_deep = 0
        for word, hit in self.counts:
            node = node_at(self.root, *hit)
            if node is None:
                too_deep += 1
                if too_deep > _MOST_TOO_DEEP:
                    return
                continue
            if not _stands_for(node, word):
                continue
            found = placed(node)
            if found is not None:
                self.found.append(found)
            elif node.type == "identifier":
                self.reach.add(normalised(word), partial(sink_of, node, self.imports, self.words, self.root))

    def _calls_and_options(self) -> Iterator[Node]:
        """Yield the name of each worker option that is given, and of each loader that is called."""
        aliases = {local for local, dotted in self.imports.names.items() if dotted in self.words.loaders}
        more = self.module.places.occurrences(aliases - self.words.loader_names)
        for hit in chain((hit for _, hit in self.others), more):
            node = node_at(self.root, *hit)
            if node is None:
                return
            yield node

    def _follow_own_names(self) -> None:
        """Find where names of the file's own, such as ``nw``, are set that a known loader takes for its count."""
        known: dict[str, OwnName] = {}
        for group, count in self.groups.references():
            base, _, last = count.rpartition(".")
            if self.words.is_count(last) or not last.isidentifier() or (base and not re.fullmatch(r"[\w.]+", base)):
                continue
            if last not in known:
                known[last] = OwnName(self._placed({last, *_as_options(last)}))
            call = node_at(self.root, group.start, group.start)
            for found in known[last].taken(base, call) if call is not None else ():
                self.found.append(found)
                self.reach.prove(normalised(last), f"it reaches {group.callee}")
                self._pass_on(found.value)

    def _placed(self, words: set[str]) -> Iterator[Placed]:
        """Yield each place at which one of ``words`` is given a value."""
        for start, end in self.module.places.occurrences(words):
            node, word = node_at(self.root, start, end), self.code[start:end].decode()
            found = placed(node) if node is not None and _stands_for(node, word) else None
            if found is not None:
                yield found

    def _look_into_values(self) -> None:
        """Take the fallback in ``num_workers=getattr(args, "loaders", 4)`` for the site, whatever it is called."""
        for found in list(self.found):
            value = unwrapped(found.value)
            arguments = value.child_by_field_name("arguments") if value.type == "call" else None
            for argument in arguments.named_children if arguments is not None else ():
                inner = placed(argument.named_children[1]) if len(argument.named_children) == 3 else None
                if inner is not None and inner.form == "fallback" and self.words.is_plain_count(text_of(found.name)):
                    self.found.append(inner)
                    self.reach.prove(normalised(text_of(inner.name)), f"it is the fallback of {text_of(found.name)}")

    def _pass_on(self, value: Node) -> None:
        """Let the counts among the names in ``value``, which reaches a loader, reach it too."""
        stack = [value]
        while stack:
            node = stack.pop()
            if node.type == "identifier" and self.words.is_count(text_of(node)):
                self.reach.prove(normalised(text_of(node)), "it reaches a loader under another name")
            stack += node.named_children

    @cached_property
    def _about_file(self) -> list[Evidence]:
        return of_file(self.source, self.imports, self.words)

    def _site(self, found: Placed) -> Site:
        name = text_of(found.name)
        group = self.groups.at(found.holder) if found.holder is not None else None
        callee = group.callee if group else None
        form = "dict-keyword" if found.form == "call-keyword" and callee == "dict" else found.form
        value = python_value(found.value)
        refuse_endless(self.source, value)
        evidence = self._of_group(found, name, group)
        if not any(abs(each.weight) >= PROOF for each in evidence):  # what takes it says more than what stands around
            evidence += [*of_target(found.name, self.words), *of_holders(found.name, self.words), *self._about_file]
            evidence += self.reach.evidence(normalised(name), self.words)
        evidence += of_value(unwrapped(found.value), not self.words.is_plain_count(name))
        weighed = weigh(name.rpartition(".")[2], evidence, self.words)
        touchable = intact(found.value) and not found.shared
        return Site(form, name, value, group, callee, None, weighed.confidence, weighed.evidence, intact=touchable)

    def _of_group(self, found: Placed, name: str, group: Group | None) -> list[Evidence]:
        if group is None:
            if found.form == "option-default":
                return [*of_help(found.name), *self._of_parser]
            return []
        if group.loader is not None:
            return [Evidence(PROOF, f"an argument of {group.loader.name}")] if name == group.loader.count else []
        return self._of_others(group, name)

    def _of_others(self, group: Group, name: str) -> list[Evidence]:
        """Return what the callable and the options of ``group`` but ``name`` say of a count in it."""
        key = group.start, group.end
        if key not in self._said:
            self._said[key] = of_call(group.callee, group.options, self.words)
        of_all = self._said[key]
        # Only what speaks for itself has to be left out: thousands of counts may stand in one dict.
        if all(each.says != f"{normalised(name)} {BESIDE}" for each in of_all):
            return [*of_all]
        return of_call(group.callee, [option for option in group.options if option != name], self.words)

    @cached_property
    def _of_parser(self) -> list[Evidence]:
        """What the options of command lines in the file say of each other."""
        return of_call(None, [match[1].decode() for match in _OPTION_NAME.finditer(self.code)], self.words)

    def _positional(self, group: Group) -> Site:
        loader, count = group.loader, group.count
        if loader is None or count is None:
            raise ValueError("only a known loader takes its count by position")
        says = (f"position {loader.index} of {loader.name}",)
        return Site(
            "call-positional", loader.count, count, group, group.callee, None, 100, says, intact=group.intact
        )  # fmt: skip


def _stands_for(node: Node, word: str) -> bool:
    """Return whether ``node`` is ``word``, or a string that ends in it as a dotted key does."""
    text = text_of(node)
    return text == word or (node.type == "string_content" and text.endswith(f".{word}") and " " not in text)


def _as_options(name: str) -> tuple[str, ...]:
    kebab = name.replace("_", "-")
    return (f"--{name}", f"--{kebab}")


def innermost(sites: list[Site]) -> tuple[Site, ...]:
    """Return ``sites`` in order, each value once, without those whose expression only holds another's value.

    In ``num_workers=config.get("num_workers", 4)`` the fallback is what can be set; the keyword passes it on.
    """
    kept: list[Site] = []
    outer_first = sorted(sites, key=lambda site: (site.value.start, -site.value.end))
    for index, site in enumerate(outer_first):
        following = outer_first[index + 1] if index + 1 < len(outer_first) else None
        if following is not None and following.value.start < site.value.end and not site.value.literal:
            continue
        if kept and kept[-1].value.start == site.value.start:
            continue
        kept.append(site)
    return tuple(kept)
