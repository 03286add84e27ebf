"""A baseline: the findings that were there before, which are known and not reported."""

from __future__ import annotations

import json
import os
from collections import Counter
from typing import TYPE_CHECKING, Any

from worker_lint.conforms import conforms
from worker_lint.errors import BaselineError
from worker_lint.identity import identity
from worker_lint.named_tuple import NamedTuple
from worker_lint.schema import load_schema, problems

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from worker_lint.finding import FoundIn

_SCHEMA = "worker-lint/baseline/1"
_REMEDY = "mend it, or delete it and write it anew with --write-baseline"


class Known(NamedTuple):
    """A finding as a baseline has it; equal ones are counted."""

    path: str
    """From the folder of the baseline, with ``/`` between its parts."""
    code: str
    name: str
    text: str


class Baseline:
    """The findings that a file lists, each with how often it does; equal only to itself."""

    def __init__(self, file: Path, counts: Mapping[Known, int] | None = None) -> None:
        self.file = file
        self.counts: Mapping[Known, int] = {} if counts is None else counts
        self._folder = os.path.dirname(os.path.abspath(file))  # noqa: PTH100, PTH120 - links stay
        self._relative: dict[Path, str] = {}

    def known(self, found: FoundIn) -> Known:
        """Return what a baseline in this place has of a finding."""
        source, finding = found
        path = self._relative.get(source.path)
        if path is None:
            full = os.path.abspath(source.path)  # noqa: PTH100 - links stay
            path = self._relative[source.path] = os.path.relpath(full, self._folder).replace(os.sep, "/")
        return Known(path, *identity(source, finding))

    def full(self, known: Known) -> str:
        """Return the absolute path of the file that ``known`` is in."""
        return os.path.normpath(os.path.join(self._folder, known.path))  # noqa: PTH118 - a text to compare

    def beyond(self, found: Iterable[FoundIn], taken: Counter[Known]) -> list[FoundIn]:
        """Return the findings that the baseline does not list, or that are more of a kind than it lists.

        ``taken`` says how many of each kind came before, and is counted on.
        """
        left: list[FoundIn] = []
        for each in found:
            key = self.known(each)
            if taken[key] < self.counts.get(key, 0):
                taken[key] += 1
            else:
                left.append(each)
        return left


def read(file: Path) -> Baseline:
    """Return the baseline that ``file`` holds. Raises BaselineError, in one line with the place and the remedy."""
    try:
        document: Any = json.loads(file.read_bytes())
    except FileNotFoundError:
        raise BaselineError(f"{file}: no such baseline; write it with --write-baseline {file}") from None
    except OSError as error:
        raise BaselineError(f"{file}: cannot be read: {error.strerror}; name another baseline") from None
    except json.JSONDecodeError as error:
        raise BaselineError(
            f"{file}:{error.lineno}:{error.colno}: is no JSON: {error.msg[0].lower()}{error.msg[1:]}; {_REMEDY}"
        ) from None
    except (UnicodeDecodeError, RecursionError):
        raise BaselineError(f"{file}: is no JSON; {_REMEDY}") from None
    except ValueError:  # Python refuses to convert thousands of digits
        raise BaselineError(f"{file}: holds a number with thousands of digits; {_REMEDY}") from None
    schema = load_schema("baseline")
    broken = [] if conforms(document, schema) else problems(document, schema)
    if broken:
        raise BaselineError(f"{file}: {broken[0].pointer or 'the top'}: {broken[0].message}; {_REMEDY}")
    counts: Counter[Known] = Counter()
    for entry in document["findings"]:
        counts[Known(entry["path"], entry["code"], entry["name"], entry["text"])] += int(entry["count"])
    return Baseline(file, counts)


def written(counts: Mapping[Known, int]) -> bytes:
    """Return the bytes of the file that lists the findings in ``counts``: in order, and each in a line of its own."""
    lines = [json.dumps({**known._asdict(), "count": number}) for known, number in sorted(counts.items()) if number]
    listed = ",\n".join(f"    {line}" for line in lines)
    listed = f"[\n{listed}\n  ]" if lines else "[]"
    return f'{{\n  "schema": "{_SCHEMA}",\n  "findings": {listed}\n}}\n'.encode()
