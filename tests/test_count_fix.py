"""The fixes of counts, whichever rule offers them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from worker_lint import count_fix
from worker_lint.count_fix import CountFixes
from worker_lint.locate import locate
from worker_lint.locate.vocabulary import vocabulary
from worker_lint.policy import Policy
from worker_lint.settings import Settings
from worker_lint.site import Document
from worker_lint.source import Source

DEBUG = Settings(mode="debug", policy="exact")
TORCH = "from torch.utils.data import DataLoader\n"


def located(text: str) -> Document:
    (document,) = locate(Source.decode(Path("train.py"), "python", text.encode()), vocabulary())
    return document


def fixed(document: Document) -> list[str | None]:
    """The code of the document with the fix of each of its literal counts; None where that has none."""
    fixes = CountFixes(document, Policy(DEBUG))
    results: list[str | None] = []
    for site in document.sites:
        fix, code = fixes.at(site), document.source.code
        for edit in reversed(fix.edits if fix is not None else ()):
            code = code[: edit.start] + edit.text.encode() + code[edit.end :]
        if site.value.literal:
            results.append(None if fix is None else code.decode())
    return results


def test_each_count_guards_the_loaders_that_it_may_reach():
    text = (
        f"{TORCH}def one(d, n):\n    num_workers = 4\n    other = 2\n"
        "    return DataLoader(d, num_workers=num_workers, persistent_workers=True)\n"
        "def two(d, cfg):\n    return DataLoader(d, num_workers=cfg.n, prefetch_factor=4)\n"
        "config = {'num_workers': 8}\n"
    )
    any_count = "prefetch_factor=4 if cfg.n > 0 else None"
    first, second = fixed(located(text))
    assert first == text.replace("num_workers = 4", "num_workers = 0").replace(
        "persistent_workers=True", "persistent_workers=num_workers > 0"
    ).replace("prefetch_factor=4", any_count)
    assert second == text.replace("'num_workers': 8", "'num_workers': 0").replace("prefetch_factor=4", any_count)


def test_an_option_without_a_count_blocks_every_count_that_may_reach_it():
    text = f"{TORCH}loader = DataLoader(d, num_workers=4)\nconfig = {{'num_workers': 8}}\nextra = {{'prefetch_factor': 2}}\n"
    assert fixed(located(text)) == [text.replace("=4", "=0"), None]


@pytest.mark.parametrize("number", [1, 40])
def test_the_file_is_searched_once_however_many_counts_it_has(monkeypatch, number):
    searched: Counter[str] = Counter()

    class Counting:
        def __init__(self, name):
            self._name, self._pattern = name, getattr(count_fix, name)

        def __getattr__(self, method):
            searched[self._name] += 1
            return getattr(self._pattern, method)

    text = "from torchdata.stateful_dataloader import StatefulDataLoader\n"
    text += "".join(f"config_{n} = {{'num_workers': 4, 'persistent_workers': True}}\n" for n in range(number))
    text += "".join(f"l{n} = StatefulDataLoader(d, num_workers=4)\nl{n}.state_dict()\n" for n in range(number))
    document = located(text)
    for name in ("_STATE", "_OPTION_ON"):
        monkeypatch.setattr(count_fix, name, Counting(name))
    watched: Counter[str] = Counter()
    whole = count_fix.is_watched
    monkeypatch.setattr(count_fix, "is_watched", lambda group: watched.update(["groups"]) or whole(group))
    assert None not in fixed(document)
    assert searched == {"_STATE": 1, "_OPTION_ON": 1}
    assert watched["groups"] <= len(document.groups)
