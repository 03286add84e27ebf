"""Where worker counts stand in shell scripts; bash itself says what a script means and whether it parses."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worker_lint.errors import SourceError
from worker_lint.file_language import language_by_line, language_by_name
from worker_lint.locate import locate, shell
from worker_lint.locate.vocabulary import vocabulary
from worker_lint.rewrite.edits import splice
from worker_lint.site import Document, Site
from worker_lint.source import Edit, Source

EXAMPLE = Path(__file__).parents[2] / "examples/cardiac/scripts/train_cardiac.sh"
THRESHOLD = 50
needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="bash is the judge")


def documents(code: str, name: str = "job.sh") -> tuple[Document, ...]:
    return locate(Source.decode(Path(name), "shell", code.encode()), vocabulary())


def believed(code: str, name: str = "job.sh") -> list[Site]:
    return [site for doc in documents(code, name) for site in doc.sites if site.confidence >= THRESHOLD]


def found(code: str, name: str = "job.sh") -> list[tuple[str, str, str]]:
    return [(site.form, site.name, site.value.text) for site in believed(code, name)]


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("", id="nothing"),
        pytest.param("# python train.py --num_workers 8\n", id="a comment"),
        pytest.param("#SBATCH --cpus-per-task=8\n#SBATCH -n 4\nsrun python train.py\n", id="a scheduler's directives"),
        pytest.param('echo "python train.py --num_workers 8"\n', id="a printed command"),
        pytest.param("cat <<EOF\nusage: train.py --num_workers 8\nEOF\n", id="a printed here-document"),
        pytest.param('usage() { printf "%s" "--num_workers 8"; }\n', id="a usage text"),
        pytest.param("NUM_WORKERS=8\n", id="a variable that nothing uses"),
        pytest.param("export WORKERS=8\n./serve.sh\n", id="an exported variable without evidence"),
        pytest.param("WORKERS=8\ngunicorn --workers $WORKERS app\n", id="a variable that goes to a server"),
        pytest.param("WORKERS=8 gunicorn app\n", id="a variable in front of a server"),
        pytest.param("for workers in 0 2 4; do echo $workers; done\n", id="a loop"),
        pytest.param("read -r num_workers < file\n", id="read"),
        pytest.param("case $1 in\n  --num_workers) shift ;;\nesac\n", id="an option that is parsed"),
        pytest.param('[ "$x" = --num_workers ] && [[ $num_workers == 8 ]]\n', id="tests"),
        pytest.param("GPUS=8\ntorchrun --nproc_per_node $GPUS train.py\n", id="processes of a launcher"),
        pytest.param("alias t='python train.py --num_workers 8'\n", id="an alias"),
        pytest.param('MESSAGE="try --num_workers 8"\necho "$MESSAGE"\n', id="a text that is only printed"),
        pytest.param("OPTS=(--workers 8)\nfairseq-preprocess ${OPTS[@]}\n", id="arguments of a preprocessing program"),
        pytest.param("num_dask_workers=128\nmpirun -np ${num_dask_workers} train.py\n", id="another knob"),
    ],
)
def test_silent(code: str) -> None:
    assert found(code) == []


@pytest.mark.parametrize(
    ("code", "sites"),
    [
        pytest.param(
            "python train.py \\\n  --config x \\\n  --num_workers 8 \\\n  --lr 1\n",
            [("flag", "--num_workers", "8")],
            id="continued lines",
        ),
        pytest.param(
            "python train.py > log 2>&1 --num_workers 8 &\n", [("flag", "--num_workers", "8")], id="redirections"
        ),
        pytest.param(
            "run() {\n  python train.py --num_workers 8\n}\n", [("flag", "--num_workers", "8")], id="a function"
        ),
        pytest.param(
            "N=4\npython train.py --num_workers $N\n",
            [("variable", "N", "4"), ("flag", "--num_workers", "$N")],
            id="a variable that goes to nothing else",
        ),
        pytest.param(
            "N=4\ntorchrun --nproc_per_node $N train.py --num_workers $N\n",
            [("flag", "--num_workers", "$N")],
            id="a variable that goes elsewhere too",
        ),
        pytest.param(
            'A=${A:-4}\nNUM_WORKERS="$A"\npython train.py --num_workers "${NUM_WORKERS}"\n',
            [("variable", "A", "4"), ("variable", "NUM_WORKERS", "$A"), ("flag", "--num_workers", "${NUM_WORKERS}")],
            id="a variable that goes to another",
        ),
        pytest.param(
            ': "${WORKERS:=6}"\nexport WORKERS\npython train.py --workers $WORKERS --lr 1\n',
            [("variable", "WORKERS", "6"), ("flag", "--workers", "$WORKERS")],
            id="a default by assignment",
        ),
        pytest.param(
            "WORKERS=$(nproc)\npython train.py --workers=$WORKERS --lr 1\n",
            [("variable", "WORKERS", "$(nproc)"), ("flag", "--workers", "$WORKERS")],
            id="an expression",
        ),
        pytest.param(
            "python train.py --num_workers ${1:-4} --valid-num-workers $((N / 2))\n",
            [("flag", "--num_workers", "4"), ("flag", "--valid-num-workers", "$((N / 2))")],
            id="a fallback and an expression",
        ),
        pytest.param(
            "NUM_WORKERS=8 python train.py\n", [("variable", "NUM_WORKERS", "8")], id="a variable in front of training"
        ),
        pytest.param(
            "BATCH_SIZE=32\nnum_workers=4\necho $BATCH_SIZE $num_workers\n",
            [("variable", "num_workers", "4")],
            id="a variable beside a batch size",
        ),
        pytest.param(
            "export NUM_WORKERS=8\npython train.py\n",
            [("variable", "NUM_WORKERS", "8")],
            id="an exported variable before training",
        ),
        pytest.param(
            'ARGS=(\n  --num_workers 8 # some\n  "--valid-num-workers 0"\n)\ntorchrun train.py "${ARGS[@]}"\n',
            [("flag", "--num_workers", "8"), ("flag", "--valid-num-workers", "0")],
            id="an array",
        ),
        pytest.param(
            'OPTIONS=" \\\n  --workers 8 \\\n  --x"\nrun="python $DIR/train.py --lr 1 ${OPTIONS}"\nsrun sh -c "${run}"\n',
            [("flag", "--workers", "8")],
            id="options in a string in a string",
        ),
        pytest.param(
            'CMD="python train.py"\nCMD+=" --num_workers=8"\necho $CMD\n$CMD\n',
            [("flag", "--num_workers", "8")],
            id="a command that grows",
        ),
        pytest.param(
            'HYDRA="num_workers=8 data.num_workers=2"\npython train.py $HYDRA\n',
            [("override", "num_workers", "8"), ("override", "data.num_workers", "2")],
            id="overrides in a string",
        ),
        pytest.param(
            "bash -c 'cd x && python train.py --num_workers 8'\n", [("flag", "--num_workers", "8")], id="bash -c"
        ),
        pytest.param('eval "python train.py --num_workers 8"\n', [("flag", "--num_workers", "8")], id="eval"),
        pytest.param(
            'sbatch --wrap="python train.py --num_workers 8"\nsbatch --wrap "python train.py --num_workers 9"\n',
            [("flag", "--num_workers", "8"), ("flag", "--num_workers", "9")],
            id="a wrapped command",
        ),
        pytest.param('set -- --num_workers 8 "$@"\npython train.py "$@"\n', [("flag", "--num_workers", "8")], id="set"),
        pytest.param(
            "sbatch <<EOF\n#!/bin/bash\n#SBATCH -n 1\nsrun python train.py --num_workers 8 \\\n  --x \\$Y\nEOF\n",
            [("flag", "--num_workers", "8")],
            id="a job in a here-document",
        ),
        pytest.param(
            "cat > job.slurm <<'EOF'\npython train.py --num_workers 8\nEOF\n",
            [("flag", "--num_workers", "8")],
            id="a script in a here-document",
        ),
        pytest.param(
            "python - <<'EOF'\nfrom torch.utils.data import DataLoader\nDataLoader(d, num_workers=8)\nEOF\n",
            [("call-keyword", "num_workers", "8")],
            id="Python in a here-document",
        ),
        pytest.param(
            "python -c 'from torch.utils.data import DataLoader; DataLoader(d, num_workers=8)'\n",
            [("call-keyword", "num_workers", "8")],
            id="Python in an argument",
        ),
        pytest.param(
            "for n in 1 2; do python train.py --num_workers $n; done\n", [("flag", "--num_workers", "$n")], id="a loop"
        ),
        pytest.param(
            'python train.py --num_workers 8 --data <PATH> --name "a\npython main.py --num_workers 4\n',
            [("flag", "--num_workers", "8"), ("flag", "--num_workers", "4")],
            id="an error in the line",
        ),
        pytest.param(
            "{% if x %}\npython train.py --num_workers 8\n{% endif %}\nif [ y; then\n",
            [("flag", "--num_workers", "8")],
            id="a template",
        ),
        pytest.param(
            "python train.py \\\r\n  --num_workers 8\r\n", [("flag", "--num_workers", "8")], id="line breaks of Windows"
        ),
    ],
)
def test_found(code: str, sites: list[tuple[str, str, str]]) -> None:
    assert found(code) == sites


@pytest.mark.parametrize(
    ("name", "code", "is_found"),
    [
        ("train.sh", "$PYTHON $SCRIPT --num_workers 8\n", True),
        ("tool.sh", "$PYTHON $SCRIPT --num_workers 8\n", False),
        ("preprocess.sh", "$PYTHON $SCRIPT --num_workers 8\n", False),
        ("preprocess.sh", "python train.py --num_workers 8\n", True),
    ],
)
def test_the_name_of_the_script_speaks_where_the_command_says_nothing(name: str, code: str, is_found: bool) -> None:
    assert bool(found(code, name)) is is_found


def test_position_is_that_of_the_value() -> None:
    (document,) = documents("# größe\npython train.py --name 数据 \\\n\t--num_workers='8'\n")
    (site,) = document.sites
    assert document.source.position(site.value.start) == (3, 17)


def test_a_number_without_end_is_refused_with_its_place() -> None:
    with pytest.raises(SourceError, match=r"job\.sh:1:31: .*10,000 digits"):
        documents("python train.py --num_workers " + "9" * 10_000 + "\n")


@pytest.mark.parametrize("name", ["a.sh", "a.bash", "a.zsh", "a.slurm", "a.sbatch", "a.pbs", "a.sub", "a.job", "A.SH"])
def test_suffixes(name: str) -> None:
    assert language_by_name(Path(name)) == "shell"


@pytest.mark.parametrize("line", ["#!/bin/sh", "#!/bin/bash -l", "#!/usr/bin/env bash", "#! /usr/bin/zsh"])
def test_first_lines(line: str) -> None:
    assert language_by_line(f"{line}\necho\n".encode()) == "shell"


def parses(code: bytes) -> bool:
    return subprocess.run(["bash", "-n"], input=code, capture_output=True).returncode == 0


words = st.text(alphabet="ab8 $'\"\\{}()|&;<>#=-\n\tö", max_size=6)
options = st.sampled_from(["--num_workers", "--num-workers", "--lr", "--name"])
arguments = st.lists(st.tuples(options, words, st.booleans()), max_size=5)


@needs_bash
@settings(max_examples=40)
@given(arguments, st.sampled_from([" ", " \\\n  "]))
def test_bash_passes_the_values_that_are_found(given_options: list[tuple[str, str, bool]], blank: str) -> None:
    """Every literal count that bash hands to the program is found, and is no other."""
    parts = ["python", "train.py"]
    for option, text, equals in given_options:
        written = text or "8"
        parts += [f"{option}={shlex.quote(written)}"] if equals else [option, shlex.quote(written)]
    code = blank.join(parts) + "\n"
    shown = subprocess.run(
        ["bash"], input=("python() { printf '%s\\0' \"$@\"; }\n" + code).encode(), capture_output=True, check=True
    )
    passed = shown.stdout.decode().split("\0")[:-1]
    counts: list[str] = []
    for option, behind in zip(passed, [*passed[1:], ""], strict=True):
        name, equals_sign, value = option.partition("=")
        if name in ("--num_workers", "--num-workers"):
            counts.append(value if equals_sign else behind)
    located = [site.value.text for site in believed(code) if site.value.literal]
    assert located == [text for text in counts if text.isascii() and text.removeprefix("-").isdigit()]


fragments = st.sampled_from(
    ["python train.py", " --num_workers", " 8", "=8", "$", "${", "}", "(", ")", "'", '"', "`", "\\\n", "\n", ";", "<<EOF",
     "\nEOF\n", "NUM_WORKERS=", "A=(", "if ", "fi", "done", "#", "|", "&", "<", ">", ":", "ö", "\r", "\t", "$NUM_WORKERS"]
)  # fmt: skip


@settings(max_examples=200)
@given(st.lists(fragments, max_size=25).map("".join))
def test_any_text_is_read(code: str) -> None:
    for document in documents(code):
        for site in document.sites:
            assert document.source.code[site.value.start : site.value.end].decode() == site.value.text
            document.source.position(site.value.start)


@needs_bash
@settings(max_examples=40)
@given(st.lists(fragments, max_size=15).map("".join))
def test_another_number_leaves_the_syntax_as_it_was(code: str) -> None:
    document, *_ = documents(code)
    edits = [Edit(site.value.start, site.value.end, "16") for site in document.sites if site.value.literal]
    assert parses(splice(document.source.code, edits)) == parses(document.source.code)


def cli(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "worker_lint", "check", "--isolated", "--profile", "none", *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(Path(__file__).parents[2] / "hooks")},
        capture_output=True,
        text=True,
    )


@needs_bash
def test_the_example_is_found_and_fixed(tmp_path: Path) -> None:
    script = tmp_path / EXAMPLE.name
    shutil.copy2(EXAMPLE, script)
    before = script.read_bytes()
    assert cli(tmp_path, "--mode", "development").returncode == 1
    assert cli(tmp_path, "--mode", "development", "--fix").returncode == 0
    assert script.read_bytes() == before.replace(b"--num_workers 8", b"--num_workers 4")
    assert parses(script.read_bytes())
    assert cli(tmp_path, "--mode", "training", "--fix").returncode == 0
    assert script.read_bytes() == before


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("python train.py --num_workers 8 # worker-lint: ignore\n", id="on the line"),
        pytest.param(
            "# worker-lint: keep\npython train.py \\\n  --lr 1 \\\n  --num_workers 8\n", id="above the command"
        ),
        pytest.param(
            "A=(\n  # worker-lint: ignore[WL201] why\n  --num_workers 8\n)\npython train.py ${A[@]}\n", id="array"
        ),
        pytest.param("python train.py --num_workers 8\n# worker-lint: ignore-file\n", id="the file"),
    ],
)
def test_comments_silence(tmp_path: Path, code: str) -> None:
    (tmp_path / "job.sh").write_text(code, encoding="utf-8")
    assert cli(tmp_path, "--mode", "debug").returncode == 0


def test_a_count_of_0_is_not_written_beside_an_option_that_would_raise(tmp_path: Path) -> None:
    script = tmp_path / "job.sh"
    script.write_text("python train.py --dataloader_num_workers 8 --dataloader_prefetch_factor 4\n", encoding="utf-8")
    assert cli(tmp_path, "--mode", "debug", "--fix").returncode == 1
    assert cli(tmp_path, "--mode", "development", "--fix").returncode == 0
    assert "num_workers 4 " in script.read_text(encoding="utf-8")


def test_a_piece_in_which_no_word_stands_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shell, "parser", lambda _: pytest.fail("it is parsed"))
    (document,) = shell.locate(Source(Path("a.ipynb"), "shell", b"pip install torch\n"), vocabulary())
    assert not document.sites
