"""What is measured: the benchmarks, and the sections of the page in which their figures stand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from bench import synthetic
from bench.trees import locked
from bench.workshop import OURS, Workshop

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bench.child import Contender

SEED = 20_261_122

SECTIONS = {
    "tree": ("Whole trees", "All files of a package, without a cache. Ratios are to ruff with one rule."),
    "warm": (
        "Whole trees, again",
        "Nothing has changed since the last run, whose answer worker-lint gives again, or one file has, which alone it "
        "judges anew. Ratios are to `rg -l num_workers`.",
    ),
    "hook": (
        "A few files",
        "What a commit waits for: five Python files of 9 kB, or one configuration of 4 kB. Ratios are to the bare "
        "start of the same interpreter.",
    ),
    "fix": (
        "Fixing",
        "100 Python files, each with a literal that the mode in force replaces, in a fresh copy for each round. "
        "Ratios are to the check of the same files.",
    ),
    "rules": (
        "What the rules cost",
        "`sites` only looks for the places that set a count, in one process; `check` also judges them, by all rules, "
        "here in one process, too.",
    ),
    "torchfix": (
        "TorchFix",
        "A linter for PyTorch that parses with libcst, with all its rules. One round, since it takes minutes.",
    ),
    "files": (
        "More and more files",
        "Made-up trees: 86 % of the files are Python, 5 % set a count, 3 % only speak of workers.",
    ),
    "size": (
        "Larger and larger files",
        "Single files that set one count every 64 kB, and a JSON file that speaks of workers in its texts alone.",
    ),
}
"""The heading of each section, in the order of the page, and what its table shows."""


@dataclass(frozen=True, slots=True)
class Benchmark:
    """Programs that do the same work, or as much of it as they can."""

    name: str
    """Its section, a stroke, and what is its own."""
    title: str
    rounds: int
    contenders: Callable[[Workshop], list[Contender]]
    """Makes what they run on, and returns them. Raises BenchError."""
    reference: str
    """The contender that the others are compared with."""
    memory: bool = False
    series: str = ""
    """The line that it is a point of, in the picture of its section; empty where each program has its own."""
    amount: int = 0
    """The files or bytes of that point; 0 where nothing grows."""
    needs: str | None = None
    """What else has to be there: ``cache`` or ``torchfix``."""

    @property
    def section(self) -> str:
        """The key of its section."""
        return self.name.partition("/")[0]


def benchmarks() -> list[Benchmark]:
    """Return all of them, in the order of the page."""
    return [*_trees(), *_warm(), *_hooks(), _fix(), *_rules(), _torchfix(), *_files(), *_sizes()]


def _trees() -> list[Benchmark]:
    def contenders(name: str, shop: Workshop) -> list[Contender]:
        tree = shop.tree(name)
        return [*shop.check(tree, "."), *shop.peers_on(tree)]

    return [
        Benchmark(
            f"tree/{name}", f"{package.name} {package.version}: {package.title}", 7,
            partial(contenders, name), "ruff", memory=True,
        )
        for name, package in locked().items()
    ]  # fmt: skip


def _warm() -> list[Benchmark]:
    def contenders(name: str, shop: Workshop) -> list[Contender]:
        tree = shop.tree(name)
        return [shop.warm(tree), shop.edited(tree), *shop.peers_on(tree, "ripgrep")]

    return [
        Benchmark(
            f"warm/{name}", f"{package.name} {package.version}", 15,
            partial(contenders, name), "ripgrep", needs="cache",
        )
        for name, package in locked().items()
    ]  # fmt: skip


def _hooks() -> list[Benchmark]:
    def contenders(write: Callable[[Path], object], name: str, live: bool, shop: Workshop) -> list[Contender]:
        folder = shop.made(name, write)
        files = sorted(path.name for path in folder.glob("[!.]*"))
        ours = [shop.live(OURS, folder, *files)] if live else shop.check(folder, *files)
        # A hook with something to say would be measured at saying it.
        return [*(replace(each, statuses=frozenset({0})) for each in ours), shop.bare(folder)]

    def modules(folder: Path, with_count: int) -> None:
        for number in range(5):
            written = synthetic.text("python", 9_000, SEED + number, counts=number < with_count)
            (folder / f"module_{number}.py").write_text(written, encoding="utf-8")

    def config(folder: Path) -> None:
        (folder / "config.json").write_text(synthetic.text("json", 4_000, SEED, counts=True), encoding="utf-8")

    some, none = partial(modules, with_count=1), partial(modules, with_count=0)
    rows = (
        ("none", "five Python files that do not speak of workers", none, "five-without", False),
        ("site", "five Python files, one of which sets a count", some, "five-with-one", False),
        ("json", "one JSON configuration that sets a count", config, "one-config", False),
        ("live", "as the second row, by the limits of this machine", some, "five-with-one", True),
    )
    return [
        Benchmark(f"hook/{name}", title, 40, partial(contenders, write, folder, live), "python -c pass")
        for name, title, write, folder, live in rows
    ]


def _fix() -> Benchmark:
    def write(folder: Path) -> None:
        for number in range(100):
            written = synthetic.text("python", 9_000, SEED + number, counts=True)
            (folder / f"module_{number}.py").write_text(written, encoding="utf-8")

    def contenders(shop: Workshop) -> list[Contender]:
        folder, refresh = shop.scratch(shop.made("hundred-with-one", write))
        judge = ("--mode=training", "--output-format=concise", ".")
        return [
            shop.check_as(f"{OURS} --fix", folder, "--fix", *judge, prepare=refresh),
            shop.check_as(OURS, folder, *judge, prepare=refresh),
        ]

    return Benchmark("fix/hundred", "one literal in each of 100 files", 7, contenders, OURS, memory=True)


def _rules() -> list[Benchmark]:
    def contenders(name: str, shop: Workshop) -> list[Contender]:
        tree = shop.tree(name)
        return [shop.check_as(OURS, tree, "--select=WL", "--jobs=1", "."), shop.sites(tree)]

    return [
        Benchmark(f"rules/{name}", f"{package.name} {package.version}", 7, partial(contenders, name), f"{OURS} sites")
        for name, package in locked().items()
    ]


def _torchfix() -> Benchmark:
    package = locked()["nemo"]

    def contenders(shop: Workshop) -> list[Contender]:
        tree = shop.tree("nemo")
        return [*shop.check(tree, "."), *shop.peers_on(tree, "torchfix")]

    title = f"{package.name} {package.version}: {package.title}"
    return Benchmark("torchfix/nemo", title, 1, contenders, OURS, needs="torchfix")


def _files() -> list[Benchmark]:
    def write(files: int, folder: Path) -> None:
        synthetic.write_tree(folder, files, SEED)

    def contenders(files: int, shop: Workshop) -> list[Contender]:
        tree = shop.made(f"tree-{files}", partial(write, files))
        return [*shop.check(tree, "."), *shop.peers_on(tree, "ruff", "ripgrep")]

    return [
        Benchmark(
            f"files/{number}", f"{number:,} files", rounds,
            partial(contenders, number), "ruff", memory=True, amount=number,
        )
        for number, rounds in ((1_000, 7), (10_000, 5), (100_000, 3))
    ]  # fmt: skip


def _sizes() -> list[Benchmark]:
    def write(language: synthetic.Language, size: int, counts: bool, folder: Path) -> None:
        written = synthetic.text(language, size, SEED, counts=counts, mentions=not counts)
        (folder / f"file.{synthetic.SUFFIXES[language]}").write_text(written, encoding="utf-8")

    def contenders(language: synthetic.Language, size: int, counts: bool, shop: Workshop) -> list[Contender]:
        kind = "" if counts else "-of-texts"
        folder = shop.made(f"{language}{kind}-{size}", partial(write, language, size, counts))
        return [*shop.check(folder, f"file.{synthetic.SUFFIXES[language]}"), *shop.peers_on(folder, "ripgrep")]

    found = []
    for language in _GROWN:
        for size, name, rounds in _SIZES:
            build = partial(contenders, language, size, True)
            series = _GROWN[language]
            found.append(
                Benchmark(
                    f"size/{language}-{name}", f"{series}, {name.replace('-', ' ')}", rounds,
                    build, OURS, memory=True, series=series, amount=size,
                )
            )  # fmt: skip
    texts = partial(contenders, "json", 50_000_000, False)
    found.append(
        Benchmark(
            "size/texts-50-MB", "JSON of texts, 50 MB", 3,
            texts, OURS, memory=True, series="JSON of texts", amount=50_000_000,
        )
    )  # fmt: skip
    return found


_GROWN: dict[synthetic.Language, str] = {"python": "Python", "json": "JSON", "yaml": "YAML"}
_SIZES = (
    (1_000, "1-kB", 15),
    (10_000, "10-kB", 15),
    (100_000, "100-kB", 15),
    (1_000_000, "1-MB", 7),
    (10_000_000, "10-MB", 3),
    (100_000_000, "100-MB", 1),
)
"""Bytes, how they are written, and the rounds for a file of them."""
