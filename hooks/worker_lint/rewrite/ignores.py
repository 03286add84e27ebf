"""Comments that suppress what is found, written beside it; the code stays as it is."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from worker_lint.dataclass import dataclass, field, replace
from worker_lint.errors import SourceError
from worker_lint.judge import judge
from worker_lint.locate import locate
from worker_lint.locate.comments import comments
from worker_lint.opening import words_of
from worker_lint.regex import regex
from worker_lint.rewrite.comments import differ_in_comments_alone
from worker_lint.rewrite.edits import splice
from worker_lint.rules import RULES
from worker_lint.source import Edit
from worker_lint.suppressions import Suppressions
from worker_lint.triage import is_suppressible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from worker_lint.finding import FoundIn
    from worker_lint.policy import Policy
    from worker_lint.site import Document
    from worker_lint.source import Source
    from worker_lint.suppressions import Directive

_MOST_ROUNDS = 5
"""Times that a file is judged anew: a finding that is suppressed may leave the word to another in its place."""
_ACROSS = frozenset(rule.code for rule in RULES if rule.across)
_INDENT = regex(r"[\s>]*")
_BREAK = regex(rb"\r\n|\r|\n")
_COMMENT_LINE = regex(r"\s*(?:#|//|/\*)")
_HAVE_COMMENTS = frozenset({".jsonc", ".json5", ".jsonnet", ".libsonnet"})


@dataclass(slots=True, eq=False)
class _Place:
    """Lines that one comment can suppress findings on: a line, or a command that goes on over several."""

    source: Source
    start: int
    """An offset in the first of the lines, in the code of ``source``."""
    opening: str
    """What a comment there begins with."""
    goes_on: bool
    """Whether a backslash at the end of a line makes several of it."""
    codes: set[str] = field(default_factory=set)
    found: list[FoundIn] = field(default_factory=list)


def add_ignores(
    source: Source, findings: Sequence[FoundIn], policy: Policy, reason: str = ""
) -> tuple[Source, list[FoundIn], int]:
    """Return the file with a comment beside each finding, what is left, and how many findings were suppressed.

    Left are those where no comment can stand, and those about comments. Every comment is held against what it should
    do: the code is the same but for comments, and the finding is no longer made. Nothing is written. Raises
    SourceError where the file cannot be judged.
    """
    across = [found for found in findings if found[1].code in _ACROSS]
    if across:
        # They are not found again in this file alone.
        now, number = _suppressed(source, _located(source, across, policy), policy, reason)
        return now, [] if number == len(across) else across, number
    now, total = source, 0
    for _ in range(_MOST_ROUNDS):
        documents = locate(now, words_of(policy.settings))
        present = [found for found in judge(documents, policy) if is_suppressible(found[1])]
        now, number = _suppressed(now, (documents, present), policy, reason)
        total += number
        if not number:
            break
    return now, judge(locate(now, words_of(policy.settings)), policy), total


def _located(source: Source, findings: Sequence[FoundIn], policy: Policy) -> tuple[tuple[Document, ...], list[FoundIn]]:
    """Return the documents of ``source``, and ``findings`` in them."""
    documents = locate(source, words_of(policy.settings))
    by_place = {
        document.source.file_offset(site.value.start): (document.source, site.value)
        for document in documents
        for site in document.sites
    }
    located: list[FoundIn] = []
    for piece, finding in findings:
        place = by_place.get(piece.file_offset(finding.start))
        if place is not None:
            located.append((place[0], replace(finding, start=place[1].start, end=place[1].end)))
    return documents, located


def _suppressed(
    source: Source, judged: tuple[tuple[Document, ...], list[FoundIn]], policy: Policy, reason: str
) -> tuple[Source, int]:
    """Return the file with the comments that do what they should, and how many findings they suppress."""
    documents, findings = judged
    directives = Suppressions(documents).directives
    attempts = [(place, list(_ways(place, directives, reason))) for place in _places(findings)]
    attempts = [(place, ways) for place, ways in attempts if ways]
    trial = _Trial(source, policy)
    first = [(place, ways[0]) for place, ways in attempts]
    if not trial.holds(first):
        # One of them does not: each is tried alone, in every way that there is.
        first = [
            (place, way)
            for place, ways in attempts
            for way in [next((way for way in ways if trial.holds([(place, way)])), None)]
            if way is not None
        ]
        if not trial.holds(first):
            first = first[:1]  # they get in each other's way: one a round
    return trial.made(first), sum(len(place.found) for place, _ in first)


class _Trial:
    """Edits of comments, made and held against what they should do."""

    def __init__(self, source: Source, policy: Policy) -> None:
        self._source = source
        self._policy = policy
        self._words = words_of(policy.settings)
        self._before = self._codes(source)

    def made(self, chosen: Sequence[tuple[_Place, Edit]]) -> Source:
        """Return the file with the edits made."""
        edits = [place.source.outward(edit) for place, edit in chosen]
        return replace(self._source, code=splice(self._source.code, edits))

    def holds(self, chosen: Sequence[tuple[_Place, Edit]]) -> bool:
        """Return whether the edits change comments alone, and suppress what stands at their places."""
        if not chosen:
            return True
        after = self.made(chosen)
        try:
            if not differ_in_comments_alone(self._source, after, self._words):
                return False
            left = self._codes(after)
            found = [each for place, _ in chosen for each in place.found]
            if found[0][1].code in _ACROSS:
                return self._are_silent(found, after)
        except SourceError:
            return False
        expected = Counter(finding.code for _, finding in found)
        return all(left[code] == self._before[code] - number for code, number in expected.items())

    def _codes(self, source: Source) -> Counter[str]:
        return Counter(finding.code for _, finding in judge(locate(source, self._words), self._policy))

    def _are_silent(self, found: Sequence[FoundIn], after: Source) -> bool:
        """Return whether findings at the same counts would be suppressed ``after``."""
        old, documents = locate(self._source, self._words), locate(after, self._words)
        new = [(document, site) for document in documents for site in document.sites]
        starts = [document.source.file_offset(site.value.start) for document in old for site in document.sites]
        places = {start: index for index, start in reversed(list(enumerate(starts)))}
        suppressions = Suppressions(documents)
        for piece, finding in found:
            document, site = new[places[piece.file_offset(finding.start)]]
            if not suppressions.silence(replace(finding, start=site.value.start), document):
                return False
        return True


def _places(findings: Sequence[FoundIn]) -> list[_Place]:
    places: dict[tuple[int, int], _Place] = {}
    for source, finding in findings:
        lines, offset = source.in_lines(finding.start)
        opening = _opening(source, lines)
        if opening is None:
            continue
        first = lines.first_line(offset)
        own, span = lines.line_span(offset), lines.line_span(first)
        goes_on = own != span or lines.line(offset).endswith("\\")
        if span is not None:
            place = places.setdefault((id(lines), span[0]), _Place(lines, span[0], opening, goes_on))
            place.codes.add(finding.code)
            place.found.append((source, finding))
            place.goes_on |= goes_on
    return list(places.values())


def _opening(source: Source, lines: Source) -> str | None:
    """Return what begins a comment on a line of ``source``, or None where its language has none."""
    written = source
    if lines.language == "markdown":
        while written.inset is not None and written.inset.host is not lines:
            written = written.inset.host
    else:
        written = lines
    if written.language in ("json", "jsonnet"):
        # JSON has no comments: whoever reads the file may stop at one, unless there are some already.
        own = written is source.root and written.path.suffix.lower() in _HAVE_COMMENTS
        return "//" if own or next(comments(written, b""), None) is not None else None
    return "#"


def _ways(place: _Place, directives: Sequence[Directive], reason: str) -> Iterator[Edit]:
    """Yield the edits that may put the codes of ``place`` into a comment there, the best first."""
    source, language = place.source, place.source.language
    comment = f"{place.opening} worker-lint: ignore[{', '.join(sorted(place.codes))}]"
    comment += f" {reason}" if reason else ""
    text = source.line(place.start)
    recipe = language == "makefile" and text.startswith("\t")
    if not place.goes_on and (language not in ("makefile", "dockerfile") or recipe):
        # Make would take the blanks in front of a comment for a part of a variable, Docker the comment for words.
        yield from _merged(place, directives, 0)
        yield _behind(place, 0, comment)
    if _COMMENT_LINE.match(source.line(place.start, 1)):
        yield from _merged(place, directives, 1)
        if any(True for _ in _on_line(place, directives, 1)):
            yield _behind(place, 1, comment)
    indent = _INDENT.match(text)
    margin = "" if language == "makefile" or indent is None else indent[0]
    newline = _BREAK.search(source.code, place.start) or _BREAK.search(source.code)
    yield Edit(place.start, place.start, f"{margin}{comment}{newline[0].decode() if newline else chr(10)}")


def _merged(place: _Place, directives: Sequence[Directive], above: int) -> Iterator[Edit]:
    for directive in _on_line(place, directives, above):
        if directive.kind == "ignore" and directive.codes and directive.fault is None:
            listed = {code.text for code in directive.codes}
            more = sorted(code for code in place.codes if code not in listed)
            end = directive.codes[-1].end
            yield Edit(end, end, "".join(f", {code}" for code in more))


def _on_line(place: _Place, directives: Sequence[Directive], above: int) -> Iterator[Directive]:
    span = place.source.line_span(place.start, above)
    if span is not None:
        first, last = span
        for directive in directives:
            if directive.source is place.source and first <= directive.start < last and directive.kind != "ignore-file":
                yield directive


def _behind(place: _Place, above: int, comment: str) -> Edit:
    """Return the edit that puts ``comment`` behind a line, two blanks away from what stands there."""
    _, end = place.source.line_span(place.start, above) or (place.start, place.start)
    text = place.source.line(place.start, above)
    blanks = " " * (2 - min(2, len(text) - len(text.rstrip(" \t"))))
    return Edit(end, end, f"{blanks}{comment}")
