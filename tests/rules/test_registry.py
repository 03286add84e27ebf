"""The catalogue lists every rule, and says of each what the rule says itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import worker_lint.rules
from worker_lint.hardware.profile import Profile
from worker_lint.hardware.sections import Captured, Cpu, Memory
from worker_lint.locate import locate
from worker_lint.locate.vocabulary import vocabulary
from worker_lint.policy import Policy
from worker_lint.rules import CATALOGUE, CODES, RULES, asked
from worker_lint.rules._frameworks import frameworks
from worker_lint.settings import Settings
from worker_lint.source import Source

FOLDER = Path(worker_lint.rules.__file__).parent
MACHINE = Profile(name="test", captured=Captured("declared"), cpu=Cpu(usable=8), memory=Memory(limit_bytes=2**34))


def test_every_module_is_in_the_catalogue() -> None:
    modules = {path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("_")}
    assert {entry.module for entry in CATALOGUE} == modules
    assert len(CATALOGUE) == len(modules)


def test_the_codes_are_in_order() -> None:
    assert list(CODES) == sorted(set(CODES))


def test_the_catalogue_says_what_the_rules_say() -> None:
    told = [(entry.code, entry.default, entry.across, entry.review) for entry in CATALOGUE]
    assert told == [(rule.code, rule.default, rule.across is not None, rule.review is not None) for rule in RULES]
    assert [entry.rule for entry in CATALOGUE] == list(RULES)


def test_another_name_is_none() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'RULE'"):
        worker_lint.rules.RULE  # noqa: B018


@pytest.mark.parametrize(
    ("name", "text", "codes"),
    [
        ("python", "num_workers = 1", {"WL104", "WL302", "WL401", "WL502", "WL508", "WL701", "WL803"}),
        ("python", "num_workers = os.cpu_count()", {"WL104", "WL401", "WL502", "WL701", "WL803"}),
        ("python", "num_workers = cpu_counts  # persistent_workers", {"WL302", "WL401"}),
        ("python", "DataLoader(x, num_workers=0, persistent_workers=True)", {"WL302", "WL402", "WL502"}),
        ("json", '{"num_workers": 1, "persistent_workers": true}', {"WL501", "WL602", "WL701"}),
        ("json", '{"num_workers": 1, "container": "docker"}', {"WL803", "WL804"}),
        ("shell", "python train.py --num_workers 4", {"WL104", "WL501", "WL801"}),
    ],
)
def test_a_rule_that_can_find_nothing_is_not_asked(name: str, text: str, codes: set[str]) -> None:
    documents = locate(Source.decode(Path("a"), name, text.encode()), vocabulary())
    found = {entry.code for entry in asked(CATALOGUE, documents, Policy(Settings()))}
    assert not found & codes
    assert "WL202" in found


@pytest.mark.parametrize(
    ("value", "codes"),
    [
        ("4", {"WL201", "WL205", "WL301"}),
        ("-1", {"WL101", "WL201", "WL205", "WL301"}),
        ("4.0", {"WL102", "WL103", "WL702"}),
        ("n / 2", {"WL102", "WL103", "WL702"}),
        ("n // 2", {"WL702"}),
        ("'4'", {"WL102", "WL103"}),
        ("True", {"WL102", "WL103"}),
        ("n", set()),
    ],
)
def test_a_rule_is_asked_where_a_count_is_written_as_it_minds(value: str, codes: set[str]) -> None:
    code = f"num_workers = {value}\nloader = DataLoader(data, num_workers=num_workers)".encode()
    documents = locate(Source.decode(Path("a"), "python", code), vocabulary())
    policy = Policy(Settings(policy="exact"), (MACHINE,))
    minding = {"WL101", "WL102", "WL103", "WL201", "WL205", "WL301", "WL702"}
    assert {entry.code for entry in asked(CATALOGUE, documents, policy)} & minding == codes


def test_what_needs_a_mode_or_a_machine_is_asked_where_there_is_one() -> None:
    documents = locate(Source.decode(Path("a"), "python", b"num_workers = 1"), vocabulary())
    needing = {"WL201", "WL205", "WL301", "WL304", "WL305", "WL306"}

    def found(policy: Policy) -> set[str]:
        return {entry.code for entry in asked(CATALOGUE, documents, policy)} & needing

    assert found(Policy(Settings())) == set()
    assert found(Policy(Settings(policy="at-most"))) == {"WL201", "WL205"}
    assert found(Policy(Settings(), (MACHINE,))) == {"WL301", "WL304", "WL305", "WL306"}


def test_where_nothing_is_set_few_rules_are_asked() -> None:
    documents = locate(Source.decode(Path("a"), "python", b"def worker_init_fn(worker_id): ..."), vocabulary())
    assert [entry.code for entry in asked(CATALOGUE, documents, Policy(Settings()))] == ["WL503"]
    assert asked(CATALOGUE, (), Policy(Settings())) == []


def test_the_catalogue_knows_the_words_of_the_frameworks() -> None:
    known = frameworks()
    words = {entry.code: {word.decode() for word in entry.words} for entry in CATALOGUE}
    assert words["WL901"] >= {each.method for each in known.needs_workers} | {each.keyword for each in known.lowest}
    assert words["WL902"] >= {name for each in known.removed for name in each.modules} | {
        each.key for each in known.renamed
    }
    assert words["WL904"] == {each.method for each in known.shards}


_SAY_WHICH_RULES_WERE_IMPORTED = """
import sys
from worker_lint.cli import main
main(sys.argv[1:])
sys.stderr.write(" ".join(name.rpartition(".")[2] for name in sys.modules if name.startswith("worker_lint.rules.")))
"""


def test_a_run_imports_the_rules_that_it_asks(tmp_path: Path) -> None:
    (tmp_path / "counts.json").write_text('{"num_workers": 1}\n', encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", _SAY_WHICH_RULES_WERE_IMPORTED, "--isolated", "--profile=none", "--quiet", "counts.json"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": os.fspath(FOLDER.parents[1])},
        capture_output=True, encoding="utf-8", check=True,
    )  # fmt: skip
    imported = set(done.stderr.split())
    documents = locate(Source.decode(Path("a"), "json", b'{"num_workers": 1}'), vocabulary())
    across = [entry for entry in CATALOGUE if entry.across]
    needed = {entry.module for entry in (*asked(CATALOGUE, documents, Policy(Settings())), *across) if entry.default}
    assert {name for name in imported if not name.startswith("_")} == needed
