"""``worker-lint schema``: what it prints is a schema that other validators can use alone."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from worker_lint.cli import main
from worker_lint.counts import broken_constraint, schema_with_bound
from worker_lint.locate import locate
from worker_lint.locate.vocabulary import spellings, vocabulary
from worker_lint.schema import NAMES, load_schema
from worker_lint.source import Source

PROFILE = Path(__file__).parents[2] / "examples" / "profiles" / "server-88c-126g.json"
BOUND = 87


@pytest.mark.parametrize("name", NAMES)
def test_every_schema_is_printed_as_it_ships_and_is_one(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", name]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == load_schema(name)
    assert printed["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(printed)


def test_a_profile_fills_in_the_bound(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "worker-counts", "--isolated", "--profile", str(PROFILE)]) == 0
    assert json.loads(capsys.readouterr().out) == schema_with_bound(BOUND) != load_schema("worker-counts")


def test_the_tightest_of_several_profiles_fills_in_the_bound(capsys: pytest.CaptureFixture[str]) -> None:
    small = PROFILE.with_name("g4dn-xlarge.json")
    assert main(["schema", "worker-counts", "--isolated", f"--profile={PROFILE}", f"--profile={small}"]) == 0
    assert json.loads(capsys.readouterr().out) == schema_with_bound(3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["settings", "--profile", str(PROFILE)], "error: --profile has no bearing on the schema settings"),
        (["worker-counts", "--profile", "missing.json"], "error: missing.json"),
    ],
)
def test_what_cannot_be_asked_for(
    arguments: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["schema", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith(message)
    assert captured.err.count("\n") == 1
    assert captured.out == ""


@pytest.fixture(scope="module")
def schema_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a user redirects into a file."""
    path = tmp_path_factory.mktemp("schema") / "worker-counts.json"
    command = [sys.executable, "-m", "worker_lint", "schema", "worker-counts", "--isolated", "--profile", str(PROFILE)]
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "hooks")}
    with path.open("wb") as stream:
        subprocess.run(command, stdout=stream, env=environ, check=True)
    return path


GOOD: dict[str, Any] = {
    "num_workers": 8,
    "workers": "many",
    "model": {"data": [{"num_workers": 0}, [{"train": {"dataloader_num_workers": BOUND}}]]},
    "num_workers_by_split": "8",
    "NUM_WORKERS": None,
    "num-workers": "${oc.env:WORKERS}",
    "val_num_workers": {"num_workers": 2},
}


def _deep(value: object) -> dict[str, Any]:
    return {"runs": [{"batch_size": 4}, {"loaders": [[{"num_workers": value}]]}]}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("document", "said"),
    [
        (GOOD, None),
        ({"num_workers": "8"}, "$.num_workers: '8' is not of type 'integer', 'null'"),
        ({"num_workers": -1}, "$.num_workers: -1 is less than the minimum of 0"),
        ({"num_workers": BOUND + 1}, "$.num_workers: 88 is greater than the maximum of 87"),
        ({"num_workers": 4.5}, "$.num_workers: 4.5 is not of type 'integer', 'null'"),
        ({"num_workers": True}, "$.num_workers: True is not of type 'integer', 'null'"),
        (_deep("auto"), "$.runs[1].loaders[0][0].num_workers: 'auto' is not of type 'integer', 'null'"),
        (_deep(BOUND + 1), "$.runs[1].loaders[0][0].num_workers: 88 is greater than the maximum of 87"),
        ({"val_num_workers": {"num_workers": -2}}, "$.val_num_workers.num_workers: -2 is less than the minimum of 0"),
        ({"DATALOADER-WORKERS": -2}, None),
        ({"--num-workers": -2}, "$['--num-workers']: -2 is less than the minimum of 0"),
    ],
    ids=[
        "good", "string", "negative", "above the bound", "not whole", "boolean", "a string deep inside",
        "above the bound deep inside", "inside an object of the same name", "no name of the vocabulary", "an option",
    ],
)  # fmt: skip
def test_check_jsonschema_takes_the_schema_alone(
    schema_file: Path, tmp_path: Path, document: dict[str, Any], said: str | None
) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--schemafile", schema_file, path],
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == (0 if said is None else 1), done.stdout + done.stderr
    assert (said or "ok -- validation done") in done.stdout


def test_the_schema_knows_every_spelling_of_the_vocabulary_and_no_other() -> None:
    (pattern,) = load_schema("worker-counts")["$defs"]["document"]["patternProperties"]
    start, end = "^-{0,2}(?:", ")$"
    assert pattern.startswith(start)
    assert pattern.endswith(end)
    listed = pattern[len(start) : -len(end)].split("|")
    assert len(set(listed)) == len(listed)
    # In the vocabulary a leading dash is part of a spelling; what begins without one is listed.
    # A name that needs evidence cannot be told from its spelling alone.
    words = vocabulary()
    plain = [way for name in words.names if words.is_plain_count(name) for way in spellings(name)]
    assert set(listed) == {spelling for spelling in plain if not spelling.startswith("-")}
    known = re.compile(pattern)
    assert [spelling for spelling in plain if known.search(spelling) is None] == []


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-3, 200)
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(["8", "auto", "${n}", "{{ n }}", "$n", "@n", "<n>", "%(n)s", "$", "n$", "a ${n} b"])
)


@given(value=scalars, depth=st.lists(st.booleans(), max_size=4))
@example(value=4.0, depth=[])
@example(value=-0.0, depth=[])
@example(value=-1.0, depth=[])
@example(value=1e300, depth=[])
def test_rules_and_schema_agree(value: object, depth: list[bool]) -> None:
    document: Any = {"num_workers": value}
    for inside_list in depth:
        document = [document] if inside_list else {"data": document}
    (located,) = locate(Source(Path("config.json"), "json", json.dumps(document).encode()), vocabulary())
    (site,) = located.sites
    broken = broken_constraint(site.value)
    errors = Draft202012Validator(load_schema("worker-counts")).iter_errors(document)
    first = next((error.validator for error in errors), None)
    if isinstance(value, float) and value.is_integer():
        # A whole float is an integer to JSON Schema alone; Python's json reads a float, and torch refuses it.
        assert broken == "type"
        assert first == ("minimum" if value < 0 else None)
    else:
        assert broken == first


@given(value=st.integers(-3, 200), bound=st.integers(0, 100))
def test_the_bound_is_the_highest_count_that_the_schema_allows(value: int, bound: int) -> None:
    valid = Draft202012Validator(schema_with_bound(bound)).is_valid([{"num_workers": value}])
    assert valid is (0 <= value <= bound)
