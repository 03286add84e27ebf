"""Comments and settings that silence a finding, and those that do not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from worker_lint.judge import judged
from worker_lint.locate import locate
from worker_lint.locate.vocabulary import vocabulary
from worker_lint.opening import language_of, open_source
from worker_lint.policy import Policy
from worker_lint.settings import Settings
from worker_lint.settings_file import Exemption


def outcome(text, name="a.py", **settings):
    data = text.encode()
    found = open_source(Path(name), language_of(Path(name), data), data, vocabulary())
    policy = Policy(Settings(mode="training", policy="exact", **settings))
    return judged(locate(found, vocabulary()), policy)


def codes(text, name="a.py", **settings):
    """What is found; what is said about the suppressions themselves is another test's."""
    return [finding.code for _, finding in outcome(text, name, **settings).findings if finding.code != "WL001"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("num_workers = 2  # worker-lint: ignore", id="every rule"),
        pytest.param("num_workers = 2  # worker-lint: ignore[WL201]", id="this rule"),
        pytest.param("num_workers = 2  # worker-lint: ignore[WL2]", id="a family of rules"),
        pytest.param("num_workers = 2  # worker-lint: ignore[WL101, WL201] slow disk", id="two rules and a reason"),
        pytest.param("num_workers = 2  # worker-lint: ignore [WL201]", id="a blank in front of the bracket"),
        pytest.param("num_workers = 2  # noqa # worker-lint:ignore", id="behind another comment"),
        pytest.param("num_workers = 2  # worker-lint: keep", id="a deliberate count"),
        pytest.param("num_workers = 2  # worker-lint: keep # worker-lint: ignore[WL1]", id="two in one comment"),
        pytest.param("# worker-lint: ignore[WL201] slow disk\nnum_workers = 2", id="the line above"),
        pytest.param("    # worker-lint: keep\nnum_workers = 2", id="the line above, indented"),
        pytest.param("# worker-lint: ignore-file\n\n\nnum_workers = 2", id="the file"),
        pytest.param("num_workers = 2\n# worker-lint: ignore-file[WL201]", id="the file, from its end"),
        pytest.param("x = 1\r# worker-lint: keep\rnum_workers = 2", id="carriage returns alone"),
        pytest.param("x = 1\r\nnum_workers = 2  # worker-lint: keep\r\n", id="carriage returns with line feeds"),
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
        pytest.param("num_workers = 2  # worker-lint: ignore[wl201]", id="a code in small letters"),
        pytest.param("num_workers = 2  # worker-lint: ignore[]", id="no rule"),
        pytest.param("num_workers = 2  # worker-lint: ignore[WL201", id="a bracket that is not closed"),
        pytest.param("num_workers = 2  # worker-lint: keep[WL201]", id="keep with codes"),
        pytest.param("num_workers = 2  # see worker-lint: keep", id="a word in front"),
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


def notebook(*cells):
    return json.dumps(
        {
            "cells": [{"cell_type": "code", "metadata": {}, "outputs": [], "source": cell} for cell in cells],
            "metadata": {}, "nbformat": 4, "nbformat_minor": 5,
        },
        indent=1,
    )  # fmt: skip


EVERYWHERE = {
    "a.py": "num_workers = 2{}\n",
    "b.json": '{{\n"num_workers": 2{}\n}}\n',
    "c.json5": "{{\nnum_workers: 2{}\n}}\n",
    "d.jsonnet": "{{\nnum_workers: 2,{}\n}}\n",
    "e.yaml": "num_workers: 2{}\n",
    "f.toml": "num_workers = 2{}\n",
    "g.sh": "python train.py --num_workers 2{}\n",
    "Makefile": "train:\n\tpython train.py --num_workers 2{}\n",
    "h.mk": "NUM_WORKERS = 2{}\ntrain:\n\tpython train.py --num_workers $(NUM_WORKERS)\n",
    "Dockerfile": "FROM x\nRUN python train.py --num_workers 2{}\n",
    "i.md": "# A\n\n```python\nnum_workers = 2{}\n```\n",
    "j.yaml": "steps:\n  - run: |\n      python train.py --num_workers 2{}\n",
    "k.yaml": "steps:\n  - run: python train.py --num_workers 2{}\n",
    "l.sh": "sbatch <<EOF\npython train.py --num_workers 2{}\nEOF\n",
    "m.sh": "python - <<EOF\nfrom torch.utils.data import DataLoader\nDataLoader(d, num_workers=2){}\nEOF\n",
}
SLASHES = (".json", ".json5", ".jsonnet")
each_language = pytest.mark.parametrize("name", EVERYWHERE)


def comment(name, text):
    return f"  {'//' if name.endswith(SLASHES) else '#'} {text}"


@each_language
def test_without_a_comment_it_is_found(name):
    assert codes(EVERYWHERE[name].format(""), name) == ["WL201"]


@each_language
@pytest.mark.parametrize("directive", ["worker-lint: ignore[WL201] slow disk", "worker-lint: keep"])
def test_on_the_line_in_every_language(name, directive):
    assert codes(EVERYWHERE[name].format(comment(name, directive)), name) == []


@each_language
def test_another_rule_on_the_line_in_every_language(name):
    assert codes(EVERYWHERE[name].format(comment(name, "worker-lint: ignore[WL101]")), name) == ["WL201"]


@each_language
def test_on_the_line_above_in_every_language(name):
    before, marker, after = EVERYWHERE[name].format("<>").partition(next(
        line for line in EVERYWHERE[name].format("<>").splitlines() if line.endswith("<>")
    ))  # fmt: skip
    indent = marker[: len(marker) - len(marker.lstrip())]
    text = f"{before}{indent}{comment(name, 'worker-lint: keep').lstrip()}\n{marker.removesuffix('<>')}{after}"
    assert codes(text, name) == []


@each_language
def test_for_the_file_in_every_language(name):
    text = EVERYWHERE[name].format(comment(name, "worker-lint: ignore-file"))
    assert codes(text, name) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("a.py", "'''\n# worker-lint: ignore-file\n'''\nnum_workers = 2\n", id="a docstring"),
        pytest.param("a.py", "x = '# worker-lint: keep'; num_workers = 2\n", id="a string of Python"),
        pytest.param("a.json", '{\n"num_workers": 2, "x": "// worker-lint: keep"\n}\n', id="a string of JSON"),
        pytest.param("a.json5", "{\nnum_workers: 2, x: '// worker-lint: keep'\n}\n", id="a string of JSON5"),
        pytest.param("a.jsonnet", "{\nnum_workers: 2, x: |||\n  # worker-lint: ignore-file\n|||\n}\n", id="a text block"),
        pytest.param("a.yaml", "num_workers: 2\nx: '# worker-lint: ignore-file'\n", id="a string of YAML"),
        pytest.param("a.yaml", "num_workers: 2\nx: |\n  # worker-lint: ignore-file\n", id="a block of YAML"),
        pytest.param("a.yaml", "num_workers: 2\nx: a# worker-lint:ignore-file\n", id="no blank in front, in YAML"),
        pytest.param("a.toml", "num_workers = 2\nx = '''\n# worker-lint: ignore-file\n'''\n", id="a string of TOML"),
        pytest.param("a.sh", "python train.py --num_workers 2 --x '# worker-lint: keep'\n", id="a string of a shell"),
        pytest.param("a.sh", "python train.py --num_workers 2 --x a# worker-lint: keep\n", id="a word of a shell"),
        pytest.param("Makefile", "t:\n\tpython train.py --num_workers 2 --x '# worker-lint: keep'\n", id="a makefile"),
        pytest.param("Dockerfile", "RUN python train.py --num_workers 2 --x '# worker-lint: keep'\n", id="a Dockerfile"),
        pytest.param("a.md", "# worker-lint: ignore-file\n\n```python\nnum_workers = 2\n```\n", id="a heading"),
        pytest.param("a.ipynb", notebook("x = '# worker-lint: keep'; num_workers = 2"), id="a string in a notebook"),
    ],
)  # fmt: skip
def test_what_is_quoted_is_no_comment(name, text):
    assert codes(text, name) == ["WL201"]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        pytest.param(["num_workers = 2  # worker-lint: keep"], [], id="on the line"),
        pytest.param([["# worker-lint: keep\n", "num_workers = 2"]], [], id="above, in a list of lines"),
        pytest.param(["# worker-lint: keep\nnum_workers = 2"], [], id="above, in one string"),
        pytest.param(["# worker-lint: keep", "num_workers = 2"], ["WL201"], id="at the end of the cell above"),
        pytest.param(["x = 1", "num_workers = 2", "# worker-lint: ignore-file"], [], id="for the notebook"),
        pytest.param(["!python train.py --num_workers 2  # worker-lint: keep"], [], id="behind a command"),
        pytest.param(["# worker-lint: keep\n!python train.py --num_workers 2"], [], id="above a command"),
        pytest.param(["%%bash\npython train.py --num_workers 2  # worker-lint: keep"], [], id="in a cell of a shell"),
        pytest.param(["x = 'ü\\n'\nnum_workers = 2  # \"worker-lint\" # worker-lint: keep"], [], id="behind escapes"),
    ],
)
def test_in_notebooks(cells, expected):
    assert codes(notebook(*cells), "a.ipynb") == expected


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.sh", "# worker-lint: keep\npython train.py \\\n  --a b \\\n  --num_workers 2\n"),
        ("a.sh", "# worker-lint: keep\npython train.py \\\n  --num_workers 2 \\\n  --a b\n"),
        ("Makefile", "t:\n# worker-lint: keep\n\tpython train.py \\\n\t  --num_workers 2\n"),
        ("Dockerfile", "# worker-lint: keep\nRUN python train.py \\\n  --num_workers 2 \\\n  --a b\n"),
        ("Dockerfile", "RUN python train.py \\\n  # worker-lint: keep\n  --num_workers 2\n"),
        ("Dockerfile", '# worker-lint: keep\nCMD ["python", "train.py", "--num_workers", "2"]\n'),
    ],
)
def test_above_a_command_of_several_lines(name, text):
    assert codes(text, name) == []
    assert codes(text.replace("keep", "ignore[WL101]"), name) == ["WL201"]


def test_a_block_comment_counts():
    assert codes('{\n"num_workers": 2 /* worker-lint: keep */\n}', "a.json") == []


def test_of_two_findings_in_a_line_one_can_be_silenced():
    text = '{"num_workers": 2, "x": {"num_workers": -2}} // worker-lint: ignore[WL101]'
    assert codes(text, "a.json") == ["WL201"]


def test_every_file_directive_counts():
    text = "# worker-lint: ignore-file[WL101]\n# worker-lint: ignore-file[WL201]\nnum_workers = 2"
    assert codes(text) == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("print 'x'\nnum_workers = 2  # worker-lint: keep\n", id="Python 2"),
        pytest.param("x = (\nnum_workers = 2  # worker-lint: keep\n", id="a bracket that is not closed"),
    ],
)
def test_where_the_grammar_fails_a_comment_is_one_all_the_same(text):
    assert codes(text) == []


# Settings

CONFIG = '{"train": {"num_workers": 2, "batch": 1}, "val": {"num_workers": 0, "persistent_workers": true}}'


def exemption(*rules, pointer=None, path="a.json"):
    return Exemption(0, path, rules, "because", pointer)


@pytest.mark.parametrize(
    ("pointer", "rules", "expected"),
    [
        pytest.param(None, ["WL"], [], id="the whole file and every rule"),
        pytest.param(None, ["WL201"], ["WL401"], id="the whole file and one rule"),
        pytest.param("/train/num_workers", ["WL2"], ["WL201", "WL401"], id="a value"),
        pytest.param("/train", ["WL2"], ["WL201", "WL401"], id="a table around it"),
        pytest.param("/tra", ["WL2"], ["WL201", "WL201", "WL401"], id="a name that begins like it"),
        pytest.param("/val/persistent_workers", ["WL401"], ["WL201", "WL201"], id="an option beside a count"),
        pytest.param("/val", ["WL"], ["WL201"], id="a count and an option"),
        pytest.param("/train/num_workers", ["WL401"], ["WL201", "WL201", "WL401"], id="another rule"),
    ],
)
def test_settings_silence_by_pointer(pointer, rules, expected):
    found = outcome(CONFIG, "a.json", suppressions=(exemption(*rules, pointer=pointer),))
    assert sorted(finding.code for _, finding in found.findings) == expected
    assert len({exemption for exemption, _ in found.exempted}) == (len(expected) < 3)


def test_settings_silence_a_key_that_stands_twice():
    text = '{"a": {"num_workers": 8, "num_workers": 8}}'
    assert codes(text, "a.json") == ["WL106"]
    assert codes(text, "a.json", suppressions=(exemption("WL106", pointer="/a/num_workers"),)) == []
    assert codes(text, "a.json", suppressions=(exemption("WL106", pointer="/b"),)) == ["WL106"]


def test_a_pointer_silences_nothing_where_values_have_none():
    assert codes("num_workers = 2", suppressions=(exemption("WL", pointer="/num_workers", path="a.py"),)) == ["WL201"]
