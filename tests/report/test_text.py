from __future__ import annotations

from pathlib import Path

import pytest

from worker_lint.dataclass import replace
from worker_lint.finding import Related, Severity
from worker_lint.source import Position


def frame(rendered, report, **more):
    """The lines of code and the marks below them."""
    lines = rendered(report, "text", **more).splitlines()
    return [line for line in lines if " | " in line]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        pytest.param("num_workers = 2", ["1 | num_workers = 2", "  |               ^"], id="a digit"),
        pytest.param("num_workers = 0x20", ["1 | num_workers = 0x20", "  |               ^^^^"], id="a longer number"),
        pytest.param("\tnum_workers = 2", ["1 | \tnum_workers = 2", "  | \t              ^"], id="a tab"),
        pytest.param("s='数'; num_workers = 2", ["1 | s='数'; num_workers = 2", "  |                       ^"], id="wide"),
        pytest.param("s='e\u0301'; num_workers = 2", ["1 | s='e\u0301'; num_workers = 2", "  |                      ^"], id="marks"),
        pytest.param(
            "s='\x1b[2J'; num_workers = 2",
            ["1 | s='\ufffd[2J'; num_workers = 2", "  |                         ^"],
            id="what steers a terminal",
        ),
    ],
)  # fmt: skip
def test_the_mark_stands_below_the_value(report, rendered, code, expected):
    assert frame(rendered, report({"a.py": code})) == expected


def test_a_long_line_is_cut_around_the_value(report, rendered):
    code = "x = '" + "a" * 300 + "'; num_workers = 2; y = '" + "b" * 300 + "'"
    line, mark = frame(rendered, report({"a.py": code}))
    assert line.startswith("1 | …aaa")
    assert line.endswith("bbb…")
    assert len(line) == 4 + 102
    assert line[mark.index("^")] == "2"


def test_a_value_over_several_lines_is_marked_to_the_end_of_the_first(report, rendered):
    code = "from torch.utils.data import DataLoader\nDataLoader(d, num_workers=(n /\n  2))"
    line, mark = frame(rendered, report({"a.py": code}))
    assert line == "2 | DataLoader(d, num_workers=(n /"
    assert mark.strip("| ") == "^^^"


def test_the_gutter_is_as_wide_as_the_number(report, rendered):
    lines = rendered(report({"a.py": "\n" * 99 + "num_workers = 2"}), "text").splitlines()
    assert lines[1:4] == ["    |", "100 | num_workers = 2", "    |               ^"]


def test_related_places_are_notes_below_the_help(report, rendered):
    found = report({"a.py": "num_workers = 2"})
    ((source, finding),) = found.findings
    related = (Related(Path("b.py"), Position(3, 4), "here"), Related(Path("c\x1b.py"), Position(5, 6), "there"))
    found.findings = [(source, replace(finding, severity=Severity.INFO, related=related))]
    lines = rendered(found, "text").splitlines()
    assert lines[0].startswith("a.py:1:15: WL201 info: ")
    assert lines[4:7] == ["  = help: write 8 [--fix]", "  = note: b.py:3:4: here", "  = note: c\ufffd.py:5:6: there"]
    assert "1 finding (1 note)" in lines[-1]


def test_one_line_each_without_frames(report, rendered):
    assert rendered(report({"a.py": "num_workers = 2\nnum_workers = 4"}), "concise") == (
        "a.py:1:15: WL201 warning: num_workers is 2, but must be 8: mode training asks for 8\n"
        "a.py:2:15: WL201 warning: num_workers is 4, but must be 8: mode training asks for 8\n"
        "2 findings (2 warnings); 1 file checked; --fix would mend all\n"
    )


def test_colours_are_only_decoration(report, rendered):
    import re

    found = report({"a.py": "num_workers = 2", "a.json": '{"num_workers": -2}'})
    coloured = rendered(found, "text", color=True)
    assert "\x1b[33mwarning\x1b[0m" in coloured
    assert "\x1b[31merror\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == rendered(found, "text")


def test_the_name_of_a_file_steers_no_terminal(report, rendered):
    assert "\x1b" not in rendered(report({"a\x1b[2J\n.py": "num_workers = 2"}), "text")


@pytest.mark.parametrize(
    ("files", "more", "expected"),
    [
        pytest.param({}, {}, "no findings; 0 files checked", id="nothing"),
        pytest.param({"a.py": "x"}, {}, "no findings; 1 file checked", id="no findings"),
        pytest.param(
            {"a.py": "num_workers = 2"}, {}, "1 finding (1 warning); 1 file checked; --fix would mend it", id="one"
        ),
        pytest.param(
            {"a.py": "num_workers = 2", "a.json": '{"num_workers": -2, "x": {"num_workers": "auto"}}'},
            {},
            "3 findings (2 errors, 1 warning); 2 files checked; --fix would mend 2",
            id="several",
        ),
        pytest.param(
            {"a.py": "x"},
            {"fixed": 1200, "files_fixed": 1},
            "1,200 findings fixed in 1 file; 1 file checked",
            id="fixed",
        ),
        pytest.param(
            {"a.json": '{"num_workers": "auto"}'},
            {"fixed": 1, "files_fixed": 1, "dry": True, "errors": ["b.py: is lost"]},
            "1 finding would be fixed in 1 file; 1 finding left (1 error); 1 failure; 1 file checked",
            id="a diff",
        ),
    ],
)
def test_the_last_line(report, rendered, files, more, expected):
    assert rendered(report(files, **more), "text").splitlines()[-1] == expected
