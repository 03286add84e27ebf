"""What is made up is the same each time, and is the mixture that it is said to be."""

from __future__ import annotations

import ast
import json
from typing import TYPE_CHECKING

import pytest
import yaml

from bench.synthetic import SHARES, SUFFIXES, WITH_COUNT, WITH_WORD, Language, text, write_tree
from worker_lint.cli import main
from worker_lint.locate.vocabulary import vocabulary

if TYPE_CHECKING:
    from pathlib import Path

READ: list[Language] = ["python", "json", "yaml", "shell"]


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file below ``folder``, by its path."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_tree_is_the_same_each_time_and_another_with_another_seed(tmp_path: Path) -> None:
    for name, seed in (("one", 7), ("two", 7), ("three", 8)):
        write_tree(tmp_path / name, 60, seed)
    assert contents(tmp_path / "one") == contents(tmp_path / "two") != contents(tmp_path / "three")
    assert len(contents(tmp_path / "one")) == 60


def test_a_file_is_known_by_its_seed_on_every_python() -> None:
    assert text("text", 100, 1).splitlines()[2] == (
        "The target_score of a stride_target is 212 times that of the channel_mask, and its patch_sample changes by 0.1894"
    )


def test_a_tree_is_mixed_as_it_says(tmp_path: Path) -> None:
    write_tree(tmp_path, 2_000, 1)
    files = contents(tmp_path)
    words = vocabulary()
    concerned = sum(words.concerns(data) for data in files.values()) / len(files)
    assert concerned == pytest.approx(WITH_COUNT + WITH_WORD, abs=0.02)
    for language, share in SHARES.items():
        found = sum(name.endswith(f".{SUFFIXES[language]}") for name in files) / len(files)
        assert found == pytest.approx(share, abs=0.03)


@pytest.mark.parametrize("language", SUFFIXES)
@pytest.mark.parametrize("size", [300, 5_000, 200_000])
def test_a_file_is_as_large_as_asked_for(language: Language, size: int) -> None:
    assert size <= len(text(language, size, 3, counts=True)) < size + 1_500


@pytest.mark.parametrize("options", [{}, {"counts": True}, {"mentions": True}], ids=["plain", "counts", "mentions"])
def test_what_is_made_up_is_code(options: dict[str, bool]) -> None:
    ast.parse(text("python", 20_000, 1, **options))
    json.loads(text("json", 20_000, 1, **options))
    assert isinstance(yaml.safe_load(text("yaml", 20_000, 1, **options)), list)


@pytest.mark.parametrize("language", READ)
@pytest.mark.parametrize(("options", "sites"), [({}, 0), ({"counts": True}, 4), ({"mentions": True}, 0)])
def test_counts_are_found_and_no_rule_objects(
    language: Language, options: dict[str, bool], sites: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / f"made.{SUFFIXES[language]}"
    path.write_text(text(language, 200_000, 1, **options), encoding="utf-8")
    assert main(["sites", "--isolated", "--output-format=json", str(path)]) == 0
    assert len(json.loads(capsys.readouterr().out)["sites"]) == sites
    assert main(["check", "--isolated", "--profile=none", str(path)]) == 0
