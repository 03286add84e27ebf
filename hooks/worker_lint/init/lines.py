"""Insertions into text that somebody else wrote: the ends of its lines are kept as they are."""

from __future__ import annotations

BOM = "\ufeff"


def inserted(text: str, index: int, addition: str) -> str:
    """Return ``text`` with ``addition``, whole lines, put in at ``index``, where a line begins.

    The addition, whose lines end in a line feed, gets the line ends of ``text``; where ``index`` is behind a last
    line without one, it begins with one.
    """
    ending = "\r\n" if text.find("\n") > 0 and text[text.find("\n") - 1] == "\r" else "\n"
    start = "" if index == 0 or text[index - 1] in f"\n{BOM}" else ending
    return text[:index] + start + addition.replace("\n", ending) + text[index:]


def after_line(text: str, index: int) -> int:
    """Return where the line after the one that holds ``index`` begins: the length of ``text`` if it is the last."""
    end = text.find("\n", index)
    return len(text) if end < 0 else end + 1
