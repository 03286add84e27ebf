"""# unused-suppression (WL001)

## What it does

Finds comments to worker-lint that suppress nothing: an `ignore`, `ignore-file` or `keep` where no rule finds anything
for it to suppress, a code that no rule has, a code that is listed twice, brackets that are not closed, and words that
worker-lint does not know. An entry of `suppressions` in the settings that suppresses nothing, or of whose codes one
finds nothing, is found, too.

## Why is this bad?

The comment says that something is wrong here and that somebody has accepted it. When it is no longer wrong the comment
misleads, and it stays behind to hide the next mistake on its line. One with a wrong code never worked at all.

A suppression is called unused only where this is certain:

- The rules that it names have run. Where one of them is not selected, nothing is said.
- Nothing that was assumed for this run alone decides: beside a worker count, a suppression of a rule that rests on the
  mode or on the machine is judged only under a mode or a profile that the settings file declares, not under `--mode`,
  `--profile` or the machine that runs the check.
- A rule that compares files may need one that this run was not given: beside a count, nothing is said of it.

## Example

```python
from torch.utils.data import DataLoader

loader = DataLoader(dataset, num_workers=8)  # noqa: E501  # worker-lint: ignore[WL101] was -1 once
```

## Use instead

```python
from torch.utils.data import DataLoader

loader = DataLoader(dataset, num_workers=8)  # noqa: E501
```

## Fix safety

Safe: the comment is removed, with its line where nothing else stands on it, or only the codes that are unused. Other
comments on the line stay. That the code without its comments is the same before and after is checked by parsing both.
There is no fix for a misspelt word or an open bracket, where it is not known what was meant; for codes that are written
in another way (`wl101`, `WL101 WL102`, the name of a rule), because what was meant would then be suppressed; in a
here-document or beside a syntax error, where only the look says that it is a comment; nor for an entry of the settings.

## Options

- `select`, `ignore`, `mode`, `profile`, `suppressions`: what the rule goes by
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.finding import Finding, Fix, Severity
from worker_lint.locate.templates import is_template
from worker_lint.named_tuple import NamedTuple
from worker_lint.rule import Rule
from worker_lint.settings import COMMAND_LINE
from worker_lint.source import Edit
from worker_lint.suppressions import KEPT, KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker_lint.finding import FoundIn
    from worker_lint.rule import Outcome
    from worker_lint.suppressions import Directive, Listed

_WORDS = (*KINDS, "noqa", "disable", "disable-file", "suppress", "skip")
"""What somebody may write who means one of the first."""


class _Fault(NamedTuple):
    message: str
    help: str
    edit: Edit | None


def review(outcome: Outcome) -> Iterator[FoundIn]:
    """Yield a finding at each comment that suppresses nothing, or less than it says."""
    outcome.suppressions.mark_places()
    for directive in outcome.suppressions.directives:
        fault = _fault(directive, outcome)
        if fault is not None:
            fix = (
                None
                if fault.edit is None or not directive.parsed
                else Fix("safe", fault.help, (fault.edit,), comments=True)
            )
            yield (
                directive.source,
                Finding(RULE.code, RULE.severity, directive.start, directive.end, fault.message, fault.help, fix),
            )


def _fault(directive: Directive, outcome: Outcome) -> _Fault | None:
    if directive.kind not in KINDS:
        return _of_unknown_word(directive)
    if directive.fault == "unclosed":
        return _Fault(f"the bracket behind {directive.kind} is not closed: nothing is suppressed", "close it", None)
    if directive.fault == "codes of keep":
        return _Fault("keep takes no codes: nothing is suppressed", "write keep alone, or ignore[CODES]", None)
    if directive.codes is not None:
        return _of_codes(directive, directive.codes, outcome)
    if directive.used or not _could_all_be_found(directive, outcome):
        return None
    return _Fault(
        f"{directive.kind} suppresses nothing: no rule finds anything {_where(directive)}",
        "remove the comment",
        _removal(directive),
    )


def _of_unknown_word(directive: Directive) -> _Fault | None:
    from difflib import get_close_matches

    # Far from all of them it is prose: "worker-lint: see the README".
    close = get_close_matches(directive.kind.lower(), _WORDS, n=1, cutoff=0.75)
    if not close:
        return None
    meant = f"write {close[0]}" if close[0] in KINDS else f"write {', '.join(KINDS[:-1])} or {KINDS[-1]}"
    return _Fault(f"worker-lint knows no {directive.kind!r}: nothing is suppressed", meant, None)


def _of_codes(directive: Directive, codes: tuple[Listed, ...], outcome: Outcome) -> _Fault | None:
    if not codes:
        return _Fault(
            f"{directive.kind}[] names no rule: nothing is suppressed", "remove the comment", _removal(directive)
        )
    meant = [(each.text, code) for each in codes if (code := _meant(each.text, outcome))]
    if meant:
        written = ", ".join(each.text for each in codes)
        unknown = ", ".join(text for text, _ in meant)
        instead = ", ".join(dict(meant).get(each.text, each.text) for each in codes)
        amount = "nothing" if len(meant) == len(codes) else "less than it says"
        return _Fault(
            f"{directive.kind}[{written}] suppresses {amount}: no rule has the code {unknown}",
            f"write {directive.kind}[{instead}]",
            None,
        )
    kept: list[str] = []
    said: list[str] = []
    for listed in codes:
        code = listed.text
        if code in kept:
            said.append(f"{code} is listed twice")
        elif not any(rule.code.startswith(code) for rule in outcome.catalogue):
            said.append(f"no rule is called {code}, or begins with it")
        elif directive.has_silenced(code) or not _could_be_found(directive, code, outcome):
            kept.append(code)
        else:
            said.append(f"{code} finds nothing {_where(directive)}")
    if not said:
        return None
    message = f"{directive.kind}[{', '.join(each.text for each in codes)}] suppresses less than it says: "
    if not kept:
        message = f"{directive.kind}[{', '.join(each.text for each in codes)}] suppresses nothing: "
        return _Fault(message + ", ".join(dict.fromkeys(said)), "remove the comment", _removal(directive))
    edit = Edit(codes[0].start, codes[-1].end, ", ".join(kept))
    return _Fault(message + ", ".join(dict.fromkeys(said)), f"write {directive.kind}[{', '.join(kept)}]", edit)


def _meant(text: str, outcome: Outcome) -> str | None:
    """Return the codes that ``text``, which is none, stands for: small letters, blanks for commas, a rule's name."""
    if any(rule.code.startswith(text) for rule in outcome.catalogue):
        return None
    words = text.split()
    codes = [next((r.code for r in outcome.catalogue if r.name == word.lower()), word.upper()) for word in words]
    if all(any(rule.code.startswith(code) for rule in outcome.catalogue) for code in codes):
        return ", ".join(codes)
    return None


def _where(directive: Directive) -> str:
    return "in the file" if directive.kind == "ignore-file" else "here"


def _could_all_be_found(directive: Directive, outcome: Outcome) -> bool:
    """Return whether a comment for every rule, or ``keep``, would have had something to suppress if it ever has."""
    if directive.kind == "keep":
        return all(_could_be_found(directive, code, outcome) for code in KEPT)
    origins = outcome.policy.settings.origins
    if COMMAND_LINE in (origins.get("select"), origins.get("extend-select"), origins.get("ignore")):
        return False
    return all(_judged(directive, rule, outcome) for rule in outcome.ran if not rule.review)


def _could_be_found(directive: Directive, code: str, outcome: Outcome) -> bool:
    """Return whether the rules whose codes begin with ``code`` would have found something if they ever do."""
    named = [rule for rule in outcome.catalogue if rule.code.startswith(code) and not rule.review]
    if not named:
        return False  # this rule, whose findings come after those that are counted
    # A rule that is off by default runs where it is meant: its own name says so, the beginning of many does not.
    wanted = [rule for rule in named if rule.default or rule.code == code]
    return all(rule in outcome.ran for rule in wanted) and all(
        _judged(directive, rule, outcome) for rule in named if rule in outcome.ran
    )


def _judged(directive: Directive, rule: Rule, outcome: Outcome) -> bool:
    root = directive.source.root
    if root.is_data and is_template(root.code):
        return False  # its tags may stand for what was found
    return rule.settles(outcome.policy) or (_needs_a_place(rule) and not directive.at_place)


def _needs_a_place(rule: Rule) -> bool:
    """Return whether the rule finds something only at a worker count or an option beside one."""
    return bool(rule.rests_on) or rule.across is not None


def _removal(directive: Directive) -> Edit | None:
    """Return the edit that takes the directive out of its comment, or the comment out of the code."""
    source, code = directive.source, directive.source.code
    first, last = directive.comment
    rest = code[directive.end : last].strip()
    if code[first : first + 2] == b"/*":
        if directive.start != first or rest != b"*/":
            return None
    elif rest:
        return Edit(directive.start, last - len(code[directive.end : last].lstrip()), "")
    elif directive.start > first:
        return Edit(first + len(code[first : directive.start].rstrip()), last, "")
    span = source.line_span(first)
    if span is None:
        return None
    start, end = span
    if code[start:first].strip() or code[last:end].strip():
        blanks = first - start - len(code[start:first].rstrip())
        return Edit(first - blanks, last, "") if not code[last:end].strip() else Edit(first, last, "")
    return _of_line(directive, start, end)


def _of_line(directive: Directive, start: int, end: int) -> Edit:
    """Return the edit that takes a whole line out, and with it a line break."""
    source, code = directive.source, directive.source.code
    behind = end + (2 if code[end : end + 2] == b"\r\n" else 1)
    if not source.cells:
        return Edit(start, min(behind, len(code)), "")
    # The lines of a cell are strings of a list: one goes as a whole where the edit reaches into the next, or back into
    # the one before.
    text = code if source.written is None else source.written  # what stands there, and not what stands in for it
    if source.cell(min(behind, len(code) - 1)) == source.cell(start) and behind < len(code) - 1:
        following = _character(text, behind)
        return Edit(start, behind + len(following), following.decode())
    before = source.line_span(start, 1)
    if before is None or before[0] == before[1]:
        return Edit(start, end, "")
    final = text[before[0] : before[1]].decode()[-1]
    return Edit(before[1] - len(final.encode()), end, final)


def _character(code: bytes, start: int) -> bytes:
    """Return the bytes of the character at ``start``."""
    end = start + 1
    while end < len(code) and code[end] & 0xC0 == 0x80:
        end += 1
    return code[start:end]


RULE = Rule(
    code="WL001",
    name="unused-suppression",
    summary="A comment or a setting suppresses what is not found",
    severity=Severity.WARNING,
    review=review,
    fix="safe",
)
