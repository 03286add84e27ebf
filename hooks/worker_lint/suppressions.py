"""Comments and settings that tell worker-lint to be silent, and what each of them has silenced."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Literal

from worker_lint.dataclass import dataclass, field
from worker_lint.named_tuple import NamedTuple
from worker_lint.regex import regex
from worker_lint.stems import MARK

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator, Sequence

    from worker_lint.finding import Finding
    from worker_lint.locate.comments import Comment
    from worker_lint.settings_file import Exemption
    from worker_lint.site import Document
    from worker_lint.source import Source

KINDS = ("ignore", "ignore-file", "keep")
KEPT = ("WL201", "WL301")
"""What ``keep`` answers: the count is deliberate, so neither the policy nor a bound that only costs speed speaks."""
_KEPT_WHERE_WRITTEN = "WL202"
"""What it answers besides, for those who ask for that rule: the count is meant to stand where it does."""

_DIRECTIVE = regex(
    rb"(?P<opening>#|//|/\*)[ \t]*worker-lint:[ \t]*(?P<kind>[A-Za-z][\w-]*)"
    rb"(?P<list>[ \t]*\[(?:(?P<codes>[^\]\r\n]*)\])?)?"
    # The reason; what looks like another comment behind it is none of ours.
    rb"(?P<reason>(?:(?![ \t]+(?:#|//)[ \t]*[A-Za-z]|\*/)[^\r\n])*)"
)
_COMMENT_LINE = regex(r"\s*(?:#|//|/\*)")
_NAMED = regex(rb"[^\s,](?:[^,]*[^\s,])?")


class Listed(NamedTuple):
    """A code, or the beginning of one, in the brackets of a directive, at bytes ``start`` to ``end``."""

    text: str
    start: int
    end: int


class Exempted(NamedTuple):
    """An exemption of the settings, with the code of a finding that it silenced."""

    exemption: Exemption
    code: str


@dataclass(slots=True, eq=False)
class Directive:
    """A comment's word to worker-lint, at bytes ``start`` to ``end`` of the code of ``source``."""

    source: Source
    """The one whose lines people see: the file, or the cells of a notebook."""
    start: int
    end: int
    """Behind the reason."""
    comment: tuple[int, int]
    """Where the comment stands that it is a part of, or all."""
    kind: str
    """One of ``KINDS``; anything else silences nothing."""
    codes: tuple[Listed, ...] | None
    """None where it has no brackets: it is for every rule."""
    fault: Literal["unclosed", "codes of keep"] | None = None
    """Why it silences nothing, whatever its kind."""
    parsed: bool = True
    """Whether the language's grammar says that this is a comment, so that it may be edited."""
    used: set[str] = field(default_factory=set)
    """The codes of the findings that it silenced."""
    at_place: bool = False
    """Whether a value that a rule could find something about stands where it is in force."""

    def covers(self, code: str) -> bool:
        """Return whether the directive silences the rule ``code`` where it is in force."""
        if self.fault is not None:
            return False
        if self.kind == "keep":
            return code in KEPT or code == _KEPT_WHERE_WRITTEN
        return self.kind in KINDS and (self.codes is None or any(code.startswith(each.text) for each in self.codes))

    def names(self, code: str) -> bool:
        """Return whether a code in its brackets covers ``code``."""
        return self.covers(code) and self.codes is not None

    def has_silenced(self, listed: str) -> bool:
        """Return whether it silenced a finding whose code begins with ``listed``."""
        return any(code.startswith(listed) for code in self.used)


class Suppressions:
    """The directives of one file and the exemptions that its settings make, with what each of them silenced."""

    def __init__(self, documents: Sequence[Document], exemptions: Sequence[Exemption] = ()) -> None:
        self._documents = documents
        self._exemptions = exemptions
        self.exempted: set[Exempted] = set()
        """The exemptions that silenced something, and what."""
        found = _directives(documents)
        self._offsets = sorted(found)
        self.directives = tuple(found[offset] for offset in self._offsets)
        """In the order of the text."""
        self._of_file_by_code: dict[str, tuple[list[Directive], list[Directive]]] = {}
        """Those of them that cover a code, and which of these have not silenced it by now."""
        self._of_file = [each for each in self.directives if each.kind == "ignore-file"]

    def silence(self, finding: Finding, document: Document) -> bool:
        """Return whether the finding, in ``document``, is silenced.

        By a comment on its line or on a comment line above, by one for the file, or by the settings.
        """
        silenced = False
        if self.directives:
            silenced = self._silenced_for_file(finding.code)
            for directive in self._in_force(document.source, finding.start):
                if directive.covers(finding.code):
                    directive.used.add(finding.code)
                    silenced = True
        for exemption in self._exemptions:
            if finding.code.startswith(exemption.rules) and _points_at(exemption, finding, document):
                self.exempted.add(Exempted(exemption, finding.code))
                silenced = True
        return silenced

    def _silenced_for_file(self, code: str, place: int | None = None) -> bool:
        """Return whether a directive for the whole file silences ``code``: one that is not at ``place``, or names it.

        Each that does has then done so. Once it has, it is not looked at again.
        """
        if code not in self._of_file_by_code:
            covering = [each for each in self._of_file if each.covers(code)]
            self._of_file_by_code[code] = covering, list(covering)
        covering, idle = self._of_file_by_code[code]

        def silences(directive: Directive) -> bool:
            return directive.start != place or directive.names(code)

        for directive in filter(silences, idle):
            directive.used.add(code)
        idle[:] = [directive for directive in idle if not silences(directive)]
        return any(map(silences, covering))

    def silence_review(self, source: Source, finding: Finding) -> bool:
        """Return whether the finding, which is about a directive, is silenced.

        Only by a comment that names its rule, or by one for the whole file and every rule: on a line, an unused ignore
        would else silence what is said about itself.
        """
        silencing = [each for each in self._in_force(source, finding.start) if each.names(finding.code)]
        for directive in silencing:
            directive.used.add(finding.code)
        for_file = self._silenced_for_file(finding.code, finding.start)
        exempting = [e for e in self._exemptions if e.pointer is None and finding.code.startswith(e.rules)]
        self.exempted.update(Exempted(each, finding.code) for each in exempting)
        return bool(silencing or for_file or exempting)

    def mark_places(self) -> None:
        """Say of each directive whether something that rules judge stands where it is in force: ``at_place``."""
        if not self.directives:
            return
        for document in self._documents:
            for start in _places(document):
                for directive in self._in_force(document.source, start):
                    directive.at_place = True
        if any(True for document in self._documents for _ in _places(document)):
            for directive in self._of_file:
                directive.at_place = True

    def _in_force(self, source: Source, offset: int) -> Iterator[Directive]:
        """Yield the directives on the line of ``offset``, and on the comment line above."""
        source, offset = source.in_lines(offset)
        yield from self._on_line(source, offset, 0)
        # A line that a backslash continues takes no comment: it stands above the first line of the command.
        first = source.first_line(offset)
        if _COMMENT_LINE.match(source.line(first, 1)):
            yield from self._on_line(source, first, 1)

    def _on_line(self, source: Source, offset: int, above: int) -> Iterator[Directive]:
        span = source.line_span(offset, above)
        if span is not None:
            first, last = (bisect_left(self._offsets, source.file_offset(place)) for place in span)
            yield from (each for each in self.directives[first:last] if each.kind != "ignore-file")


def _directives(documents: Sequence[Document]) -> dict[int, Directive]:
    """Return the directives of a file by their offset in it."""
    root = documents[0].source.root if documents else None
    if root is None or MARK not in root.code:
        return {}
    from worker_lint.locate.comments import comments  # and with it what parses them

    found: dict[int, Directive] = {}
    for source in _sources(root, documents):
        for comment in comments(source, MARK):
            for match in _DIRECTIVE.finditer(source.code, comment.start, comment.end):
                found.setdefault(source.file_offset(match.start()), _directive(source, comment, match))
    return found


def _sources(root: Source, documents: Iterable[Document]) -> Iterator[Source]:
    """Yield the whole file, and each piece of another language in it."""
    yield root
    seen = {id(root)}
    for document in documents:
        source = document.source
        while id(source) not in seen:
            seen.add(id(source))
            yield source
            source = source.inset.host if source.inset is not None else root


def _directive(source: Source, comment: Comment, match: re.Match[bytes]) -> Directive:
    lines, _ = source.in_lines(match.start())

    def seen(start: int, end: int) -> tuple[int, int]:
        return source.in_lines(start)[1], source.in_lines(end - 1)[1] + 1 if end > start else source.in_lines(start)[1]

    kind = match["kind"].decode("utf-8", "replace")
    codes: tuple[Listed, ...] | None = None
    if match["codes"] is not None:
        first = match.start("codes")
        codes = tuple(
            Listed(each[0].decode("utf-8", "replace"), *seen(first + each.start(), first + each.end()))
            for each in _NAMED.finditer(match["codes"])
        )
    fault: Literal["unclosed", "codes of keep"] | None = None
    if match["list"] is not None:
        fault = "unclosed" if codes is None else "codes of keep" if kind == "keep" else None
    span = seen(match.start(), match.start() + len(match[0].rstrip()))
    return Directive(lines, *span, seen(comment.start, comment.end), kind, codes, fault, parsed=comment.parsed)


def _places(document: Document) -> Iterator[int]:
    """Yield where the values of a document begin that rules judge."""
    yield from (site.value.start for site in document.sites)
    yield from (value.start for group in document.groups for value in group.options.values())
    yield from (value.start for duplicate in document.duplicates for value in duplicate.values)


def _points_at(exemption: Exemption, finding: Finding, document: Document) -> bool:
    if exemption.pointer is None:
        return True
    place = _pointer(finding, document)
    return place is not None and f"{place}/".startswith(f"{exemption.pointer}/")


def _pointer(finding: Finding, document: Document) -> str | None:
    """Return the JSON pointer of the value that ``finding`` is about, or None where it has none."""
    if finding.site is not None:
        return finding.site.pointer
    for duplicate in document.duplicates:
        if any(value.start == finding.start for value in duplicate.values):
            return duplicate.pointer
    if finding.group is None:
        return None
    beside = [site.pointer for site in document.sites if site.group is finding.group and site.pointer is not None]
    key = next((name for name, value in finding.group.options.items() if value.start == finding.start), None)
    if not beside or key is None:
        return None
    return f"{beside[0].rpartition('/')[0]}/{key.replace('~', '~0').replace('/', '~1')}"
