from __future__ import annotations

import pytest

from worker_lint.settings import Settings
from worker_lint.start_methods import Afresh, declared, reach


@pytest.mark.parametrize(
    ("specifier", "expected"),
    [
        (None, "open"),
        (">=3.10", "open"),
        (">=3.10,<4", "open"),
        (">3.8,!=3.9.1", "open"),
        (">=3.10,<3.14", "none"),
        ("==3.11.*", "none"),
        ("==3.12.4", "none"),
        ("~=3.13.1", "none"),
        ("<=3.13", "none"),
        (">=3.10,<3.15", "named"),
        (">=3.10,<=3.14.2", "named"),
        ("~=3.10", "open"),
        (">=3.14", "all"),
        ("==3.14.*", "all"),
        ("==3.14.2", "all"),
        ("three", "open"),
    ],
)
def test_what_a_specifier_says_of_python_3_14(specifier, expected):
    assert reach(specifier) == expected


@pytest.mark.parametrize(
    ("pythons", "platforms", "expected"),
    [
        (None, (), Afresh(certain=False, where="on Windows and macOS, and with Python 3.14 and later")),
        ("<3.14", (), Afresh(certain=False, where="on Windows and macOS")),
        (">=3.10", ("linux",), Afresh(certain=False, where="with Python 3.14 and later")),
        ("<3.14", ("linux",), None),
        ("<3.15", ("linux",), Afresh(certain=True, where="with Python 3.14 and later")),
        (">=3.14", (), Afresh(certain=True, where="with Python 3.14 and later")),
        ("<3.14", ("linux", "macos"), Afresh(certain=True, where="on macOS")),
        (None, ("macos", "windows"), Afresh(certain=True, where="on Windows and macOS")),
    ],
)
def test_where_workers_start_afresh(pythons, platforms, expected):
    assert declared(Settings(requires_python=pythons, platforms=platforms)) == expected
