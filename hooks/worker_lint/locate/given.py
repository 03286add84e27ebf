"""What a word in Python may be, as far as the bytes behind it tell: code in which none sets anything is not parsed.

This may take a word of a comment for more than it is, but never a count, an option or a call for less.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.locate.words import in_comment_line
from worker_lint.regex import regex
from worker_lint.stems import MARK

if TYPE_CHECKING:
    from collections.abc import Collection

    from worker_lint.locate.words import Named

# What may stand between two tokens within brackets, and all that is not ASCII.
_GAP = rb"(?:[\s\\\x80-\xff]|\#[^\r\n]*)*"
_SETS = regex(rb"""["']|%b(?:=(?!=)|[:,]|or\b)""" % _GAP)
"""Behind a name that gets a value: the end of a string, ``=``, ``: int =``, ``:=``, ``, b = 1, 2``, ``or 1``."""
_NAMES = regex(rb"""["']|%b=(?!=)""" % _GAP)
"""Behind the name of an option: the end of a string, as in a dict, or ``=``."""
_CALLS = regex(rb"%b(?:\(|as\b)" % _GAP)
"""Behind a loader that is called, or imported under another name."""
_PASSED_ON = regex(rb"%b[,)]" % _GAP)
"""Behind a loader that is an argument: ``partial(DataLoader, ...)``."""
_PARTIAL = b"partial"


def may_give(code: bytes, counts: Collection[Named], others: Collection[Named], loaders: Collection[str]) -> bool:
    """Return whether one of the ``counts``, or of the options and the ``loaders`` among ``others``, is more than said.

    That is so where a count or an option may be set, or a loader called. A comment to us asks for all that there is.
    """
    if MARK in code:
        return bool(counts or others)
    for _, (start, end) in counts:
        if _SETS.match(code, end) and not in_comment_line(code, start):
            return True
    passed_on = bool(others) and _PARTIAL in code
    for word, (start, end) in others:
        found = (
            _CALLS.match(code, end) or (passed_on and _PASSED_ON.match(code, end))
            if word in loaders
            else (_NAMES.match(code, end))
        )
        if found and not in_comment_line(code, start):
            return True
    return False
