"""Which fenced blocks of a Markdown document are read, and that a document is read only where settings ask for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from worker_lint.cli import main
from worker_lint.locate import locate
from worker_lint.locate.vocabulary import vocabulary
from worker_lint.source import Source

LOADER = "DataLoader(data, batch_size=2, num_workers=4)"
COMMAND = "python train.py --num_workers 4"


def found(text: str) -> list[tuple[int, int, str, str]]:
    """The line, column, form and value of each site."""
    documents = locate(Source.decode(Path("README.md"), "markdown", text.encode()), vocabulary())
    return [
        (*each.source.position(site.value.start), site.form, site.value.text)
        for each in documents
        for site in each.sites
        if site.confidence >= 50
    ]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing at all"),
        pytest.param(f"{LOADER}\n", id="prose"),
        pytest.param(f"`{LOADER}`\n", id="a span of code"),
        pytest.param(f"    {LOADER}\n", id="an indented block"),
        pytest.param(f"```\n{LOADER}\n```\n", id="a block in no language"),
        pytest.param(f"```text\n{LOADER}\n```\n", id="a block of text"),
        pytest.param(f"```diff\n+{LOADER}\n```\n", id="a block in a language that is not read"),
        pytest.param(f"```python```\n{LOADER}\n", id="a span of code between three marks"),
        pytest.param(f"````text\n```python\n{LOADER}\n```\n````\n", id="a block that shows a block"),
        pytest.param(f"```python\nx\n```\n{LOADER}\n", id="behind a block"),
        pytest.param('```json\n{"num_workers": 4, ...}\n```\n', id="an excerpt that does not parse"),
        pytest.param("```console\n$ ls\nnum_workers=4\n```\n", id="what a command prints"),
        pytest.param("```pycon\n>>> config\nnum_workers = 4\n```\n", id="what Python prints"),
        pytest.param("```python", id="a fence at the end"),
    ],
)
def test_silent(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(f"# Use\n\n```python\n{LOADER}\n```\n", [(4, 44, "call-keyword", "4")], id="Python"),
        pytest.param(f"~~~~ py\n{LOADER}\n~~~\n~~~~\n", [(2, 44, "call-keyword", "4")], id="a fence of tildes"),
        pytest.param(f"```Python title=a.py\n{LOADER}", [(2, 44, "call-keyword", "4")], id="a block without an end"),
        pytest.param(f"``` {{.python .lines}}\n{LOADER}\n```", [(2, 44, "call-keyword", "4")], id="attributes"),
        pytest.param(f"```{{code-block}} python\n{LOADER}\n```", [(2, 44, "call-keyword", "4")], id="a directive"),
        pytest.param(f"```bash\n{COMMAND}\n```\n", [(2, 31, "flag", "4")], id="a command"),
        pytest.param(f"```sh\n$ {COMMAND}\n```\n", [(2, 33, "flag", "4")], id="a command behind a prompt"),
        pytest.param(
            f"```console\n(env) $ {COMMAND} \\\n    --workers-too\nnum_workers=8\n```\n",
            [(2, 39, "flag", "4")],
            id="a command over two lines above its output",
        ),
        pytest.param(
            f">>> x\n```python\n>>> x = [\n...     {LOADER}]\n[4]\n```\n",
            [(4, 52, "call-keyword", "4")],
            id="Python behind prompts",
        ),
        pytest.param("```yaml\ndata:\n  num_workers: 4\n  batch_size: 2\n```", [(3, 16, "key", "4")], id="YAML"),
        pytest.param('```json\n{"batch_size": 2, "num_workers": 4}\n```', [(2, 34, "key", "4")], id="JSON"),
        pytest.param("```toml\n[data]\nnum_workers = 4\n```", [(3, 15, "key", "4")], id="TOML"),
        pytest.param(
            f"1. First:\n\n   ```bash\n   {COMMAND}\n   ```\n", [(4, 34, "flag", "4")], id="a block below an item"
        ),
        pytest.param(f"- ```bash\n  {COMMAND}\n  ```\n", [(2, 33, "flag", "4")], id="a block that is an item"),
        pytest.param(
            f"> ```python\n> if x:\n>     {LOADER}\n> ```\n", [(3, 50, "call-keyword", "4")], id="a quoted block"
        ),
        pytest.param(
            f"```python\r\nx = 'é'; {LOADER}\r\n```\r\n", [(2, 53, "call-keyword", "4")], id="carriage returns"
        ),
        pytest.param(
            f"```python\n{LOADER}\n```\n```bash\n{COMMAND}\n```\n",
            [(2, 44, "call-keyword", "4"), (5, 31, "flag", "4")],
            id="two blocks",
        ),
    ],
)
def test_found(text: str, expected: list[tuple[int, int, str, str]]) -> None:
    assert found(text) == expected


TEXT = f"num_workers=4\n\n> ```sh\n> $ {COMMAND} \\\n>   -x\n> ```\n\n```py\n{LOADER}\n```\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("README.md").write_text(TEXT, encoding="utf-8")
    return tmp_path


def run(*arguments: str) -> int:
    return main(["--profile=none", "--mode=debug", *arguments])


def test_without_the_setting_no_document_is_looked_at(folder: Path, capsys) -> None:
    assert run(".") == 0
    assert "0 files checked" in capsys.readouterr().out


def test_without_the_setting_a_document_that_is_named_is_skipped_and_told_so(folder: Path, capsys) -> None:
    assert run("README.md") == 0
    assert "1 document skipped: Markdown is read where the settings say markdown = true" in capsys.readouterr().err


def test_with_the_setting_a_fix_changes_the_digits_and_nothing_else(folder: Path) -> None:
    Path("worker-lint.toml").write_text("markdown = true\n", encoding="utf-8")
    assert run("--fix", ".") == 0
    fixed = TEXT.replace("--num_workers 4", "--num_workers 0").replace(
        "(data, batch_size=2, num_workers=4", "(data, batch_size=2, num_workers=0"
    )
    assert Path("README.md").read_text(encoding="utf-8") == fixed


def test_the_setting_may_hold_for_some_documents(folder: Path, capsys) -> None:
    Path("docs").mkdir()
    Path("docs/use.md").write_text(TEXT, encoding="utf-8")
    Path("worker-lint.toml").write_text("[[overrides]]\npaths = ['docs/']\nmarkdown = true\n", encoding="utf-8")
    assert run(".") == 1
    out = capsys.readouterr().out
    assert "docs/use.md:4:" in out
    assert "README.md" not in out
