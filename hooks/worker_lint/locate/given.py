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

# A piece of what may stand between two tokens within brackets; of what is not ASCII, what may be a space.
_GAP = (
    rb"(?:[\s\\]|\#[^\r\n]*(?:[\r\n]|\Z)"
    rb"|\xc2[\x85\xa0]|\xe1\x9a\x80|\xe2[\x80\x81][\x80-\xbf]|\xe3\x80\x80|\xef\xbb\xbf)"
)
# Of a gap that is longer than this, nobody looks for the end: that would take the square of its length.
_BEHIND = rb"%b{0,99}(?:%%b)|%b{100}" % (_GAP, _GAP)
_SETS = regex(rb"['\"]|" + _BEHIND % rb"=(?!=)|:(?![ \t]*[\w.]+[ \t]*[,)])|,|or\b")
"""Behind a name that gets a value: the end of a string, ``=``, ``: int =``, ``:=``, ``, b = 1, 2``, ``or 1``.

A parameter that has a type and no default, ``: int,``, gets none.
"""
_NAMES = regex(rb"['\"]|" + _BEHIND % rb"=(?!=)")
"""Behind the name of an option: the end of a string, as in a dict, or ``=``."""
_CALLS = regex(_BEHIND % rb"\(|as\b")
"""Behind a loader that is called, or imported under another name."""
_PASSED_ON = regex(_BEHIND % rb"[,)]")
"""Behind a loader that is an argument: ``partial(DataLoader, ...)``."""
_TYPE = regex(rb":[ \t]*[\w.]*")
"""Before a loader that is but the type of something: ``data: utils.``."""
_PARTIAL = b"partial"


def may_give(code: bytes, counts: Collection[Named], others: Collection[Named], loaders: Collection[str]) -> bool:
    """Return whether one of the ``counts``, or of the options and the ``loaders`` among ``others``, is more than said.

    That is so where a count or an option may be set, or a loader called. A comment to us asks for all that there is.
    """
    if MARK in code:
        return bool(counts or others)
    if any(_SETS.match(code, end) and not in_comment_line(code, start) for _, (start, end) in counts):
        return True
    passed_on = bool(others) and _PARTIAL in code
    for word, (start, end) in others:
        if word not in loaders:
            found = _NAMES.match(code, end)
        else:
            found = _CALLS.match(code, end)
            if found is None and passed_on and not _is_type(code, start):
                found = _PASSED_ON.match(code, end)
        if found is not None and not in_comment_line(code, start):
            return True
    return False


def _is_type(code: bytes, start: int) -> bool:
    """Return whether the name that ends in the word at ``start`` stands behind a colon, in its line."""
    colon = code.rfind(b":", code.rfind(b"\n", 0, start) + 1, start)
    return colon >= 0 and _TYPE.fullmatch(code, colon, start) is not None
