"""Commands in data files, as the shell would read them: a line or script in one string, or words in a list."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from worker_lint.dataclass import dataclass, field
from worker_lint.locate.quoted import Text
from worker_lint.locate.vocabulary import normalised
from worker_lint.regex import regex
from worker_lint.source import Inset, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_HOLDS_COMMANDS = regex(
    r"(?:\w+_)?(?:run|scripts?|commands?|cmds?|args|arg|argv|arguments|params|entrypoint|overrides?|exec|tasks?|launch)"
)
_KEY_OF_COMMANDS = regex(
    rb"\"(?:[^\"\\]*[_-])?"
    rb"(?:run|scripts?|commands?|cmds?|args|arg|argv|arguments|params|entrypoint|overrides?|exec|tasks?|launch)\""
    rb"|\"--|\\u",
    re.IGNORECASE,
)
"""In JSON: such a key, an option at the beginning of a string, or an escape, in which a letter of a key may hide."""
_PROGRAMS = {"program": b"python ", "module": b"python -m ", "entrypoint": b"", "command": b"", "cmd": b""}
"""Keys whose words stand in front of those of ``args``, with what runs them."""
_ARGUMENTS = ("args", "arguments", "argv")
_PLAIN_WORD = regex(rb"[\w@%+=:,./${}\[\]~*?!^-]+")


@dataclass(slots=True)
class Commands:
    """The commands of one source, each to be read once however many counts it sets."""

    source: Source
    quote: Callable[[str], str] = str
    """How the language writes a text inside a string."""
    pieces: dict[int, Source] = field(default_factory=dict)

    def __contains__(self, identity: int) -> bool:
        """Return whether the string or list of words with that ``identity`` was added."""
        return identity in self.pieces

    def add_script(self, identity: int, text: Text) -> None:
        """Add a string that is a command line, or several."""
        if identity not in self.pieces:
            self.pieces[identity] = self._piece(text)

    def add_words(
        self, identity: int, words: Sequence[Text], beside: Mapping[str, Text | Sequence[Text]], *, whole: bool
    ) -> None:
        """Add a list of words: the ``whole`` of a command, or what follows the program that ``beside`` names.

        ``beside`` are the strings, or lists of them, by the keys around the list.
        """
        words = [text for text in words if text.starts]
        if identity in self.pieces or not words:
            return
        line = Text()
        for key, runner in _PROGRAMS.items():
            program = beside.get(key)
            for text in [program] if isinstance(program, Text) else program or ():
                if text.starts:
                    line.append(runner, text.starts[0], text.starts[0])
                    _append_word(line, text, whole=isinstance(program, Text))
        if not whole and not line.code:
            # A lone dash is no program: what follows it are options to one that is not known.
            line.append(b"- ", words[0].starts[0], words[0].starts[0])
        for text in words:
            _append_word(line, text)
        self.pieces[identity] = self._piece(line)

    def _piece(self, text: Text) -> Source:
        end = text.ends[-1] if text.ends else 0
        inset = Inset(self.source, [*text.starts, end], text.ends, self.quote)
        return Source(self.source.path, "shell", bytes(text.code), inset=inset)


def holds_commands(path: Sequence[str]) -> bool:
    """Return whether what stands at ``path`` is a command, or part of one, by the keys on the way to it."""
    keys = [normalised(key) for key in path if not key.isdigit()]
    return any(_HOLDS_COMMANDS.fullmatch(key) for key in keys[-2:])


def may_hold_commands(json: bytes) -> bool:
    """Return whether a string of the document ``json`` may be a command, or part of one; nothing is parsed."""
    return _KEY_OF_COMMANDS.search(json) is not None


def takes_program(key: str) -> bool:
    """Return whether the words under ``key`` are the arguments of a program that stands beside it."""
    return normalised(key) in _ARGUMENTS


def names_program(key: str) -> bool:
    """Return whether what stands under ``key`` is the program of arguments beside it."""
    return key in _PROGRAMS


def _append_word(line: Text, word: Text, *, whole: bool = False) -> None:
    """Add ``word`` to ``line`` with a blank behind it, in quotes where a shell needs them to keep it one word."""
    start, end = word.starts[0], word.ends[-1]
    quoted = not whole and _PLAIN_WORD.fullmatch(bytes(word.code)) is None and b"'" not in word.code
    if quoted:
        line.append(b"'", start, start)
    line.extend(word)
    line.append(b"' " if quoted else b" ", end, end)
