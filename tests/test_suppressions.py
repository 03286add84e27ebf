"""Comments that silence a finding, and those that do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from worker_lint.check import judge, open_source
from worker_lint.locate import locate
from worker_lint.locate.vocabulary import vocabulary
from worker_lint.policy import Policy
from worker_lint.settings import Settings


def codes(text, name="a.py"):
    found = open_source(Path(name), "json" if "json" in name else "python", text.encode(), vocabulary())
    policy = Policy(Settings(mode="training", policy="exact"))
    return [finding.code for _, finding in judge(locate(found, vocabulary()), policy)]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("num_workers = 2  # worker-lint: ignore", id="every rule"),
        pytest.param("num_workers = 2  # worker-lint: ignore[WL201]", id="this rule"),
        pytest.param("num_workers = 2  # worker-lint: ignore[WL2]", id="a family of rules"),
        pytest.param("num_workers = 2  # worker-lint: ignore[WL101, WL201] slow disk", id="two rules and a reason"),
        pytest.param("num_workers = 2  # noqa # worker-lint:ignore", id="behind another comment"),
        pytest.param("num_workers = 2  # worker-lint: keep", id="a deliberate count"),
        pytest.param("# worker-lint: ignore[WL201] slow disk\nnum_workers = 2", id="the line above"),
        pytest.param("    # worker-lint: keep\nnum_workers = 2", id="the line above, indented"),
        pytest.param("# worker-lint: ignore-file\n\n\nnum_workers = 2", id="the file"),
        pytest.param("num_workers = 2\n# worker-lint: ignore-file[WL201]", id="the file, from its end"),
        pytest.param("x = 1\r# worker-lint: keep\rnum_workers = 2", id="carriage returns alone"),
    ],
)
def test_silenced(text):
    assert codes(text) == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("num_workers = 2  # worker-lint", id="no directive"),
        pytest.param("num_workers = 2  # worker-lint: ignored", id="another word"),
        pytest.param("num_workers = 2  # worker-lint: ignore-files", id="another word for the file"),
        pytest.param("num_workers = 2  # worker-lint: keeper", id="another word for keep"),
        pytest.param("num_workers = 2  # worker-lint: ignore[WL101]", id="another rule"),
        pytest.param("num_workers = 2  # worker-lint: ignore[]", id="no rule"),
        pytest.param("num_workers = 2\n# worker-lint: ignore", id="the line below"),
        pytest.param("# worker-lint: ignore\n\nnum_workers = 2", id="two lines above"),
        pytest.param("x = 1  # worker-lint: ignore\nnum_workers = 2", id="the end of a line of code above"),
        pytest.param("# worker-lint: ignore-file[WL101]\nnum_workers = 2", id="another rule for the file"),
        pytest.param("num_workers = 2  # Worker-Lint: IGNORE", id="capitals"),
    ],
)
def test_not_silenced(text):
    assert codes(text) == ["WL201"]


def test_a_deliberate_count_may_still_not_crash():
    text = "from torch.utils.data import DataLoader\nDataLoader(d, num_workers=0, persistent_workers=True)  # worker-lint: keep"
    assert codes(text) == ["WL401"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{\n"num_workers": 2 // worker-lint: keep\n}', []),
        ('{\n// worker-lint: ignore[WL201] slow disk\n"num_workers": 2\n}', []),
        ('{\n"num_workers": 2\n}\n// worker-lint: ignore-file', []),
        ('{\n"num_workers": 2\n}', ["WL201"]),
    ],
)
def test_in_json_with_comments(text, expected):
    assert codes(text, "a.jsonc") == expected


def test_of_two_findings_in_a_line_one_can_be_silenced():
    text = '{"num_workers": 2, "x": {"num_workers": -1}} // worker-lint: ignore[WL101]'
    assert codes(text, "a.json") == ["WL201"]


def test_every_file_directive_counts():
    text = "# worker-lint: ignore-file[WL101]\n# worker-lint: ignore-file[WL201]\nnum_workers = 2"
    assert codes(text) == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("'''\n# worker-lint: ignore-file\n'''\nnum_workers = 2\n", id="in a docstring"),
        pytest.param("x = '# worker-lint: keep'; num_workers = 2\n", id="in a string of the line"),
    ],
)
def test_what_is_quoted_is_no_comment(text):
    assert codes(text) == ["WL201"]
