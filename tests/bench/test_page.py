"""Tables and pages say what was measured, and of which machine; results survive being kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bench import page, results
from bench.catalogue import SECTIONS, benchmarks
from bench.errors import BenchError
from bench.peers import PEERS
from bench.programs import pins
from bench.results import Result, Session
from bench.rounds import Runs

ROOT = Path(__file__).parents[2]


def session(date: str = "2026-01-02", **machine: Any) -> Session:
    """Return a run of the bench."""
    told = {"processor": "Z80", "cpus": 2, "memory": 2**30, "system": "Linux 6.1", "python": "3.11.7", **machine}
    return Session(date, "python bench/run.py", told, {"worker-lint": "abc1234", "ruff": "0.1"})


def result(
    name: str = "tree/mmdet", at: Session | None = None, load: float = 0.0, runs: list[Runs] | None = None
) -> Result:
    """Return a result with two programs."""
    both = [
        Runs("worker-lint", [0.5, 0.7, 0.6], [0.4, 0.4, 0.4], 2**24),
        Runs("ruff", [0.25, 0.35, 0.2], [0.2, 0.2, 0.2]),
    ]
    return Result(name, "a tree", "ruff", "", 0, at or session(), load, both if runs is None else runs)


def test_a_table_has_medians_extremes_memory_and_ratios() -> None:
    assert page.table([result()]) == (
        "|  | program | wall | CPU | memory | wall, ratio | CPU, ratio |\n"
        "| --- | --- | --- | --- | --- | --- | --- |\n"
        "| a tree | worker-lint | 600 ms (500 ms to 700 ms) | 400 ms (400 ms to 400 ms) | 16.0 MiB | 2.00 | 2.00 |\n"
        "|  | ruff | 250 ms (200 ms to 350 ms) | 200 ms (200 ms to 200 ms) |  | 1.00 | 1.00 |\n"
    )


def test_what_did_not_end_says_so_and_nothing_is_compared_with_it() -> None:
    table = page.table([result(runs=[Runs("worker-lint", [1.0], [1.0]), Runs("ruff", overdue=900.0)])])
    assert "| a tree | worker-lint | 1.00 s | 1.00 s |  |  |\n" in table
    assert "|  | ruff | more than 900 s |  |  |  |\n" in table


def test_a_reference_that_did_not_run_leaves_the_ratios_empty() -> None:
    assert "| 1.00 s | 1.00 s |  |  |" in page.table([result(runs=[Runs("worker-lint", [1.0], [1.0])])])


def test_a_busy_machine_is_told_in_the_row_and_below() -> None:
    text = page.figures([result(load=1.2)], {})
    assert "| a tree (busy machine) |" in text
    assert "other programs kept 1.20 to 1.20 CPUs busy meanwhile: too many" in text
    assert "busy machine" not in page.figures([result(load=0.02)], {})


def test_results_of_several_runs_say_which_one_they_are_of() -> None:
    text = page.figures([result(), result("tree/nemo", session("2026-02-03")), result("fix/hundred")], {})
    assert text.count("| a tree [1] |") == 2
    assert text.count("| a tree [2] |") == 1
    assert "\n1. 2026-01-02, `python bench/run.py`: Z80, 2 CPUs, 1,024 MiB, Linux 6.1, Python 3.11.7;" in text
    assert "\n2. 2026-02-03, " in text
    assert text.endswith("worker-lint abc1234, ruff 0.1.\n")


def test_sections_stand_in_their_order_with_their_pictures() -> None:
    text = page.figures([result("fix/hundred"), result()], {"tree": "trees.svg"})
    assert text.index("## Whole trees\n") < text.index("](trees.svg)") < text.index("## Fixing\n")


def test_only_what_is_between_the_markers_is_written() -> None:
    text = f"before\n{page.START}\nold\n{page.END}\nbehind\n"
    once = page.between(text, page.START, page.END, "new \\1\n")
    assert once == f"before\n{page.START}\n\nnew \\1\n\n{page.END}\nbehind\n"
    assert page.between(once, page.START, page.END, "new \\1\n") == once
    assert page.between(once, page.START, page.END, "") == f"before\n{page.START}\n{page.END}\nbehind\n"


@pytest.mark.parametrize("text", ["", f"{page.START}", f"{page.END} {page.START}", f"{page.START * 2} {page.END}"])
def test_a_page_without_its_markers_is_not_written(text: str) -> None:
    with pytest.raises(BenchError, match="the page has no"):
        page.between(text, page.START, page.END, "new")


def test_results_are_read_as_they_were_kept(tmp_path: Path) -> None:
    kept = [result(), result("fix/hundred", runs=[Runs("worker-lint", overdue=3.0)])]
    results.save(tmp_path / "results.json", kept)
    assert results.load(tmp_path / "results.json") == kept
    assert results.load(tmp_path / "none.json") == []


@pytest.mark.parametrize("text", ["", "[1]", '[{"name": "x"}]'])
def test_a_file_that_holds_no_results_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "results.json").write_text(text, encoding="utf-8")
    with pytest.raises(BenchError, match="holds no results"):
        results.load(tmp_path / "results.json")


def test_what_was_not_measured_again_keeps_its_figures() -> None:
    old = [result("b"), result("gone"), result("a")]
    new = [result("b", session("2026-02-03")), result("c")]
    merged = results.merged(old, new, ["a", "b", "c"])
    assert [(each.name, each.session.date) for each in merged] == [
        ("a", "2026-01-02"), ("b", "2026-02-03"), ("c", "2026-01-02"),
    ]  # fmt: skip


def test_every_benchmark_has_a_section_and_a_name_of_its_own() -> None:
    named = [each.name for each in benchmarks()]
    assert len(set(named)) == len(named)
    assert {each.section for each in benchmarks()} == set(SECTIONS)


def test_every_peer_is_pinned() -> None:
    assert {peer.package for peer in PEERS} == set(pins())


def test_the_page_is_fresh() -> None:
    from bench.pictures import NAMES, pictures
    from bench.run import DOCS, KEPT

    kept = results.load(KEPT)
    drawn = pictures(kept)
    text = (DOCS / "performance.md").read_text(encoding="utf-8")
    assert page.written(text, kept, {key: NAMES[key] for key in drawn}) == text, "run python bench/run.py --render"
    assert {path.name for path in DOCS.glob("performance-*.svg")} == {NAMES[key] for key in drawn}
    for key, picture in drawn.items():
        assert (DOCS / NAMES[key]).read_text(encoding="utf-8") == picture
