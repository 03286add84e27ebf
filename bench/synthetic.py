"""Made-up trees and files of any size, the same for the same arguments: to see how time and memory grow."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Language = Literal["python", "json", "yaml", "shell", "text"]

SUFFIXES: dict[Language, str] = {"python": "py", "json": "json", "yaml": "yaml", "shell": "sh", "text": "txt"}
SHARES: dict[Language, float] = {"python": 0.86, "json": 0.04, "yaml": 0.05, "shell": 0.02, "text": 0.03}
"""The share of each language among the files of a tree."""
WITH_COUNT, WITH_WORD = 0.05, 0.03
"""The share of files that set a worker count, and of those that only speak of workers.

In transformers 5.23.0 one file in 190 has the word, in nemo_toolkit 2.5.0 one in ten.
"""
MEDIAN_SIZE, SPREAD = 4_000, 1.1
"""Bytes, and the standard deviation of their logarithm.

Half of the Python files of transformers 5.23.0 have more than 8,500 bytes, half of those of nemo_toolkit 2.5.0 more
than 6,100; a tree of 100,000 files with such a median would take more than a gigabyte.
"""
FILES_IN_A_FOLDER = 20
_SMALLEST, _LARGEST = 200, 200_000
_BLOCKS = 300
"""Different pieces of code, of which the files of a language are made."""
_EVERY = 64_000
"""Bytes between two counts of one large file."""

_WORDS = (
    "batch", "layer", "mask", "token", "image", "label", "score", "hidden", "weight", "gradient", "sample", "epoch",
    "volume", "patch", "feature", "encoder", "decoder", "offset", "channel", "kernel", "stride", "target", "output",
)  # fmt: skip


def text(language: Language, size: int, seed: int, *, counts: bool = False, mentions: bool = False) -> str:
    """Return a file of ``size`` bytes, and at most one block more.

    With ``counts`` it sets worker counts, the first near its beginning and one every 64,000 bytes; with ``mentions``
    it speaks of them as often where they are no more than text. No count is one that a rule objects to.
    """
    rng, pool = Random(seed), _blocks(language)
    opening, between, closing = _AROUND[language]
    special = _COUNT[language] if counts else _MENTION[language] if mentions else None
    parts: list[str] = []
    length, due = len(opening) + len(closing), 0
    while length < size or not parts:
        part = rng.choice(pool)
        if special is not None and length >= due:
            part, due = special, due + _EVERY
        parts.append(part)
        length += len(part) + len(between)
    return opening + between.join(parts) + closing


def write_tree(folder: Path, files: int, seed: int) -> None:
    """Write a tree of ``files`` files with the mixture of languages, sizes and counts that the constants say."""
    rng = Random(seed)
    languages, weights = list(SHARES), list(SHARES.values())
    for number in range(files):
        language = rng.choices(languages, weights)[0]
        size = int(min(max(rng.lognormvariate(0, SPREAD) * MEDIAN_SIZE, _SMALLEST), _LARGEST))
        lot = rng.random()
        place = folder / _folder_of(number // FILES_IN_A_FOLDER)
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{rng.choice(_WORDS)}_{number}.{SUFFIXES[language]}").write_text(
            text(
                language, size, rng.getrandbits(32),
                counts=lot < WITH_COUNT, mentions=WITH_COUNT <= lot < WITH_COUNT + WITH_WORD,
            ),
            encoding="utf-8",
        )  # fmt: skip


def _folder_of(number: int) -> str:
    """Return the name of a folder, not more than some ten in each."""
    return "/".join(f"{word}{digit}" for word, digit in zip(_WORDS, str(number), strict=False))


def _names(rng: Random, number: int) -> Iterator[str]:
    for _ in range(number):
        yield f"{rng.choice(_WORDS)}_{rng.choice(_WORDS)}"


@cache
def _blocks(language: Language) -> list[str]:
    rng = Random(language)
    return [_block(language, rng) for _ in range(_BLOCKS)]


def _block(language: Language, rng: Random) -> str:
    first, second, third, fourth = _names(rng, 4)
    number, share = rng.randint(1, 512), round(rng.random(), 4)
    return _TEMPLATES[language].format(a=first, b=second, c=third, d=fourth, n=number, x=share)


_TEMPLATES: dict[Language, str] = {
    "python": '''

class {a}_{b}(Base):
    """Holds the {a} of a {b}, and scales it by {x}."""

    def __init__(self, {c}=None, {d}={n}, rate={x}):
        super().__init__()
        self.{c} = {c} if {c} is not None else make_{a}({d}, rate=rate)
        self.{d}_shape = ({d}, {n}, 3)

    def {b}_of(self, {a}, scale=True):
        # The {a} comes first, as its {b} does.
        results = [step.forward({a}[i], {{"{c}": i, "{d}": {x}}}) for i, step in enumerate(self.{c})]
        if scale and len(results) > {n}:
            raise ValueError(f"expected {n} of {a}, got {{len(results)}}")
        return sum(result * {x} for result in results) / max(1, len(results))
''',
    "json": """  {{"{a}": {n}, "{b}": "{c}/{d}", "{c}": [{n}, {x}, true, null],
   "{d}": {{"name": "the {a} of a {b}", "rate": {x}, "shape": [{n}, 3, 3]}}}}""",
    "yaml": """- {a}: {n}
  path: "{c}/{d}"
  shape: [{n}, 3, 3]
  {b}_options:
    name: the {a} of a {b}
    rate: {x}  # as before
    enabled: true
""",
    "shell": """
export {a}={n}
if [ -n "${b}" ]; then
  python train.py --{c} {n} --{d}="${a}" --rate {x} "$@"
fi
""",
    "text": """
The {a} of a {b} is {n} times that of the {c}, and its {d} changes by {x}
in every step, unless the {c} has none.
""",
}

_AROUND: dict[Language, tuple[str, str, str]] = {
    "python": ('"""Made up."""\n\nimport torch\n', "", ""),
    "json": ('{"blocks": [\n', ",\n", "\n]}\n"),
    "yaml": ("# Made up.\n", "", ""),
    "shell": ("#!/bin/sh\nset -e\n", "", ""),
    "text": ("Made up.\n", "", ""),
}

_COUNT: dict[Language, str] = {
    "python": """
from torch.utils.data import DataLoader


def loader_of(dataset):
    return DataLoader(dataset, batch_size=8, num_workers=1)
""",
    "json": '  {"train_dataloader": {"batch_size": 8, "num_workers": 1}}',
    "yaml": "- train_dataloader:\n    batch_size: 8\n    num_workers: 1\n",
    "shell": "\npython train.py --batch_size 8 --num_workers 1\n",
    "text": "\nTrain with --num_workers 1.\n",
}

_MENTION: dict[Language, str] = {
    "python": "\n# How many num_workers a loader should have depends on the machine.\n",
    "json": '  {"question": "How large is num_workers?", "answer": "The loader asks for num_workers processes."}',
    "yaml": "- question: How large should num_workers be?  # as asked before\n",
    "shell": "\n# The loader asks for num_workers processes.\n",
    "text": "\nThe loader asks for num_workers processes.\n",
}
