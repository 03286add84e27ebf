"""The globs of .gitignore as regular expressions; git's own matcher is wildmatch.c, followed case by case."""

from __future__ import annotations

import re

from worker_lint.regex import regex

_WILD = regex(r"[*?\[\\]")
_CLASS = regex(r"\[:([^]]*):\]")
_CLASSES = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "blank": " \\t",
    "cntrl": "\\x00-\\x1f\\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": "!-/:-@\\[-`{-~",
    "space": "\\s",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}


def translate(glob: str, *, is_path: bool) -> str:
    """Return the regular expression of ``glob``; the empty string where it can match nothing.

    No wildcard matches ``/``, save ``**`` as a whole part of a path (and not of a name, where ``is_path`` is
    false): it stands for any number of parts.
    """
    parts = []
    at = 0
    while at < len(glob):
        letter = glob[at]
        if letter == "*":
            end = len(glob) - len(glob[at:].lstrip("*"))
            part, at = _stars(glob, at, end) if is_path else ("[^/]*", end)
        elif letter == "?":
            part, at = "[^/]", at + 1
        elif letter == "[":
            part, at = _bracket(glob, at + 1)
        elif letter == "\\":
            part, at = re.escape(glob[at + 1 : at + 2]), at + 2
        else:
            part, at = re.escape(letter), at + 1
        if not part:
            return ""  # a bracket never closed, or a backslash at the end
        parts.append(part)
    return "".join(parts)


def _stars(glob: str, start: int, end: int) -> tuple[str, int]:
    """Return the expression of the stars from ``start`` to ``end``, and where the rest begins."""
    # Git compares the text before the first wildcard by itself, so stars right after it stand at a start.
    at_start = glob[:start].endswith("/") or not _WILD.search(glob, 0, start)
    whole_part = at_start and glob[end : end + 1] in ("", "/")
    if end - start == 1 or not whole_part:
        return "[^/]*", end
    return (".*", end) if end == len(glob) else ("(?:.*/)?", end + 1)


def _bracket(glob: str, start: int) -> tuple[str, int]:
    """Return the expression of the set after the ``[`` before ``start``, and where the rest begins."""
    negated = glob[start : start + 1] in ("!", "^")
    at = first = start + negated
    ranges = []
    previous = ""  # what a "-" that follows would start from
    while at < len(glob) and (glob[at] != "]" or at == first):
        if glob[at] == "-" and previous and glob[at + 1 : at + 2] not in ("", "]"):
            last, at = _literal(glob, at + 1)
            if previous <= last:
                ranges.append(f"{re.escape(previous)}-{re.escape(last)}")
            previous = ""
        elif name := _CLASS.match(glob, at):
            if name[1] not in _CLASSES:
                return "", at
            ranges.append(_CLASSES[name[1]])
            previous, at = "", name.end()
        else:
            previous, at = _literal(glob, at)
            ranges.append(re.escape(previous))
    if at >= len(glob):
        return "", at
    if not ranges:
        return "[^/]" if negated else "(?!)", at + 1
    return f"(?!/)[{'^' if negated else ''}{''.join(ranges)}]", at + 1


def _literal(glob: str, at: int) -> tuple[str, int]:
    """Return the letter at ``at``, past a backslash, and where the next one is."""
    if glob[at] == "\\":
        at += 1
    return glob[at : at + 1], at + 1
