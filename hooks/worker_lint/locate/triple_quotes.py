"""Where the strings in triple quotes stand in Python code that is not parsed yet: what is in them is no code."""

from __future__ import annotations

from worker_lint.regex import regex

_QUOTES = (b'"""', b"'''")
_BEFORE_TEXT = regex(rb"""(?:[^"'#\n]|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')*""")
_BACKSLASH = ord("\\")


def long_strings(code: bytes) -> list[int] | None:
    """Return where each string in triple quotes begins and ends, one after the other; None where that is unsure."""
    find, rfind = code.find, code.rfind
    double, single = (find(quotes) for quotes in _QUOTES)
    places: list[int] = []
    behind = 0
    while double >= 0 or single >= 0:
        is_double = double >= 0 and (single < 0 or double < single)
        start = double if is_double else single
        line = rfind(b"\n", behind, start) + 1 or behind
        before = code[line:start]
        end, is_first = 0, not before or before.isspace()
        if not is_first:
            plain = _BEFORE_TEXT.match(code, line, start)
            if plain is None or plain.end() < start:
                if plain is None or not code.startswith(b"#", plain.end()):
                    return None
                end = find(b"\n", start)  # of a comment
                if end < 0:
                    break
        if not end:
            end = _end_of_string(code, start)
            if end < 0 or (not is_first and _may_nest(before, code[start:end])):
                return None
            places += (start, end)
        behind = end
        if double >= 0 and double < end:
            double = find(_QUOTES[0], end)
        if single >= 0 and single < end:
            single = find(_QUOTES[1], end)
    return places


def _end_of_string(code: bytes, start: int) -> int:
    """Return the end of the string in triple quotes that begins at ``start``; a negative number where there is none."""
    quotes = code[start : start + 3]
    end = code.find(quotes, start + 3)
    while end >= 0 and code[end - 1] == _BACKSLASH:
        first = end - 1
        while code[first - 1] == _BACKSLASH:
            first -= 1
        if (end - first) % 2 == 0:
            break
        end = code.find(quotes, end + 1)
    return end + 3 if end >= 0 else -1


def _may_nest(before: bytes, string: bytes) -> bool:
    """Return whether ``string``, behind ``before``, may end in an expression in it that holds the same quotes."""
    return before[-2:].lower().strip(b"r").endswith(b"f") and string.count(b"{") != string.count(b"}")
