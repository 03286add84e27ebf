"""Comments that are written beside what is found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from worker_lint.judge import judge
from worker_lint.locate import locate
from worker_lint.locate.comments import tree
from worker_lint.locate.vocabulary import vocabulary
from worker_lint.opening import language_of, open_source, words_of
from worker_lint.policy import Policy
from worker_lint.rewrite.apply import apply_fixes
from worker_lint.rewrite.comments import differ_in_comments_alone
from worker_lint.rewrite.ignores import add_ignores
from worker_lint.settings import Settings

POLICY = Policy(Settings(mode="training", policy="exact", profile=("none",), markdown=True))
WORDS = words_of(POLICY.settings)


def opened(text, name):
    data = text.encode()
    source = open_source(Path(name), language_of(Path(name), data), data, vocabulary())
    assert source is not None
    return source


def codes(source):
    return [finding.code for _, finding in judge(locate(source, WORDS), POLICY)]


def ignored(text, name="a.py", reason=""):
    """The text with comments, and the codes of what is left."""
    source = opened(text, name)
    findings = judge(locate(source, WORDS), POLICY)
    after, left, number = add_ignores(source, findings, POLICY, reason)
    assert number >= len(findings) - len(left)
    assert [finding.code for _, finding in left] == codes(after)
    return after.code.decode(), codes(after)


LOADER = "from torch.utils.data import DataLoader\n"


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        pytest.param("a.py", "num_workers = 2\n", "num_workers = 2  # worker-lint: ignore[WL201]\n", id="Python"),
        pytest.param("a.py", "num_workers = 2", "num_workers = 2  # worker-lint: ignore[WL201]", id="no line break at the end"),
        pytest.param("a.py", "num_workers = 2   \r\n", "num_workers = 2     # worker-lint: ignore[WL201]\r\n".replace("     #", "   #"), id="blanks at the end of the line"),
        pytest.param("a.py", "num_workers = 2  # noqa\n", "num_workers = 2  # noqa  # worker-lint: ignore[WL201]\n", id="behind another comment"),
        pytest.param(
            "a.py",
            f"{LOADER}DataLoader(d, num_workers=0, persistent_workers=True)\n",
            f"{LOADER}DataLoader(d, num_workers=0, persistent_workers=True)  # worker-lint: ignore[WL201, WL401]\n",
            id="several in a line",
        ),
        pytest.param(
            "a.py",
            f"{LOADER}DataLoader(d, num_workers=0, persistent_workers=True)  # worker-lint: ignore[WL401] slow\n",
            f"{LOADER}DataLoader(d, num_workers=0, persistent_workers=True)  # worker-lint: ignore[WL401, WL201] slow\n",
            id="into a comment that is there",
        ),
        pytest.param(
            "a.py",
            f"{LOADER}DataLoader(d, num_workers=0, persistent_workers=True)  # worker-lint: keep\n",
            f"{LOADER}DataLoader(d, num_workers=0, persistent_workers=True)  # worker-lint: keep  # worker-lint: ignore[WL401]\n",
            id="beside keep",
        ),
        pytest.param("a.py", "num_workers = \\\n    2\n", "# worker-lint: ignore[WL201]\nnum_workers = \\\n    2\n", id="a backslash"),
        pytest.param("a.yaml", "a:\n  num_workers: 2\n", "a:\n  num_workers: 2  # worker-lint: ignore[WL201]\n", id="YAML"),
        pytest.param("a.toml", "num_workers = 2\n", "num_workers = 2  # worker-lint: ignore[WL201]\n", id="TOML"),
        pytest.param("a.jsonc", '{"num_workers": 2}\n', '{"num_workers": 2}  // worker-lint: ignore[WL201]\n', id="JSON with comments"),
        pytest.param("a.json", '{ // a\n"num_workers": 2}\n', '{ // a\n"num_workers": 2}  // worker-lint: ignore[WL201]\n', id="JSON that has some"),
        pytest.param("a.json5", "{\nnum_workers: 2,\n}\n", "{\nnum_workers: 2,  // worker-lint: ignore[WL201]\n}\n", id="JSON5"),
        pytest.param("a.jsonnet", "{\nnum_workers: 2,\n}\n", "{\nnum_workers: 2,  // worker-lint: ignore[WL201]\n}\n", id="Jsonnet"),
        pytest.param("a.sh", "python train.py --num_workers 2\n", "python train.py --num_workers 2  # worker-lint: ignore[WL201]\n", id="a shell"),
        pytest.param(
            "a.sh",
            "if true; then\n  python train.py \\\n    --num_workers 2 \\\n    --val_num_workers 3\nfi\n",
            "if true; then\n  # worker-lint: ignore[WL201]\n  python train.py \\\n    --num_workers 2 \\\n    --val_num_workers 3\nfi\n",
            id="a command of several lines, of which two are found",
        ),
        pytest.param(
            "a.sh",
            "# worker-lint: keep\npython train.py \\\n    --num_workers 2\n# worker-lint: ignore[WL204]\npython train.py \\\n    --num_workers 3\n",
            "# worker-lint: keep\npython train.py \\\n    --num_workers 2\n# worker-lint: ignore[WL204, WL201]\npython train.py \\\n    --num_workers 3\n",
            id="into a comment above",
        ),
        pytest.param(
            "Makefile",
            "NUM_WORKERS = 2\nt:\n\tpython train.py --num_workers $(NUM_WORKERS)\n\tpython train.py --num_workers 3\n",
            "# worker-lint: ignore[WL201]\nNUM_WORKERS = 2\nt:\n\tpython train.py --num_workers $(NUM_WORKERS)\n"
            "\tpython train.py --num_workers 3  # worker-lint: ignore[WL201]\n",
            id="a makefile, whose variables would take the blanks in front of a comment",
        ),
        pytest.param(
            "Makefile",
            "t:\n\tpython train.py \\\n\t  --num_workers 2\n",
            "t:\n# worker-lint: ignore[WL201]\n\tpython train.py \\\n\t  --num_workers 2\n",
            id="a command of several lines in a makefile",
        ),
        pytest.param(
            "Dockerfile",
            'FROM x\nENV NUM_WORKERS=2\nRUN python train.py \\\n --num_workers 3\nCMD ["python", "train.py", "--num_workers", "4"]\n',
            "FROM x\n# worker-lint: ignore[WL201]\nENV NUM_WORKERS=2\n# worker-lint: ignore[WL201]\nRUN python train.py \\\n"
            ' --num_workers 3\n# worker-lint: ignore[WL201]\nCMD ["python", "train.py", "--num_workers", "4"]\n',
            id="a Dockerfile, where comments have lines of their own",
        ),
        pytest.param(
            "a.yaml",
            "run: |\n  python train.py \\\n    --num_workers 2\n",
            "run: |\n  # worker-lint: ignore[WL201]\n  python train.py \\\n    --num_workers 2\n",
            id="a script in YAML",
        ),
        pytest.param(
            "a.md",
            "> ```python\n> num_workers = 2\n> ```\n",
            "> ```python\n> num_workers = 2  # worker-lint: ignore[WL201]\n> ```\n",
            id="a block of Markdown",
        ),
        pytest.param(
            "a.md",
            '```json\n{"num_workers": 2, // a\n"x": 1}\n```\n',
            '```json\n{"num_workers": 2, // a  // worker-lint: ignore[WL201]\n"x": 1}\n```\n',
            id="a block of JSON with comments in Markdown",
        ),
    ],
)  # fmt: skip
def test_a_comment_is_written_where_it_can_stand(name, before, after):
    assert ignored(before, name) == (after, [])


def test_a_reason_is_written_too():
    assert ignored("num_workers = 2\n", reason="the disk is slow") == (
        "num_workers = 2  # worker-lint: ignore[WL201] the disk is slow\n", []
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("a.json", '{\n"num_workers": 2\n}\n', id="plain JSON"),
        pytest.param("a.md", '```json\n{"num_workers": 2}\n```\n', id="plain JSON in Markdown"),
        pytest.param("a.ipynb", json.dumps({"cells": [{"cell_type": "code", "source": '%%writefile a.json\n{"num_workers": 2}'}]}), id="plain JSON in a notebook"),
        pytest.param("a.yaml", "run: >-\n  python train.py\n  --a b --num_workers 2\n  --x 3\n", id="a folded command"),
    ],
)  # fmt: skip
def test_where_none_can_stand_the_file_stays_as_it_is(name, text):
    found = codes(opened(text, name))
    assert ignored(text, name) == (text, found)


def test_one_place_without_a_way_does_not_keep_the_others_from_theirs():
    text = "num_workers: 2\nrun: >-\n  python train.py\n  --num_workers 3\n  --x 3\n"
    after, _ = ignored(text, "a.yaml")
    assert after == text.replace("num_workers: 2", "num_workers: 2  # worker-lint: ignore[WL201]")


def test_what_yields_to_what_is_suppressed_is_suppressed_as_well():
    # WL201 leaves the word to WL101 at the same count, until that is silent.
    after, left = ignored(f"{LOADER}DataLoader(d, num_workers=-1)\n")
    assert left == []
    assert "num_workers=-1)  # worker-lint: ignore[" in after


def test_what_is_said_about_comments_is_left():
    text = "num_workers = 8  # worker-lint: ignore[WL999]\n"
    assert ignored(text) == (text, ["WL001"])


def notebook(*cells):
    return json.dumps(
        {
            "cells": [{"cell_type": "code", "metadata": {}, "outputs": [], "source": cell} for cell in cells],
            "metadata": {}, "nbformat": 4, "nbformat_minor": 5,
        },
        indent=1,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["num_workers = 2"], ["num_workers = 2  # worker-lint: ignore[WL201]"]),
        ([["x = 'ü'\n", "num_workers = 2\n", "y = 1"]], [["x = 'ü'\n", "num_workers = 2  # worker-lint: ignore[WL201]\n", "y = 1"]]),
        (["!python train.py --num_workers 2"], ["!python train.py --num_workers 2  # worker-lint: ignore[WL201]"]),
        (["%%bash\npython train.py \\\n --num_workers 2"], ["%%bash\n# worker-lint: ignore[WL201]\npython train.py \\\n --num_workers 2"]),
    ],
)  # fmt: skip
def test_in_notebooks(before, after):
    text, left = ignored(notebook(*before), "a.ipynb")
    assert left == []
    assert json.loads(text) == json.loads(notebook(*after))


# Whatever stands around it

PYTHON = st.lists(
    st.sampled_from([
        "num_workers = 2", "num_workers = 8", "x = 1", "DataLoader(d, num_workers=-1)", "# a comment",
        "DataLoader(d, num_workers=0, persistent_workers=True)  # noqa: E501", "s = '# worker-lint: keep'",
        "s = '''\n# worker-lint: ignore-file\n'''; num_workers = 3", "num_workers = \\\n    4", "if x:\n    num_workers = 5",
        "DataLoader(\n    d,\n    num_workers='4',  # why\n    prefetch_factor=0,\n)", "# worker-lint: ignore[WL101]",
        "num_workers = 6  # worker-lint: ignore[WL402]", "# worker-lint: keep", "print 'x'", "",
    ]),
    max_size=8,
)  # fmt: skip
YAML = st.lists(
    st.sampled_from([
        "- num_workers: 2", "- num_workers: 8  # a", "- {num_workers: 3, batch_size: 1}", "- '# worker-lint: keep'", "# a",
        "- run: |\n    python train.py --num_workers 2", "- run: python train.py --num_workers 2",
        "- run: |\n    python train.py \\\n      --num_workers 2 \\\n      --val_num_workers 3", "- train:\n    num_workers: 4",
        "# worker-lint: ignore[WL101]", "- run: >-\n    python train.py\n    --num_workers 2\n    --x 1",
    ]),
    max_size=6,
)  # fmt: skip
SHELL = st.lists(
    st.sampled_from([
        "python train.py --num_workers 2", "python train.py \\\n  --num_workers 2 \\\n  --val_num_workers 3", "# a", "x=1",
        "NUM_WORKERS=4", "python train.py --num_workers $NUM_WORKERS", "echo '# worker-lint: keep'", "if true; then",
        "ARGS=(\n  --num_workers 2\n  --x 1\n)", "python train.py \"${ARGS[@]}\"", "fi", "# worker-lint: ignore[WL201]",
        "sbatch <<EOF\npython train.py --num_workers 2\nEOF",
    ]),
    max_size=6,
)  # fmt: skip
JSONC = st.lists(
    st.sampled_from([
        '{"num_workers": 2}', '{"num_workers": 8, // a\n "x": 1}', '{"x": "// worker-lint: keep"}', '/* a */ {"num_workers": 3}',
        '{"args": ["--num_workers",\n "2"], "command": "python train.py"}',
    ]),
    max_size=5,
)  # fmt: skip


def check_both_ways(text, name, *, everywhere=True):
    """Write comments: the code is the same, and silent where comments can stand ``everywhere``. Fix what is left."""
    source = opened(text, name)
    after, left, _ = add_ignores(source, judge(locate(source, WORDS), POLICY), POLICY, "a reason")
    assert differ_in_comments_alone(source, after, WORDS)
    assert [finding.code for _, finding in left] == codes(after)
    assert set(codes(after)) <= {"WL001"} or not everywhere
    again, _, number = add_ignores(after, left, POLICY, "a reason")
    assert (again.code, number) == (after.code, 0)
    mended, _, _ = apply_fixes(after, judge(locate(after, WORDS), POLICY), POLICY, unsafe=True)
    if everywhere:
        assert differ_in_comments_alone(after, mended, WORDS)
        assert codes(mended) == []
        assert apply_fixes(mended, [], POLICY, unsafe=True)[0].code == mended.code


each_break = st.sampled_from(["\n", "\r\n"])
EXAMPLES = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])


@EXAMPLES
@given(PYTHON, each_break)
def test_in_any_python_the_code_stays_and_is_silent(lines, newline):
    check_both_ways(f"{LOADER}{chr(10).join(lines)}\n".replace("\n", newline), "a.py")


@EXAMPLES
@given(YAML, each_break)
def test_in_any_yaml_the_code_stays(lines, newline):
    check_both_ways(("- num_workers: 8\n" + "\n".join(lines) + "\n").replace("\n", newline), "a.yaml", everywhere=False)


@EXAMPLES
@given(SHELL)
def test_in_any_shell_script_the_code_stays_and_is_silent(lines):
    text = "NUM_WORKERS=8\n" + "\n".join(lines) + "\n"
    whole = not tree("shell", text.encode()).has_error
    check_both_ways(text, "a.sh", everywhere=whole and "sbatch" not in text)


@EXAMPLES
@given(JSONC, each_break)
def test_in_any_json_with_comments_the_code_stays_and_is_silent(items, newline):
    check_both_ways(
        ('[{"num_workers": 8}' + "".join(f",\n{item}" for item in items) + "]\n").replace("\n", newline), "a.jsonc"
    )


@EXAMPLES
@given(PYTHON, PYTHON, st.booleans())
def test_in_any_notebook_the_code_stays_and_is_silent(one, other, as_lists):
    cells = [LOADER + "\n".join(one), "\n".join(other)]
    split = [cell.splitlines(keepends=True) for cell in cells]
    check_both_ways(notebook(*(split if as_lists else cells), "num_workers = 8"), "a.ipynb")


def test_a_script_with_a_syntax_error_keeps_its_comments():
    lines = ["if true; then", "if true; then", "python train.py --num_workers 2", "# worker-lint: ignore[WL201]"]
    check_both_ways("NUM_WORKERS=8\n" + "\n".join(lines) + "\n", "a.sh", everywhere=False)
