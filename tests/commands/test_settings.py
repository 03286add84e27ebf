from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import subprocess
import textwrap
from pathlib import Path

import pytest

from worker_lint.cli import main
from worker_lint.commands import settings
from worker_lint.errors import SettingsError, UsageError
from worker_lint.schema import load_schema
from worker_lint.settings import KEYS, SettingsResolver

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"

PYPROJECT = """
[tool.worker-lint]
mode = "training"
profile = ["profiles/a100.json", "live"]
batch-bytes = "147MiB"
exclude = ["vendor/"]
[tool.worker-lint.modes]
production = 12
[[tool.worker-lint.overrides]]
paths = ["configs/debug/**"]
mode = "debug"
policy = "at-most"
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in (".git", "configs/debug", "vendor"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    for name in ("train.py", "configs/debug/a.yaml", "vendor/a.py"):
        (tmp_path / name).touch()
    return tmp_path


def run(capsys, *arguments):
    parser = argparse.ArgumentParser()
    settings.configure(parser)
    assert settings.run(parser.parse_args([os.fspath(argument) for argument in arguments])) == 0
    return capsys.readouterr().out


def rows(text):
    return {line.split()[0]: line.split(maxsplit=1)[1] for line in text.splitlines()[1:]}


def test_the_text_has_one_row_for_each_key(capsys):
    assert list(rows(run(capsys))) == list(KEYS)


@pytest.mark.parametrize(
    ("path", "key", "expected"),
    [
        ("train.py", "mode", ["training", "pyproject.toml"]),
        ("train.py", "policy", ["exact", "default"]),
        ("configs/debug/a.yaml", "mode", ["debug", "pyproject.toml, overrides[0] (configs/debug/**)"]),
        ("configs/debug", "policy", ["at-most", "pyproject.toml, overrides[0] (configs/debug/**)"]),
        ("train.py", "batch-bytes", ["147 MiB", "pyproject.toml"]),
        ("train.py", "profile", ["profiles/a100.json, live", "pyproject.toml"]),
        ("train.py", "exclude", ["vendor/", "pyproject.toml"]),
        ("train.py", "worker-memory", ["-", "default"]),
        ("train.py", "ignore", ["-", "default"]),
    ],
)
def test_a_row_says_the_value_and_where_it_came_from(capsys, path, key, expected):
    row = rows(run(capsys, path))[key]
    assert [part.strip() for part in row.split("  ") if part] == expected


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], ".: pyproject.toml"),
        (["train.py"], "train.py: pyproject.toml"),
        (["vendor/a.py"], "vendor/a.py: pyproject.toml; this file is excluded"),
        (["--isolated", "vendor/a.py"], "vendor/a.py: no settings file"),
    ],
)
def test_the_first_line_names_the_settings_file(capsys, arguments, expected):
    assert run(capsys, *arguments).splitlines()[0] == expected


def test_json_has_the_values_as_the_program_uses_them(capsys, folder):
    document = json.loads(run(capsys, "vendor/a.py", "--mode", "debug", "--output-format", "json"))
    found = document.pop("settings")
    assert document == {
        "path": "vendor/a.py",
        "file": str(folder / "pyproject.toml"),
        "excluded": True,
        "policy-declared": False,
    }
    assert list(found) == list(KEYS)
    assert found["mode"] == {"value": "debug", "origin": "command line"}
    assert found["batch-bytes"] == {"value": 147 * 2**20, "origin": "pyproject.toml"}
    assert found["profile"]["value"] == [str(folder / "profiles" / "a100.json"), "live"]
    assert found["select"] == {"value": None, "origin": "default"}


@pytest.mark.parametrize("output_format", ["text", "json"])
def test_a_name_that_is_not_utf8_can_be_printed(capfdbinary, folder, output_format):
    name = os.fsdecode(b"caf\xe9.py")
    Path(name).touch()
    parser = argparse.ArgumentParser()
    settings.configure(parser)
    settings.run(parser.parse_args([name, "--output-format", output_format]))
    assert b"caf\\" in capfdbinary.readouterr().out


def test_a_path_that_does_not_exist_is_bad_usage(capsys):
    with pytest.raises(UsageError, match=r"^nowhere.py: no such file or folder"):
        run(capsys, "nowhere.py")


def test_what_is_wrong_with_the_settings_is_an_error_and_nothing_is_printed(capsys):
    Path("pyproject.toml").write_text("[tool.worker-lint]\nmode = 1\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"^pyproject.toml:2: mode: 1 is an integer"):
        run(capsys)
    assert capsys.readouterr().out == ""


def commands_of(page):
    """The commands that a page shows, with what it says that they print, in order."""
    for block in re.findall(r"```console\n(.*?)```", page, re.DOTALL):
        for command, printed in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
            yield shlex.split(command), printed


def test_the_page_shows_what_is_printed(capsys):
    page = PAGE.read_text(encoding="utf-8")
    Path("pyproject.toml").write_text(re.search(r"```toml\n(.*?)```", page, re.DOTALL)[1], encoding="utf-8")
    Path("configs/debug/unet.local.yaml").touch()
    shown = list(commands_of(page))
    assert len(shown) == 7
    for (program, *arguments), printed in shown:
        if program == "worker-lint":
            main(arguments)
        else:
            subprocess.run([program, *arguments], check=True)
        output = capsys.readouterr()
        assert output.out + output.err == printed


def test_the_page_describes_each_key():
    keys = re.findall(r"^### `(.*)`$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(keys) == set(load_schema("settings")["properties"])
    assert len(keys) == len(set(keys))


def test_the_examples_of_the_page_are_settings():
    examples = re.findall(r"(?:^    .*\n)+", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(examples) == len(load_schema("settings")["properties"])
    for example in examples:
        text = textwrap.dedent(example).replace("tool.worker-lint.", "")
        Path("worker-lint.toml").write_text(text, encoding="utf-8")
        SettingsResolver({}).for_path(Path("train.py"))
