"""Programs are measured with all that they start, and one that failed is never a fast one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from bench.child import Contender, OverdueError, peak, timed
from bench.errors import BenchError
from bench.rounds import interleaved

if TYPE_CHECKING:
    from pathlib import Path

_ENOUGH = 60.0
_WORK = "import time\nwhile time.process_time() < 0.2: pass\n"
_WORK_BELOW = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {_WORK!r}], check=True)\n"


def python(folder: Path, code: str, name: str = "python", **options: object) -> Contender:
    """Return a run of ``code``."""
    return Contender(name, (sys.executable, "-c", code), folder, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("code", [_WORK, _WORK_BELOW], ids=["itself", "what it starts"])
def test_the_work_of_a_program_and_of_what_it_starts_is_counted(tmp_path: Path, code: str) -> None:
    times = timed(python(tmp_path, code), _ENOUGH)
    assert times.cpu >= 0.2  # by the program's own clock
    assert times.wall >= 0.2  # one thread cannot work in less


def test_memory_of_what_a_program_starts_is_counted(tmp_path: Path) -> None:
    held = "data = bytearray(200_000_000)\nimport time\ntime.sleep(0.2)\n"
    below = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {held!r}], check=True)\n"
    assert peak(python(tmp_path, below), _ENOUGH) > 200_000_000
    assert peak(python(tmp_path, "pass"), _ENOUGH) < 200_000_000


@pytest.mark.parametrize("measure", [timed, peak])
@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import sys; sys.exit('no such rule')", "exit status 1: no such rule"),
        ("pass", "did not print 'files checked'"),
    ],
    ids=["failed", "did nothing"],
)
def test_a_program_that_did_not_do_its_work_is_an_error(
    tmp_path: Path, measure: object, code: str, message: str
) -> None:
    with pytest.raises(BenchError, match=message):
        measure(python(tmp_path, code, says="files checked"), _ENOUGH)  # type: ignore[operator]


def test_a_program_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="No such file"):
        timed(Contender("gone", (str(tmp_path / "gone"),), tmp_path), _ENOUGH)


@pytest.mark.parametrize("measure", [timed, peak])
def test_a_program_that_takes_too_long_is_ended_with_what_it_started(tmp_path: Path, measure: object) -> None:
    below = "open('begun', 'w').close(); import time; time.sleep(600)"
    code = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {below!r}])"
    with pytest.raises(OverdueError):
        measure(python(tmp_path, code), 0.5)  # type: ignore[operator]


def test_rounds_take_turns_and_begin_with_another_each_time(tmp_path: Path) -> None:
    ran: list[str] = []
    contenders = [python(tmp_path, "pass", name, prepare=lambda name=name: ran.append(name)) for name in "abc"]
    runs = interleaved(contenders, 3, _ENOUGH, memory=False)
    assert "".join(ran) == "abc" + "abc" + "bca" + "cab"
    assert [(each.name, len(each.wall), len(each.cpu), each.peak) for each in runs] == [
        ("a", 3, 3, None), ("b", 3, 3, None), ("c", 3, 3, None),
    ]  # fmt: skip


def test_a_single_round_is_all_that_is_run(tmp_path: Path) -> None:
    ran: list[str] = []
    interleaved([python(tmp_path, "pass", prepare=lambda: ran.append("once"))], 1, _ENOUGH, memory=False)
    assert ran == ["once"]


def test_what_takes_too_long_is_not_run_again(tmp_path: Path) -> None:
    ran: list[str] = []
    slow = python(tmp_path, "import time; time.sleep(600)", "slow", prepare=lambda: ran.append("slow"))
    runs = interleaved([slow, python(tmp_path, "pass", "quick")], 2, 0.7, memory=True)
    assert ran == ["slow"]
    assert (runs[0].overdue, runs[0].wall, runs[0].peak) == (0.7, [], None)
    assert len(runs[1].wall) == 2
    assert (runs[1].peak or 0) > 0
