"""Where worker counts stand in makefiles."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worker_lint.file_language import language_by_name
from worker_lint.locate import locate
from worker_lint.locate.vocabulary import vocabulary
from worker_lint.rewrite.edits import splice
from worker_lint.source import Edit, Source

THRESHOLD = 50

Found = tuple[str, str, str, int, int]


def found(code: str) -> list[Found]:
    rows: list[Found] = []
    for document in locate(Source.decode(Path("Makefile"), "makefile", code.encode()), vocabulary()):
        for site in document.sites:
            if site.confidence >= THRESHOLD:
                place = document.source.position(site.value.start)
                rows.append((site.form, site.name, site.value.text, *place))
    return sorted(rows, key=lambda row: row[3:])


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("", id="nothing"),
        pytest.param("train:\n\t@echo python train.py --num_workers 8\n", id="a printed command"),
        pytest.param("train:\n\t# python train.py --num_workers 8\n", id="a comment in a recipe"),
        pytest.param("# NUM_WORKERS = 8\n", id="a comment"),
        pytest.param("NUM_WORKERS = 8\n", id="a variable that nothing uses"),
        pytest.param("test:\n\tpytest -n 4 --workers 4\n", id="a test runner"),
        pytest.param("all:\n\t$(MAKE) -j 8 train\n", id="jobs of make"),
        pytest.param("WORKERS ?= 4\nserve:\n\tgunicorn --workers $(WORKERS) app\n", id="a server"),
        pytest.param("ifeq ($(NUM_WORKERS),8)\nendif\n", id="a test"),
    ],
)
def test_silent(code: str) -> None:
    assert found(code) == []


@pytest.mark.parametrize(
    ("code", "sites"),
    [
        pytest.param(
            "train:\n\tpython train.py --num_workers 8\n", [("flag", "--num_workers", "8", 2, 32)], id="a recipe"
        ),
        pytest.param(
            "train:\n\t@-python train.py \\\n\t\t--lr 1 \\\n\t\t--num_workers=8\n",
            [("flag", "--num_workers", "8", 4, 17)],
            id="a continued recipe with prefixes",
        ),
        pytest.param(
            "NUM_WORKERS ?= 8 # some\ntrain:\n\tpython train.py --num_workers $(NUM_WORKERS)\n",
            [("variable", "NUM_WORKERS", "8", 1, 16), ("flag", "--num_workers", "${NUM_WORKERS}", 3, 32)],
            id="a variable that feeds an option",
        ),
        pytest.param(
            "ARGS := --lr 0.1 \\\n  --num_workers 8 --name 'a b'\ntrain:\n\tpython train.py $(ARGS) \n",
            [("flag", "--num_workers", "8", 2, 17)],
            id="a variable that holds options",
        ),
        pytest.param(
            "train:\n\tNUM_WORKERS=8; python train.py --num_workers $$NUM_WORKERS\n",
            [("variable", "NUM_WORKERS", "8", 2, 14), ("flag", "--num_workers", "$NUM_WORKERS", 2, 47)],
            id="a variable of the shell",
        ),
        pytest.param(
            "train: WORKERS = 8\ntrain:\n\tpython train.py --workers ${WORKERS} --lr 1\n",
            [("variable", "WORKERS", "8", 1, 18), ("flag", "--workers", "${WORKERS}", 3, 28)],
            id="a variable of one target",
        ),
        pytest.param(
            "define run\npython train.py --num_workers 8\nendef\n", [("flag", "--num_workers", "8", 2, 31)], id="define"
        ),
        pytest.param(
            "test:\n\tpython -m pkg run model=x misc.num_workers=0 test.workers=0\n",
            [("override", "misc.num_workers", "0", 2, 45)],
            id="overrides",
        ),
        pytest.param(
            "train:\r\n\tpython train.py \\\r\n\t  --num_workers 8\r\n",
            [("flag", "--num_workers", "8", 3, 18)],
            id="line breaks of Windows",
        ),
        pytest.param(
            "train:\n\tpython train.py --num_workers $(shell nproc)\n",
            [("flag", "--num_workers", "$(shell nproc)", 2, 32)],
            id="an expression of make",
        ),
    ],
)
def test_found(code: str, sites: list[Found]) -> None:
    assert found(code) == sites


def test_an_edit_changes_the_digits_in_the_makefile_and_nothing_else() -> None:
    code = 'W ?= 8\nA = --x "$$H" --num_workers 8\nt:\n\tpython train.py $(A) \\\n\t --valid-num-workers $(W)\n'
    source = Source.decode(Path("Makefile"), "makefile", code.encode())
    edits = [
        document.source.outward(Edit(site.value.start, site.value.end, "16"))
        for document in locate(source, vocabulary())
        for site in document.sites
        if site.value.literal
    ]
    assert splice(source.code, edits).decode() == code.replace("8", "16")


@pytest.mark.parametrize("name", ["Makefile", "makefile", "GNUmakefile", "Makefile.train", "rules.mk"])
def test_names(name: str) -> None:
    assert language_by_name(Path(name)) == "makefile"


fragments = st.sampled_from(
    ["python train.py", " --num_workers", " 8", "=8", "$$", "$(", ")", "NUM_WORKERS", " = ", " ?= ", "\\\n", "\n\t", "\n",
     "a:", "#", "define x\n", "endef", "ö", "\r", "$(NUM_WORKERS)", "'", '"', "@"]
)  # fmt: skip


@settings(max_examples=200)
@given(st.lists(fragments, max_size=25).map("".join))
def test_any_text_is_read_and_an_edit_of_a_number_hits_it(code: str) -> None:
    source = Source.decode(Path("Makefile"), "makefile", code.encode())
    for document in locate(source, vocabulary()):
        for site in document.sites:
            document.source.position(site.value.start)
            if site.value.literal:
                edit = document.source.outward(Edit(site.value.start, site.value.end, "0"))
                assert source.code[edit.start : edit.end].decode() == site.value.text
