"""Where worker counts stand in notebooks, and that a fix changes their digits and nothing else."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import nbformat
import pytest

from worker_lint.cli import main
from worker_lint.errors import SourceError
from worker_lint.locate import grammars, locate
from worker_lint.locate import notebook as notebooks
from worker_lint.locate.vocabulary import vocabulary
from worker_lint.source import Source

TORCH = "from torch.utils.data import DataLoader"
ESCAPES = '# caf\\u00e9 \\ud83d\\ude80 \\"x\\"\\t\\\\\\n'
"""A comment, as a JSON string holds it, in which hardly a character stands for itself."""


def code(*lines: str, **more: Any) -> dict[str, Any]:
    """A cell of code with these lines."""
    source = [f"{line}\n" for line in lines[:-1]] + [lines[-1]]
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source, **more}


def text(*lines: str, kind: str = "markdown") -> dict[str, Any]:
    return {"cell_type": kind, "metadata": {}, "source": "\n".join(lines)}


def notebook(*cells: dict[str, Any], **metadata: Any) -> bytes:
    document = {"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 4}
    return json.dumps(document, indent=1).encode()


def found(data: bytes) -> list[tuple[int | None, int, int, str, str]]:
    """The cell, line, column, form and value of each site."""
    documents = locate(Source.decode(Path("train.ipynb"), "notebook", data), vocabulary())
    return [
        (each.source.cell(site.value.start), *each.source.position(site.value.start), site.form, site.value.text)
        for each in documents
        for site in each.sites
        if site.confidence >= 50
    ]


LOADER = "loader = DataLoader(data, batch_size=2, num_workers=4)"


def test_a_count_in_a_long_line_is_found_beside_an_image():
    names = ", ".join(["data"] * 500)
    image = {"output_type": "display_data", "metadata": {}, "data": {"image/png": "QUJD" * 5000 + "\n"}}
    cell = code(TORCH, f"loader = DataLoader([{names}], num_workers=4)", outputs=[image])
    column = len(f"loader = DataLoader([{names}], num_workers=") + 1
    assert found(notebook(cell)) == [(0, 2, column, "call-keyword", "4")]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(notebook(), id="no cells"),
        pytest.param(b'{"num_workers": 4}', id="an object that is no notebook"),
        pytest.param(b'[{"cells": "num_workers = 4"}]', id="a list"),
        pytest.param(b"4", id="a number"),
        pytest.param(b"", id="nothing at all"),
        pytest.param(notebook(text(TORCH, LOADER)), id="a cell of text"),
        pytest.param(notebook(text(TORCH, LOADER, kind="raw")), id="a raw cell"),
        pytest.param(notebook(text("```python", LOADER, "```")), id="a fenced block in a cell of text"),
        pytest.param(
            notebook(code("1", outputs=[{"output_type": "stream", "name": "stdout", "text": [LOADER]}])), id="an output"
        ),
        pytest.param(notebook(code("1", metadata={"num_workers": 4})), id="metadata"),
        pytest.param(notebook(code("%%html", f"<p>{LOADER}</p>")), id="a cell of HTML"),
        pytest.param(notebook(code("%%R", "num_workers = 4")), id="a cell of R"),
        pytest.param(notebook(code("num_workers = 4"), kernelspec={"language": "R"}), id="a notebook of R"),
        pytest.param(notebook(code("num_workers <- 4"), language_info={"name": "julia"}), id="a notebook of Julia"),
        pytest.param(notebook(code("num_workers = !nproc")), id="what a command prints"),
        pytest.param(notebook(code("?num_workers = 4")), id="a question"),
        pytest.param(notebook(code("!gunicorn app:app --workers 4")), id="a command that starts a server"),
        pytest.param(notebook(code(TORCH, 'x = """', LOADER, '"""')), id="a string"),
        pytest.param(notebook(code("%%writefile notes.txt", "num_workers = 4")), id="a file in no language"),
        pytest.param(notebook({"cell_type": "code"}, {"cell_type": "code", "source": 4}, {}), id="cells of no shape"),
        pytest.param(notebook(code("%%writefile a.json", '{"num_workers": ...}')), id="a file that does not parse"),
    ],
)
def test_silent(data: bytes) -> None:
    assert found(data) == []


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        pytest.param([code(TORCH, LOADER)], [(0, 2, 53, "call-keyword", "4")], id="one cell"),
        pytest.param(
            [text("# Data"), code(TORCH), code("# the loader", LOADER)],
            [(2, 2, 53, "call-keyword", "4")],
            id="an import of an earlier cell, counted over all cells",
        ),
        pytest.param(
            [code("from torch.utils.data import DataLoader as Batches"), code("Batches(d, 2, True, None, None, 4)")],
            [(1, 1, 33, "call-positional", "4")],
            id="an alias of an earlier cell",
        ),
        pytest.param([code("", "", LOADER)], [(0, 3, 53, "call-keyword", "4")], id="blank lines at the beginning"),
        pytest.param([code(LOADER, "")], [(0, 1, 53, "call-keyword", "4")], id="a line break at the end"),
        pytest.param(
            [{**code(""), "source": f"{TORCH}\n{LOADER}"}], [(0, 2, 53, "call-keyword", "4")], id="one string"
        ),
        pytest.param(
            [{**code(""), "source": ["x = 1; ", LOADER]}],
            [(0, 1, 60, "call-keyword", "4")],
            id="a line in two strings",
        ),
        pytest.param([code(f"%time {LOADER}")], [(0, 1, 59, "call-keyword", "4")], id="a magic around a statement"),
        pytest.param(
            [code(f"%timeit -n 10 -r3 {LOADER}")], [(0, 1, 71, "call-keyword", "4")], id="a magic with options"
        ),
        pytest.param([code("%%time", LOADER)], [(0, 2, 53, "call-keyword", "4")], id="a magic for the cell"),
        pytest.param([code("%%capture out", LOADER)], [(0, 2, 53, "call-keyword", "4")], id="a magic with a name"),
        pytest.param(
            [code("%matplotlib inline", "%load_ext autoreload", "%autoreload 2", LOADER)],
            [(0, 4, 53, "call-keyword", "4")],
            id="magics that Python never sees",
        ),
        pytest.param(
            [code("DataLoader?", "?DataLoader", "DataLoader??", "%time?", LOADER)],
            [(0, 5, 53, "call-keyword", "4")],
            id="questions",
        ),
        pytest.param(
            [code("!pip install torch \\", "    torchvision", LOADER)],
            [(0, 3, 53, "call-keyword", "4")],
            id="a command over two lines",
        ),
        pytest.param(
            [code("if colab:", "    !pip install torch", "    %cd /content", f"    {LOADER}", "else:", "    %pwd")],
            [(0, 4, 57, "call-keyword", "4")],
            id="commands in a block",
        ),
        pytest.param(
            [code("files = !ls *.py", "log, = %logstate", LOADER)],
            [(0, 3, 53, "call-keyword", "4")],
            id="commands with a result",
        ),
        pytest.param(
            [code("n = (5", "  %batch)", "s = 'it''s'", '"""', "%s", '!"""', LOADER)],
            [(0, 7, 53, "call-keyword", "4")],
            id="a remainder and strings that only look like magics",
        ),
        pytest.param(
            [code("def broken(:"), code(TORCH), code(LOADER)],
            [(2, 1, 53, "call-keyword", "4")],
            id="a cell that does not parse beside others",
        ),
        pytest.param(
            [code("x = (1,"), code(LOADER), code("    y = )")],
            [(1, 1, 53, "call-keyword", "4")],
            id="a bracket that is never closed",
        ),
        pytest.param(
            [code("# caf\u00e9 \U0001f680", "s = '\u65e5\u672c'; " + LOADER)],
            [(0, 2, 63, "call-keyword", "4")],
            id="Unicode",
        ),
        pytest.param([code("!python train.py --num_workers 4")], [(0, 1, 32, "flag", "4")], id="a command"),
        pytest.param(
            [code("x = 1", "!python train.py \\", "  --batch-size 2 --num_workers=4")],
            [(0, 3, 32, "flag", "4")],
            id="the second line of a command",
        ),
        pytest.param(
            [code("%%bash", "cd src", "python train.py --num_workers 4")],
            [(0, 3, 31, "flag", "4")],
            id="a cell of bash",
        ),
        pytest.param([code("%%sh", "python train.py --num_workers 4")], [(0, 2, 31, "flag", "4")], id="a cell of sh"),
        pytest.param(
            [code("%%script bash", "python train.py --num_workers 4")], [(0, 2, 31, "flag", "4")], id="a script of bash"
        ),
        pytest.param(
            [code("%run train.py --num_workers 4")], [(0, 1, 29, "flag", "4")], id="a script in the same process"
        ),
        pytest.param(
            [code("out = !python train.py --num_workers 4")],
            [(0, 1, 38, "flag", "4")],
            id="a command whose output is kept",
        ),
        pytest.param(
            [code("%%writefile conf/data.yaml", "data:", "  num_workers: 4")],
            [(0, 3, 16, "key", "4")],
            id="a file in YAML",
        ),
        pytest.param(
            [code("%%writefile -a train.py", TORCH, LOADER)], [(0, 3, 53, "call-keyword", "4")], id="a file in Python"
        ),
        pytest.param(
            [code(TORCH, LOADER), text("then"), code("!python train.py --num_workers 8")],
            [(0, 2, 53, "call-keyword", "4"), (2, 1, 32, "flag", "8")],
            id="Python and a command",
        ),
    ],
)
def test_found(cells: list[dict[str, Any]], expected: list[tuple[Any, ...]]) -> None:
    assert found(notebook(*cells)) == expected


def test_a_count_that_another_cell_decides_is_told_from_where() -> None:
    data = notebook(code("import os", "nw = 2"), code("x = 1", "DataLoader(d, batch_size=2, num_workers=nw)"))
    (document,) = locate(Source.decode(Path("a.ipynb"), "notebook", data), vocabulary())
    site = next(site for site in document.sites if site.form == "call-keyword")
    assert site.origin is not None
    start = site.origin.value.start
    assert (document.source.cell(start), *document.source.position(start)) == (0, 2, 6)


def test_before_version_4_cells_stand_in_worksheets() -> None:
    cells = [{"cell_type": "markdown", "source": "x"}, {"cell_type": "code", "language": "python", "input": [LOADER]}]
    data = json.dumps({"nbformat": 3, "worksheets": [{"cells": cells}, {"cells": cells}]}).encode()
    assert [site[:2] for site in found(data)] == [(1, 1), (3, 1)]


def test_numbers_that_json_does_not_have_are_no_hindrance_in_an_output() -> None:
    output = {"output_type": "display_data", "metadata": {}, "data": {"application/json": [1e22, float("nan")]}}
    assert len(found(notebook(code(LOADER, outputs=[output])))) == 1


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(b'{"cells": [\n {"num_workers": 4 5}]}', "a.ipynb:2:20: not a notebook: ", id="a comma too few"),
        pytest.param(b"num_workers = 4", "a.ipynb:1:1: not a notebook: expecting value", id="Python"),
        pytest.param(
            b"{'num_workers'" + b"[" * 5000, "a.ipynb:1:2: not a notebook: expecting property name", id="deep"
        ),
    ],
)
def test_what_is_no_json_is_an_error_with_its_place(data: bytes, expected: str) -> None:
    with pytest.raises(SourceError) as error:
        found(data)
    assert str(error.value).startswith(expected.replace("a.ipynb", "train.ipynb"))
    assert "\n" not in str(error.value)


def run(*arguments: str) -> int:
    return main(["--isolated", "--profile=none", *arguments])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_notebook_that_is_no_json_gives_one_line_and_status_2(folder: Path, capsys) -> None:
    Path("a.ipynb").write_bytes(b'{"num_workers')
    assert run("a.ipynb") == 2
    assert capsys.readouterr().out.splitlines()[0].startswith("error: a.ipynb:1:2: not a notebook: ")


def test_a_finding_names_cell_and_line_and_shows_the_line_as_it_is_written(folder: Path, capsys) -> None:
    Path("a.ipynb").write_bytes(notebook(text("x"), code("x = 1", f"%time {LOADER}")))
    assert run("--mode=training", "a.ipynb") == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("a.ipynb:cell 1:2:59: WL201 ")
    assert lines[2] == f"2 | %time {LOADER}"


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param([code(f"{LOADER}  # worker-lint: keep")], id="on the line"),
        pytest.param([code("# worker-lint: keep", LOADER)], id="on the line above"),
        pytest.param([code("# worker-lint: ignore-file"), code(LOADER)], id="for the file"),
        pytest.param(
            [code("# worker-lint: ignore-file"), code("!python train.py --num_workers 4")], id="for its commands too"
        ),
        pytest.param([code("!python train.py --num_workers 4  # worker-lint: ignore")], id="behind a command"),
    ],
)
def test_a_comment_silences(folder: Path, cells: list[dict[str, Any]]) -> None:
    Path("a.ipynb").write_bytes(notebook(*cells))
    assert run("--mode=training", "a.ipynb") == 0


def test_what_is_found_comes_in_the_order_of_the_file(folder: Path, capsys) -> None:
    command = "!python train.py --num_workers 4"
    Path("a.ipynb").write_bytes(notebook(code(command), code(LOADER), code("1", command)))
    assert run("--mode=training", "a.ipynb") == 1
    found_at = [line.split()[0] + line.split()[1] for line in capsys.readouterr().out.splitlines() if "WL201" in line]
    assert found_at == ["a.ipynb:cell0:1:32:", "a.ipynb:cell1:1:53:", "a.ipynb:cell2:2:32:"]
    assert main(["sites", "--isolated", "a.ipynb"]) == 0
    assert [line.split(":")[1] for line in capsys.readouterr().out.splitlines()[:-1]] == ["cell 0", "cell 1", "cell 2"]


def test_a_comment_at_the_end_of_a_cell_says_nothing_of_the_next(folder: Path) -> None:
    Path("a.ipynb").write_bytes(notebook(code("# worker-lint: keep"), code(LOADER)))
    assert run("--mode=training", "a.ipynb") == 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param('["DataLoader(d, num_workers=4)"]', '["DataLoader(d, num_workers=0)"]', id="the digits in a list"),
        pytest.param('"DataLoader(d, num_workers=4)"', '"DataLoader(d, num_workers=0)"', id="the digits in a string"),
        pytest.param(
            f'["{ESCAPES}", "DataLoader(d, num_workers=4)"]',
            f'["{ESCAPES}", "DataLoader(d, num_workers=0)"]',
            id="the digits behind escapes",
        ),
        pytest.param(
            f'"{ESCAPES}DataLoader(d, num_\\u0077orkers=\\u0034)"',
            f'"{ESCAPES}DataLoader(d, num_\\u0077orkers=0)"',
            id="digits that are escapes themselves",
        ),
        pytest.param(
            '["DataLoader(d, num_workers=4, ", "persistent_workers=True,\\n", "multiprocessing_context=\\"spawn\\")"]',
            '["DataLoader(d, num_workers=0, ", "persistent_workers=False,\\n", "multiprocessing_context=None)"]',
            id="options that contradict it, one of them in quotes",
        ),
        pytest.param(
            '["num_workers = 4", "\\n", "DataLoader(d, num_workers=num_workers)"]',
            '["num_workers = 0", "\\n", "DataLoader(d, num_workers=num_workers)"]',
            id="a number at the end of its string",
        ),
        pytest.param(
            '["!python train.py --name \\"a b\\" --num_workers 4"]',
            '["!python train.py --name \\"a b\\" --num_workers 0"]',
            id="the digits in a command",
        ),
        pytest.param(
            '["\\ud800 = \'\\ud800\'\\n", "f(batch_size=1, num_workers=4)"]',
            '["\\ud800 = \'\\ud800\'\\n", "f(batch_size=1, num_workers=0)"]',
            id="half a character before",
        ),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_a_fix_changes_these_bytes_and_no_others(folder: Path, before: str, after: str, end: str) -> None:
    around = (
        '{"metadata" : {},\n\t"nbformat":4, "nbformat_minor":5,"cells": [{"id": "a-1",  "cell_type" :"code",\n'
        '  "metadata":{"num_workers": 4}, "execution_count": 3, "source":%s,\n'
        '  "outputs": [{"output_type":"stream","name":"stdout","text":["num_workers=4 \\u00e9\\/"]}]} ]\n}'
    ).replace("\n", end)
    path = folder / "a.ipynb"
    path.write_bytes((around % before).encode())
    nbformat.validate(nbformat.reads(around % before, as_version=4))
    assert run("--mode=debug", "--fix", "a.ipynb") == 0
    assert path.read_bytes().decode() == around % after
    nbformat.validate(nbformat.reads(path.read_text(encoding="utf-8"), as_version=4))
    assert run("--mode=debug", "--fix", "a.ipynb") == 0
    assert path.read_bytes().decode() == around % after


def test_the_program_of_a_notebook_is_parsed_once(monkeypatch):
    seen = []
    own = grammars.python_tree.__wrapped__
    monkeypatch.setattr(
        notebooks, "python_tree", once := functools.lru_cache(lambda code: seen.append(code) or own(code))
    )
    monkeypatch.setattr(grammars, "python_tree", once)
    assert found(notebook(code(TORCH, LOADER)))
    assert len(seen) == 1
