"""What holds for every format."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from worker_lint import report as package
from worker_lint.report import FORMATS

ROOT = Path(__file__).parents[2]


def test_the_page_lists_every_format():
    page = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE) == list(FORMATS)


def test_every_module_that_renders_has_a_name():
    modules = {path.stem for path in Path(package.__file__).parent.glob("*.py") if "def render(" in path.read_text()}
    assert modules == set(FORMATS) - {"concise"}


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("errors", [[], ["x.py:1:2: byte 0xff is not utf-8", "no place"]], ids=["nothing", "errors"])
def test_there_is_a_report_without_findings(report, rendered, form, errors):
    text = rendered(report({}, errors=errors), form)
    assert text == "" or text.endswith("\n")
    assert all(error in text for error in errors)


@pytest.mark.parametrize("form", sorted(set(FORMATS) - {"text", "concise", "github"}))
def test_what_programs_read_is_ascii(hard, rendered, form):
    text = rendered(hard, form)
    assert text.isascii()
    assert "gone.py" in text
