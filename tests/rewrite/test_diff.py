"""Diffs of long texts: those that ``difflib`` would take too long for."""

from __future__ import annotations

import subprocess
from pathlib import Path
from random import Random

import pytest

from worker_lint.rewrite import diff as module
from worker_lint.rewrite.diff import file_diff


def changed(lines: list[bytes], rng: Random) -> list[bytes]:
    """Return ``lines`` with some of them replaced, taken out and put in, as fixes do."""
    after: list[bytes] = []
    for line in lines:
        lot = rng.random()
        if lot < 0.02:
            after += [b"num_workers = 16\n"] * rng.randint(0, 3)
        elif lot < 0.03:
            after += [b"# new\n", line]
        else:
            after.append(line)
    return after


@pytest.mark.parametrize("seed", range(10))
def test_the_diff_of_a_long_text_makes_the_one_from_the_other(seed: int, tmp_path: Path) -> None:
    rng = Random(seed)  # noqa: S311 - the same each time is what is wanted
    lines = [rng.choice([b"num_workers = 4\n", b"\n", b"a\n", b"def f(): pass\n"]) for _ in range(6_000)]
    before, after = b"".join(lines), b"".join(changed(lines, rng)) + b"the end" * (seed % 2)
    path = tmp_path / "x.py"
    path.write_bytes(before)
    patch = file_diff(Path("x.py"), before, after)
    subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=patch, check=True)
    assert path.read_bytes() == after


@pytest.mark.parametrize(
    "after",
    [
        pytest.param("a\nb\nC\nd\ne\nf\ng\nh\ni\nj\n", id="one line"),
        pytest.param("a\nb\nc\nd\nnew\ne\nf\ng\nh\ni\nj\n", id="one more"),
        pytest.param("a\nb\nc\ne\nf\ng\nh\ni\nj\n", id="one less"),
        pytest.param("a\nb\nc\nd\ne\nf\ng\nh\ni\nJ", id="the last, without its end"),
        pytest.param("A\nb\nc\nd\ne\nf\ng\nh\ni\nJ\n", id="the first and the last"),
        pytest.param("", id="all"),
    ],
)
def test_it_has_the_form_that_a_short_one_has(after: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = b"a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n"
    short = file_diff(Path("x.py"), before, after.encode())
    monkeypatch.setattr(module, "_MANY", 0)
    assert file_diff(Path("x.py"), before, after.encode()) == short
