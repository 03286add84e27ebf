"""Worker counts in shell scripts, batch jobs among them: in commands, and in the variables that become part of one."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import tree_sitter

from worker_lint.file_language import language_by_line, language_by_name
from worker_lint.locate.command import PYTHON, SHELLS, understood
from worker_lint.locate.command_sites import Word
from worker_lint.locate.grammars import grammar, parser
from worker_lint.locate.job import Job
from worker_lint.locate.query import compiled
from worker_lint.locate.script import Assignment, Flow, Line, Script
from worker_lint.locate.values import refuse_endless
from worker_lint.regex import regex
from worker_lint.site import Document
from worker_lint.source import Inset, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from worker_lint.languages import Language
    from worker_lint.locate.command import Command
    from worker_lint.locate.vocabulary import Vocabulary

_MOST_LEVELS = 4
"""Commands in strings in commands that are read."""

_WRITTEN_TO = regex(r"(?:>|\btee(?:\s+-a)?\s)\s*[\"']?([^\s\"'|;&<>]+)")
"""The file that a here-document becomes."""
_COMMAND_LINE = regex(rb"(?:\\\r?\n|[^\r\n])+")
"""A line together with those that a backslash makes part of it."""
_PART = regex(
    rb"""
    \\\r?\n | [ \t]+
    | (?P<comment> (?<!\S)\#.* )
    | (?P<end> && | \|\|? | ; )
    | (?P<word> (?: "[^"]*" | '[^']*' | [^\s"';|&\\] | \\. | ["'&\\] )+ )
    """,
    re.VERBOSE,
)
_BLANK = regex(r"\s")


@cache
def _query() -> tree_sitter.Query:
    return compiled(grammar("shell"), "shell.scm")


def locate(source: Source, words: Vocabulary) -> tuple[Document | Source, ...]:
    """Return the sites of a shell script, and the pieces of other languages in it that may hold more.

    Raises SourceError where a count is a number without end.
    """
    if not words.concerns(source.code):  # a piece of a file that has its words elsewhere
        return (Document(source),)
    reader = _Reader(source)
    reader.read(0, len(source.code))
    flow = Flow(reader.script, words)
    sites = tuple(reader.script.sites(flow, words))
    for site in sites:
        refuse_endless(source, site.value)
    job = Job(source, reader.script, flow) if sites else None
    return (Document(source, sites, job=job), *(piece for piece in reader.pieces if words.concerns(piece.code)))


def _errors(root: Node) -> Iterator[Node]:
    """Yield the outermost nodes at which the parser lost its way."""
    stack = [root]
    while stack:
        node = stack.pop()
        if node.is_error or node.is_missing:
            yield node
        elif node.has_error:
            stack += reversed(node.children)


class _Reader:
    """Takes a script apart: its command lines, its assignments, and the pieces of other languages in it."""

    def __init__(self, source: Source) -> None:
        self.script = Script(source.path.stem, source.code)
        self.pieces: list[Source] = []
        self._source = source
        self._code = source.code
        self._base = 0
        self._levels = 0
        self._outer: Line | None = None

    def read(self, start: int, end: int, owner: str | None = None) -> None:
        """Read the script from ``start`` to ``end``; it is the value of the variable ``owner``, where there is one."""
        if self._levels > _MOST_LEVELS:
            return
        outer, self._base = self._base, start
        self._levels += 1
        tree = parser("shell").parse(self._code[start:end])
        for _, captures in tree_sitter.QueryCursor(_query()).matches(tree.root_node):
            if "command" in captures:
                self._command(captures["command"][0], owner)
            else:
                self._assignment(captures["assignment"][0], captures["name"][0], captures["value"][0], owner)
        if tree.root_node.has_error and self._levels == 1:
            done = 0
            for broken in _errors(tree.root_node):
                done = self._plainly(max(broken.start_byte, done), broken.end_byte)
        self._levels -= 1
        self._base = outer

    def _plainly(self, start: int, end: int) -> int:
        """Read the lines between ``start`` and ``end``, of which the grammar makes nothing, by blanks and quotes.

        Returns the end of the last of them.
        """
        done = start
        for line in _COMMAND_LINE.finditer(self._code, max(self._code.rfind(b"\n", 0, start), 0)):
            if line.start() >= max(end, start + 1):
                break
            done = line.end()
            words: list[Word] = []
            for part in _PART.finditer(line[0]):
                if part["word"]:
                    word = Word(part["word"].decode("utf-8", "replace"), line.start() + part.start())
                    quoted = len(word.text) > 1 and word.text[0] in "\"'" and word.text[-1] == word.text[0]
                    words.append(word.part(1, -1) if quoted else word)
                elif part["end"] or part["comment"]:
                    self.script.lines.append(Line(tuple(words), outer=self._outer))
                    words = []
            self.script.lines.append(Line(tuple(words), outer=self._outer))
        return done

    def _command(self, node: Node, owner: str | None) -> None:
        parts = [child for child in node.named_children if not child.type.endswith("_redirect")]
        statement = node.parent
        redirects: list[Node] = []
        if statement is not None and statement.type == "redirected_statement":
            redirects = statement.children_by_field_name("redirect")
            # The grammar takes the words behind a redirection for more of it.
            parts += [word for each in redirects for word in each.children_by_field_name("destination")[1:]]
            parts += [word for each in redirects for word in each.children_by_field_name("argument")]
        words = tuple(self._word(part) for part in parts)
        texts = [word.text for word in words]
        command = understood(texts)
        line = Line(words, owner, self._outer)
        if texts[:1] == ["set"]:
            line = Line(words[texts.index("--") + 1 :] if "--" in texts else (), "@")
        elif texts[:1] == [":"]:
            self.script.defaults(words[1:])
        self.script.lines.append(line)
        self.script.assignments += [
            Assignment(self._word(name).text, self._raw(value), line)
            for part in parts
            if part.type == "variable_assignment"
            and (name := part.child_by_field_name("name")) is not None
            and (value := part.child_by_field_name("value")) is not None
            and owner is None
        ]
        outer, self._outer = self._outer, line
        for redirect in redirects:
            if redirect.type == "heredoc_redirect":
                self._here_document(command.program or "", node, redirect)
        if not command.prints:
            self._quoted(parts, texts, command)
        self._outer = outer

    def _quoted(self, parts: list[Node], texts: list[str], command: Command) -> None:
        """Read the words of a command that are code themselves, as behind ``bash -c``."""
        for index, part in enumerate(parts):
            code = index > 0 and texts[index - 1] == "-c" and PYTHON.fullmatch(command.program or "") is not None
            for quoted in [part, *(part.named_children if part.type == "concatenation" else ())]:
                word = self._word(quoted)
                if quoted.type not in ("string", "raw_string") or not _BLANK.search(word.text.strip()):
                    continue
                start, end = word.start, word.start + len(word.text.encode())
                if code:
                    self._piece("python", start, end)
                elif not word.text.lstrip().startswith("-"):
                    self.read(start, end)

    def _assignment(self, node: Node, name: Node, value: Node, owner: str | None) -> None:
        variable = self._word(name).text
        if node.parent is not None and node.parent.type == "command":
            return  # read with its command
        if owner is not None:
            # In a variable that holds words of a command, what looks like an assignment is one of them.
            self.script.lines.append(Line((self._raw(node),), owner))
        elif value.type == "array":
            elements = tuple(self._word(child) for child in value.named_children if child.type != "comment")
            self.script.lines.append(Line(elements, variable))
        else:
            word = self._word(value)
            if value.type in ("string", "raw_string") and _BLANK.search(word.text):
                self.read(word.start, word.start + len(word.text.encode()), variable)
                return
            self.script.lines.append(Line((word,), variable))
            exported = node.parent is not None and node.parent.type == "declaration_command"
            self.script.assignments.append(Assignment(variable, self._raw(value), exported=exported))

    def _here_document(self, program: str, command: Node, redirect: Node) -> None:
        body = next((child for child in redirect.named_children if child.type == "heredoc_body"), None)
        if body is None:
            return
        # The grammar's body leaves out the white space before its first word.
        start = self._code.index(b"\n", self._base + redirect.start_byte) + 1
        end = self._base + body.end_byte
        opening = self._code[self._base + command.start_byte : start].decode("utf-8", "replace")
        language: Language | None
        if program in SHELLS or program in ("ssh", "at"):
            language = "shell"
        elif PYTHON.fullmatch(program):
            language = "python"
        else:
            target = _WRITTEN_TO.search(opening)
            language = language_by_name(Path(target[1])) if target else None
            language = language or language_by_line(self._code[start:end])
        if language == "shell":
            self.read(start, end)
        elif language is not None:
            self._piece(language, start, end)

    def _piece(self, language: Language, start: int, end: int) -> None:
        inset = Inset(self._source, range(start, end + 1))
        self.pieces.append(Source(self._source.path, language, self._code[start:end], inset=inset))

    def _raw(self, node: Node) -> Word:
        start, end = self._base + node.start_byte, self._base + node.end_byte
        return Word(self._code[start:end].decode("utf-8", "replace"), start)

    def _word(self, node: Node) -> Word:
        """Return the word at ``node`` without the quotes around it."""
        if node.type == "command_name" and node.named_child_count == 1:
            node = node.named_children[0]
        word = self._raw(node)
        return word.part(1, -1) if node.type in ("string", "raw_string") else word
