"""Where worker counts stand in Dockerfiles."""

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
    for document in locate(Source.decode(Path("Dockerfile"), "dockerfile", code.encode()), vocabulary()):
        for site in document.sites:
            if site.confidence >= THRESHOLD:
                place = document.source.position(site.value.start)
                rows.append((site.form, site.name, site.value.text, *place))
    return sorted(rows, key=lambda row: row[3:])


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("", id="nothing"),
        pytest.param("FROM python:3.12\n# CMD python train.py --num_workers 8\n", id="a comment"),
        pytest.param("ENV NUM_WORKERS=8\nCMD ./serve.sh\n", id="a variable without evidence"),
        pytest.param('ENV NUM_WORKERS=8\nENTRYPOINT ["python", "main.py"]\n', id="a variable of any program"),
        pytest.param(
            "ARG WORKERS=3\nENV EPOCHS=3 WORKERS=${WORKERS}\nCMD horovodrun -np $WORKERS python train.py --epochs $EPOCHS\n",
            id="a variable that goes to another option",
        ),
        pytest.param("ENV GUNICORN_WORKERS=1\nCMD gunicorn --workers ${GUNICORN_WORKERS} app\n", id="a web server"),
        pytest.param('CMD ["gunicorn", "--workers", "4", "app"]\n', id="a web server, as a list"),
        pytest.param("LABEL cmd='python train.py --num_workers 8'\n", id="a label"),
        pytest.param("RUN make -j 8 && ninja -j8\n", id="jobs of a build"),
        pytest.param("RUN echo 'python train.py --num_workers 8'\n", id="a printed command"),
    ],
)
def test_silent(code: str) -> None:
    assert found(code) == []


@pytest.mark.parametrize(
    ("code", "sites"),
    [
        pytest.param(
            "CMD python train.py --num_workers 8\n", [("flag", "--num_workers", "8", 1, 35)], id="the shell's form"
        ),
        pytest.param(
            'CMD ["python", "train.py", "--num_workers", "8"]\n',
            [("flag", "--num_workers", "8", 1, 46)],
            id="a list",
        ),
        pytest.param(
            'ENTRYPOINT ["python", "-m", "pkg.train", \\\n  "--num_workers=8"]\n',
            [("flag", "--num_workers", "8", 2, 18)],
            id="a list on two lines",
        ),
        pytest.param(
            'ENTRYPOINT ["python", "train.py"]\nCMD ["--workers", "8", "--lr", "1"]\n',
            [("flag", "--workers", "8", 2, 20)],
            id="arguments of the entry point",
        ),
        pytest.param(
            'CMD ["bash", "-c", "cd x && python train.py --num_workers 8"]\n',
            [("flag", "--num_workers", "8", 1, 59)],
            id="a script in a list",
        ),
        pytest.param(
            "RUN --mount=type=cache,target=/x pip install y && \\ \n    # why\n    python train.py --num_workers 8\n",
            [("flag", "--num_workers", "8", 3, 35)],
            id="continued lines with a comment between",
        ),
        pytest.param(
            "RUN <<EOF\npython train.py \\\n  --num_workers 8\nEOF\nENV X=1\n",
            [("flag", "--num_workers", "8", 3, 17)],
            id="a here-document",
        ),
        pytest.param(
            "RUN python - <<EOF\nfrom torch.utils.data import DataLoader\nDataLoader(d, num_workers=8)\nEOF\n",
            [("call-keyword", "num_workers", "8", 3, 27)],
            id="Python in a here-document",
        ),
        pytest.param(
            "ENV BATCH_SIZE=32 \\\n    NUM_WORKERS=8\n", [("variable", "NUM_WORKERS", "8", 2, 17)], id="variables"
        ),
        pytest.param(
            "ENV NUM_WORKERS 8\nENTRYPOINT python train.py\n",
            [("variable", "NUM_WORKERS", "8", 1, 17)],
            id="the old way to set a variable",
        ),
        pytest.param(
            "ARG WORKERS=8\nCMD python train.py --workers $WORKERS --lr 1\n",
            [("variable", "WORKERS", "8", 1, 13), ("flag", "--workers", "$WORKERS", 2, 31)],
            id="an argument of the build",
        ),
    ],
)
def test_found(code: str, sites: list[Found]) -> None:
    assert found(code) == sites


def test_an_edit_changes_the_digits_and_nothing_else() -> None:
    code = 'ENV NUM_WORKERS 8\r\nRUN python train.py \\ \r\n# x\r\n --num_workers "8"\r\nCMD ["python", "train.py", "--num_workers=8"]'
    source = Source.decode(Path("Dockerfile"), "dockerfile", code.encode())
    edits = [
        document.source.outward(Edit(site.value.start, site.value.end, "16"))
        for document in locate(source, vocabulary())
        for site in document.sites
    ]
    assert splice(source.code, edits).decode() == code.replace("8", "16")


@pytest.mark.parametrize("name", ["Dockerfile", "Dockerfile.gpu", "train.Dockerfile", "Containerfile"])
def test_names(name: str) -> None:
    assert language_by_name(Path(name)) == "dockerfile"


fragments = st.sampled_from(
    ["RUN ", "CMD ", "ENTRYPOINT ", "ENV ", "ARG ", "python train.py", " --num_workers", " 8", "=8", '["python", "train.py"',
     ', "--num_workers", "8"', "]", "NUM_WORKERS", " \\\n", "\n", "# x\n", "<<EOF", "\nEOF\n", '"', "'", "\\", "ö", "\r"]
)  # fmt: skip


@settings(max_examples=200)
@given(st.lists(fragments, max_size=25).map("".join))
def test_any_text_is_read_and_an_edit_of_a_number_hits_it(code: str) -> None:
    source = Source.decode(Path("Dockerfile"), "dockerfile", code.encode())
    for document in locate(source, vocabulary()):
        for site in document.sites:
            document.source.position(site.value.start)
            if site.value.literal:
                edit = document.source.outward(Edit(site.value.start, site.value.end, "0"))
                assert source.code[edit.start : edit.end].decode() == site.value.text
