from __future__ import annotations

import sys
from pathlib import Path

import pytest

from worker_lint.errors import SettingsError
from worker_lint.settings import SettingsResolver

CODES = ("WL101", "WL201", "WL401")
LIMITED = pytest.mark.skipif(
    not hasattr(sys, "get_int_max_str_digits"), reason="this Python converts any number of digits"
)
MODES = "the modes are debug (0), development (4), training (8), production (16), high-performance (32)"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    return tmp_path


def error(data, name="worker-lint.toml", path="train.py"):
    Path(name).write_bytes(data if isinstance(data, bytes) else data.encode())
    with pytest.raises(SettingsError) as failure:
        SettingsResolver({}, codes=CODES).for_path(Path(path))
    assert "\n" not in str(failure.value)
    return str(failure.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("modee = 'debug'", "1: the top level: has no key 'modee'; did you mean 'mode'?", id="unknown key"),
        pytest.param(
            "\nranks_per_node = 1",
            "2: the top level: has no key 'ranks_per_node'; did you mean 'ranks-per-node'?",
            id="underscores",
        ),
        pytest.param(
            "[[overrides]]\npaths = ['a']\nexcluded = []",
            "3: overrides[0]: has no key 'excluded'; the keys are paths, mode, policy, profile, ranks-per-node, "
            "live-loaders, batch-bytes, prefetch-factor, worker-memory, main-memory, confidence, names, not-names, "
            "callables, requires-python, platforms, markdown, select, extend-select, ignore, severity, fail-on",
            id="unknown key of an override",
        ),
        pytest.param(
            "mode = 'trainin'",
            f"1: mode: 'trainin' is no mode; did you mean 'training'? {MODES.replace('the', 'The', 1)}",
            id="unknown mode",
        ),
        pytest.param(
            "[[overrides]]\npaths = ['a']\n[[overrides]]\npaths = ['b']\nmode = 'x'",
            f"5: overrides[1].mode: 'x' is no mode; {MODES}",
            id="unknown mode for paths that do not match",
        ),
        pytest.param(
            "policy = 'exactly'",
            "1: policy: \"exactly\" is none of 'exact', 'at-most', 'bounds-only'; did you mean 'exact'?",
            id="unknown policy",
        ),
        pytest.param("mode = 8", "1: mode: 8 is an integer, not a string", id="a count for a mode"),
        pytest.param("mode = 2026-01-01", '1: mode: "2026-01-01" is a date, not a string', id="a date"),
        pytest.param("ranks-per-node = 0", "1: ranks-per-node: 0 is below 1", id="no ranks"),
        pytest.param("live-loaders = true", "1: live-loaders: true is a boolean, not an integer", id="true"),
        pytest.param("prefetch-factor = 1.5", "1: prefetch-factor: 1.5 is a number, not an integer", id="a fraction"),
        pytest.param("modes = {debug = -1}", "1: modes.debug: -1 is below 0", id="a negative count"),
        pytest.param(
            "[modes]\n'a b' = 1",
            "1: modes: \"a b\" does not have the form of a name: letters, digits, '.', '_' and '-'",
            id="a name with a space",
        ),
        pytest.param(
            "batch-bytes = '12 parsecs'",
            '1: batch-bytes: "12 parsecs" does not have the form of a number of bytes above zero, '
            'as in 1048576 or "147MiB"',
            id="no size",
        ),
        pytest.param("worker-memory = -1", "1: worker-memory: -1 is below 1", id="a negative size"),
        pytest.param(
            "main-memory = '0.2B'",
            "1: main-memory: '0.2B' is less than one byte; write a size such as '147MiB'",
            id="a size that rounds to nothing",
        ),
        pytest.param(
            f"batch-bytes = '{'9' * 400}MiB'",
            f"1: batch-bytes: '{'9' * 59}…' is more than any machine has; a size is less than 2^63 bytes",
            id="a size of hundreds of digits",
        ),
        pytest.param(
            f"main-memory = {2**63}", f"1: main-memory: {2**63} is above {2**63 - 1}", id="a size beyond 64 bits"
        ),
        pytest.param(
            f"ranks-per-node = {'9' * 400}",
            f"1: ranks-per-node: {'9' * 59}… is above {2**63 - 1}",
            id="a number of hundreds of digits",
        ),
        pytest.param(
            f"live-loaders = 0x{'f' * 5000}",
            " the top level: holds a number with thousands of digits",
            marks=LIMITED,
            id="thousands of digits, written in hexadecimal",
        ),
        pytest.param("select = ['W2']", '1: select[0]: "W2" does not have the form WL, WL2 or WL201', id="no code"),
        pytest.param(
            "ignore = ['WL2011']", '1: ignore[0]: "WL2011" does not have the form WL, WL2 or WL201', id="long"
        ),
        pytest.param("select = []", "1: select: is empty", id="select nothing"),
        pytest.param(
            "\nselect = ['WL1', 'WL411']",
            "2: select: no rule is called WL411, or begins with it; did you mean 'WL401'?",
            id="select a rule that is not there",
        ),
        pytest.param(
            "ignore = ['WL02']",
            "1: ignore: no rule is called WL02, or begins with it; did you mean 'WL401'?",
            id="ignore a rule that is not there",
        ),
        pytest.param(
            "[[overrides]]\npaths = ['a']\nextend-select = ['WL999']",
            "3: overrides[0].extend-select: no rule is called WL999, or begins with it; 'worker-lint rules' lists them",
            id="a rule that is not there, for paths that do not match",
        ),
        pytest.param(
            "[per-file-ignores]\n'a' = ['WL1']\n'b/' = ['WL999']",
            "3: per-file-ignores.b/: no rule is called WL999, or begins with it; 'worker-lint rules' lists them",
            id="a rule that is not there, for a file",
        ),
        pytest.param(
            "per-file-ignores = {'#a' = ['WL1']}",
            "1: per-file-ignores.#a: '#a' matches no path; write a gitignore pattern, as in 'configs/**'",
            id="a pattern that matches nothing",
        ),
        pytest.param("per-file-ignores = ['WL1']", '1: per-file-ignores: ["WL1"] is a list, not a table', id="no file"),
        pytest.param(
            "[severity]\nWL999 = 'error'",
            "1: severity: no rule is called WL999, or begins with it; 'worker-lint rules' lists them",
            id="the severity of a rule that is not there",
        ),
        pytest.param(
            "[severity]\nWL1 = 'fatal'",
            "2: severity.WL1: \"fatal\" is none of 'error', 'warning', 'info'",
            id="no severity",
        ),
        pytest.param(
            "[severity]\nworkers = 'error'",
            '1: severity: "workers" does not have the form WL, WL2 or WL201',
            id="the severity of no rule",
        ),
        pytest.param(
            "fail-on = 'errors'",
            "1: fail-on: \"errors\" is none of 'error', 'warning', 'info'; did you mean 'error'?",
            id="no level",
        ),
        pytest.param(
            "[[suppressions]]\npath = 'a.json'\nrules = ['WL201']",
            "1: suppressions[0]: lacks 'reason'",
            id="a suppression without a reason",
        ),
        pytest.param(
            "[[suppressions]]\npath = 'a.json'\nrules = ['WL201']\nreason = ''",
            "4: suppressions[0].reason: is empty",
            id="a suppression with an empty reason",
        ),
        pytest.param(
            "[[suppressions]]\npath = 'a.json'\nrule = 'WL201'\nreason = 'x'",
            "3: suppressions[0]: has no key 'rule'; did you mean 'rules'? (and 1 more)",
            id="a key that suppressions do not have",
        ),
        pytest.param(
            "[[suppressions]]\npath = 'a.json'\nrules = ['WL201']\nreason = 'x'\npointer = 'train.num_workers'",
            '5: suppressions[0].pointer: "train.num_workers" does not have the form of a JSON pointer, '
            'as in "/train/num_workers"',
            id="no pointer",
        ),
        pytest.param(
            "[[suppressions]]\npath = 'a.json'\nrules = ['WL999']\nreason = 'x'",
            "3: suppressions[0].rules: no rule is called WL999, or begins with it; 'worker-lint rules' lists them",
            id="a suppression of a rule that is not there",
        ),
        pytest.param(
            "[[suppressions]]\npath = '[a'\nrules = ['WL201']\nreason = 'x'",
            "2: suppressions[0].path: '[a' matches no path; write a gitignore pattern, as in 'configs/**'",
            id="a suppression for no path",
        ),
        pytest.param("baseline = ''", "1: baseline: is empty", id="no name of a baseline"),
        pytest.param("cache-dir = ''", "1: cache-dir: is empty", id="no name of a folder"),
        pytest.param("profile = []", "1: profile: is empty", id="no profile"),
        pytest.param("profile = ''", "1: profile: is empty", id="an empty profile"),
        pytest.param(
            "profile = ['none', 'live']",
            "1: profile: 'none' stands alone; leave out either it or the profiles beside it",
            id="none and another",
        ),
        pytest.param("[[overrides]]\nmode = 'debug'", "1: overrides[0]: lacks 'paths'", id="no paths"),
        pytest.param("[[overrides]]\npaths = []", "2: overrides[0].paths: is empty", id="empty paths"),
        pytest.param(
            "per-file-ignores = {'!a.py' = ['WL1']}",
            "1: per-file-ignores.!a.py: '!a.py' makes an exception, and no pattern stands before it",
            id="an exception from nothing",
        ),
        pytest.param(
            "[[overrides]]\npaths = ['!a.py', 'b/']",
            "2: overrides[0].paths: '!a.py' makes an exception, and no pattern stands before it",
            id="an exception before what it is made from",
        ),
        pytest.param(
            "[[overrides]]\npaths = ['#a']",
            "2: overrides[0].paths: '#a' matches no path; write a gitignore pattern, as in 'configs/**'",
            id="a comment as pattern",
        ),
        pytest.param(
            "exclude = ['[a']",
            "1: exclude: '[a' matches no path; write a gitignore pattern, as in 'configs/**'",
            id="a bracket never closed",
        ),
        pytest.param("confidence = 101", "1: confidence: 101 is above 100", id="more than certain"),
        pytest.param("confidence = -1", "1: confidence: -1 is below 0", id="less than impossible"),
        pytest.param(
            "names = ['data.workers']",
            "1: names[0]: \"data.workers\" does not have the form of a name: letters, digits, '_' and '-'",
            id="a path for a name",
        ),
        pytest.param("not-names = 'workers'", '1: not-names: "workers" is a string, not a list', id="one name alone"),
        pytest.param(
            "callables = ['mylib.make_loader']",
            '1: callables[0]: "mylib.make_loader" does not have the form of module.function:parameter, '
            'as in "mylib.make_loader:workers"',
            id="a callable without its parameter",
        ),
        pytest.param(
            "requires-python = '3.10+'",
            "1: requires-python: '3.10+' is no version specifier (PEP 440); write one such as '>=3.10,<3.14'",
            id="no version specifier",
        ),
        pytest.param(
            "platforms = ['darwin']",
            "1: platforms[0]: \"darwin\" is none of 'linux', 'windows', 'macos'",
            id="a platform by another name",
        ),
        pytest.param("markdown = 'yes'", '1: markdown: "yes" is a string, not a boolean', id="yes for true"),
        pytest.param("live-loaders = 0\nprefetch-factor = 0", "1: live-loaders: 0 is below 1 (and 1 more)", id="two"),
    ],
)
def test_what_is_no_setting_is_one_line_with_the_place_and_the_remedy(folder, text, expected):
    assert error(text) == f"worker-lint.toml:{expected}"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param("mode =", "1:7: is no TOML: Invalid value (the text ends too soon)", id="no value"),
        pytest.param(
            "a = 1\nmode = 'debug' x",
            "2:16: is no TOML: Expected newline or end of document after a statement",
            id="junk",
        ),
        pytest.param(
            f"a = 1\nranks-per-node = {'9' * 5000}",
            "2:1: is no TOML: a number with thousands of digits",
            id="thousands of digits",
            marks=LIMITED,
        ),
        pytest.param('mode = """x', "1:12: is no TOML: Unterminated string (the text ends too soon)", id="no end"),
        pytest.param(b"a = 1\n# caf\xe9", "2: is not UTF-8; save it as UTF-8, as TOML requires", id="Latin-1"),
    ],
)
def test_a_file_that_does_not_parse_says_where(folder, data, expected):
    assert error(data) == f"worker-lint.toml:{expected}"


def test_a_byte_order_mark_is_no_trouble(folder):
    Path("worker-lint.toml").write_bytes("mode = 'debug'".encode("utf-8-sig"))
    assert SettingsResolver({}).for_path(Path("a.py")).mode == "debug"


def test_the_table_of_a_pyproject_is_named_and_its_lines_are_those_of_the_file(folder):
    assert error("[project]\nname = 'x'\n\n[tool.worker-lint]\nmod = 'debug'\n", "pyproject.toml") == (
        "pyproject.toml:5: [tool.worker-lint]: has no key 'mod'; did you mean 'mode'?"
    )


def test_a_table_that_is_none_is_an_error(folder):
    assert error("[tool]\nworker-lint = 8\n", "pyproject.toml") == (
        "pyproject.toml:2: [tool.worker-lint]: 8 is an integer, not a table"
    )


def test_a_file_above_the_current_folder_is_named_in_full(folder, monkeypatch):
    Path("a").mkdir()
    Path("worker-lint.toml").write_text("x = 1", encoding="utf-8")
    monkeypatch.chdir("a")
    with pytest.raises(SettingsError) as failure:
        SettingsResolver({}).for_path(Path("b.py"))
    assert str(failure.value).startswith(f"{folder}/worker-lint.toml:1: ")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param({"mode": "debugg"}, "--mode: 'debugg' is no mode; did you mean 'debug'?", id="unknown mode"),
        pytest.param({"select": ("X",)}, '--select: "X" does not have the form WL, WL2 or WL201', id="no code"),
        pytest.param({"live_loaders": 0}, "--live-loaders: 0 is below 1", id="too few"),
        pytest.param({"batch_bytes": "0.1B"}, "--batch-bytes: '0.1B' is less than one byte", id="too small"),
        pytest.param({"exclude": ("#",)}, "--exclude: '#' matches no path", id="no pattern"),
        pytest.param({"profile": ("none", "a")}, "--profile: 'none' stands alone", id="none and another"),
    ],
)
def test_what_is_wrong_on_the_command_line_names_the_option(folder, given, expected):
    with pytest.raises(SettingsError) as failure:
        SettingsResolver(given).for_path(Path("a.py"))
    assert str(failure.value).startswith(expected)
    assert "\n" not in str(failure.value)


def test_a_mode_that_only_another_file_knows_is_refused_where_it_is_unknown(folder):
    Path("worker-lint.toml").write_text("modes = {sweep = 2}", encoding="utf-8")
    Path("a").mkdir()
    Path("a/worker-lint.toml").touch()
    resolver = SettingsResolver({"mode": "sweep"})
    assert resolver.for_path(Path("x.py")).modes["sweep"] == 2
    with pytest.raises(SettingsError, match="'sweep' is no mode"):
        resolver.for_path(Path("a/x.py"))
