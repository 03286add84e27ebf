from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from worker_lint.dataclass import fields
from worker_lint.errors import SettingsError, UsageError
from worker_lint.recall.witness import Witness
from worker_lint.schema import load_schema
from worker_lint.settings import KEYS, Settings, SettingsResolver
from worker_lint.settings_file import Exemption


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    return tmp_path


def write(name, text=""):
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def settings(path="train.py", **given):
    return SettingsResolver(given).for_path(Path(path))


def pyproject(text):
    return f"[tool.worker-lint]\n{text}"


def test_without_a_file_the_defaults_are_in_force(folder):
    found = settings()
    assert {key: getattr(found, key.replace("-", "_")) for key in KEYS} == {
        "mode": None,
        "policy": "bounds-only",
        "modes": {"debug": 0, "development": 4, "training": 8, "production": 16, "high-performance": 32},
        "profile": None,
        "ranks-per-node": None,
        "live-loaders": 1,
        "batch-bytes": None,
        "prefetch-factor": 2,
        "worker-memory": None,
        "main-memory": None,
        "confidence": 50,
        "names": (),
        "not-names": (),
        "callables": (),
        "requires-python": None,
        "platforms": (),
        "markdown": False,
        "select": None,
        "extend-select": (),
        "ignore": (),
        "per-file-ignores": {},
        "severity": {},
        "fail-on": "warning",
        "suppressions": (),
        "baseline": None,
        "cache-dir": None,
        "exclude": (),
    }
    assert found.file is None
    assert not found.policy_declared
    assert found.origins == dict.fromkeys(KEYS, "default")


EVERY_KEY = """
mode = "production"
policy = "at-most"
profile = ["hw/a.json", "live"]
ranks-per-node = 8
live-loaders = 2
batch-bytes = "147MiB"
prefetch-factor = 4
worker-memory = 1000
main-memory = "1.5 GB"
confidence = 75
names = ["n_loader_procs"]
not-names = ["num_workers"]
callables = ["mylib.make_loader:workers"]
requires-python = ">=3.10,<3.14"
platforms = ["linux", "macos"]
markdown = true
select = ["WL2", "WL301"]
extend-select = ["WL4"]
ignore = ["WL204"]
fail-on = "error"
baseline = "known.json"
cache-dir = "cache"
exclude = ["vendor/"]
per-file-ignores = {"*.py" = ["WL1"], "tests/" = ["WL"]}
severity = {WL3 = "info"}
[[suppressions]]
path = "train.py"
rules = ["WL402"]
reason = "the loader is made elsewhere"
pointer = "/a"
[[suppressions]]
path = "b.json"
rules = ["WL402"]
reason = "another file"
[modes]
production = 12
sweep = 2
"""


def test_every_key_is_read_and_says_where_it_came_from(folder):
    write("worker-lint.toml", EVERY_KEY)
    found = settings()
    assert {field.name: getattr(found, field.name) for field in fields(Settings)} == {
        "file": folder / "worker-lint.toml",
        "mode": "production",
        "policy": "at-most",
        "policy_declared": True,
        "modes": {
            "debug": 0,
            "development": 4,
            "training": 8,
            "production": 12,
            "high-performance": 32,
            "sweep": 2,
        },
        "profile": (str(folder / "hw" / "a.json"), "live"),
        "ranks_per_node": 8,
        "live_loaders": 2,
        "batch_bytes": 147 * 2**20,
        "prefetch_factor": 4,
        "worker_memory": 1000,
        "main_memory": 1_500_000_000,
        "confidence": 75,
        "names": ("n_loader_procs",),
        "not_names": ("num_workers",),
        "callables": ("mylib.make_loader:workers",),
        "requires_python": ">=3.10,<3.14",
        "platforms": ("linux", "macos"),
        "markdown": True,
        "select": ("WL2", "WL301"),
        "extend_select": ("WL4",),
        "ignore": ("WL204",),
        "per_file_ignores": {"*.py": ("WL1",)},
        "severity": {"WL3": "info"},
        "fail_on": "error",
        "suppressions": (Exemption(0, "train.py", ("WL402",), "the loader is made elsewhere", "/a"),),
        "baseline": str(folder / "known.json"),
        "cache_dir": str(folder / "cache"),
        "exclude": ("vendor/",),
        "origins": dict.fromkeys(KEYS, "worker-lint.toml"),
    }


@pytest.mark.parametrize(
    ("files", "path", "expected"),
    [
        pytest.param({"pyproject.toml": "table"}, "a/b/c.py", "pyproject.toml", id="a file further up"),
        pytest.param(
            {"pyproject.toml": "table", "a/worker-lint.toml": ""}, "a/b/c.py", "a/worker-lint.toml", id="the closest"
        ),
        pytest.param(
            {"pyproject.toml": "table", "worker-lint.toml": ""},
            "a.py",
            "worker-lint.toml",
            id="our own before a shared",
        ),
        pytest.param(
            {"pyproject.toml": "table", "a/pyproject.toml": "[project]\n"},
            "a/b.py",
            "pyproject.toml",
            id="a pyproject.toml without the table does not count",
        ),
        pytest.param(
            {"pyproject.toml": "table", "a/pyproject.toml": "[worker-lint]\n[project\n"},
            "b.py",
            "pyproject.toml",
            id="a file in another branch is not read",
        ),
        pytest.param(
            {"pyproject.toml": "table", "a/pyproject.toml": "{{ template }}"},
            "a/b.py",
            "pyproject.toml",
            id="a pyproject.toml that never names us need not parse",
        ),
        pytest.param(
            {"pyproject.toml": "table", "a/pyproject.toml": 'dependencies = ["worker-lint"]'},
            "a/b.py",
            "pyproject.toml",
            id="one that names us elsewhere does not count",
        ),
        pytest.param(
            {"pyproject.toml": "table", "a/.git/x": "", "a/b.py": ""}, "a/b.py", None, id="not beyond a repository"
        ),
        pytest.param({"pyproject.toml": "table", "a/.git": "gitdir: x"}, "a/b.py", None, id="not beyond a submodule"),
        pytest.param({"a/worker-lint.toml": "", "a/.git/x": ""}, "a/b.py", "a/worker-lint.toml", id="its top counts"),
        pytest.param({"a/pyproject.toml": "table"}, "b/../a/x.py", "a/pyproject.toml", id="a detour"),
    ],
)
def test_the_closest_file_governs(folder, files, path, expected):
    for name, text in files.items():
        write(name, pyproject("mode = 'debug'\n") if text == "table" else text)
    found = settings(path)
    assert found.file == (expected and folder / expected)


def test_nothing_is_merged_from_a_file_further_up(folder):
    write("worker-lint.toml", "live-loaders = 3\nmode = 'debug'\n")
    write("a/worker-lint.toml", "mode = 'training'\n")
    assert settings("a/b.py").live_loaders == 1


OVERRIDES = """
mode = "training"
live-loaders = 2
[[overrides]]
paths = ["tests/", "*.debug.yaml"]
mode = "debug"
[[overrides]]
paths = ["configs/**", "!configs/slow.yaml"]
mode = "development"
ranks-per-node = 4
[[overrides]]
paths = ["/configs/eval/*.yaml"]
mode = "production"
"""


@pytest.mark.parametrize(
    ("path", "mode", "ranks"),
    [
        pytest.param("train.py", "training", None, id="none matches"),
        pytest.param("tests/test_a.py", "debug", None, id="a folder"),
        pytest.param("a/tests/b/test_a.py", "debug", None, id="a folder at depth"),
        pytest.param("tests", "training", None, id="a file with the name of a folder"),
        pytest.param("a/x.debug.yaml", "debug", None, id="a name at depth"),
        pytest.param("configs/x.yaml", "development", 4, id="all below a folder"),
        pytest.param("a/configs/x.yaml", "training", None, id="a pattern with a slash starts at the file"),
        pytest.param("configs/slow.yaml", "training", None, id="an exception"),
        pytest.param("configs/tests/x.yaml", "development", 4, id="the last match wins"),
        pytest.param("configs/eval/x.yaml", "production", 4, id="key by key"),
    ],
)
def test_overrides_apply_to_the_paths_that_match(folder, path, mode, ranks):
    write("worker-lint.toml", OVERRIDES)
    found = settings(path)
    assert (found.mode, found.ranks_per_node, found.live_loaders) == (mode, ranks, 2)


def test_an_override_says_where_it_stands(folder):
    write("pyproject.toml", pyproject("[[tool.worker-lint.overrides]]\npaths = ['a/**', 'b/**']\nmode = 'debug'\n"))
    origins = settings("b/x.py").origins
    assert origins["mode"] == "pyproject.toml, overrides[0] (a/**, b/**)"
    assert origins["live-loaders"] == "default"


def test_patterns_start_from_the_folder_of_the_settings_file(folder):
    write("a/worker-lint.toml", "exclude = ['/out/']\n[[overrides]]\npaths = ['b/*.py']\nmode = 'debug'\n")
    resolver = SettingsResolver({})
    assert resolver.for_path(Path("a/b/x.py")).mode == "debug"
    assert resolver.is_excluded(Path("a/out/x.py"))
    assert not resolver.is_excluded(Path("out/x.py"))


def test_paths_mean_the_same_from_another_folder_and_in_full(folder, monkeypatch):
    write("worker-lint.toml", OVERRIDES)
    Path("configs").mkdir()
    monkeypatch.chdir("configs")
    assert settings("x.yaml").mode == "development"
    assert settings("../tests/x.py").mode == "debug"
    assert settings(folder / "tests" / "x.py").mode == "debug"


def test_a_path_that_is_not_utf8_is_matched(folder):
    write("worker-lint.toml", OVERRIDES)
    assert settings(os.fsdecode(b"tests/caf\xe9.py")).mode == "debug"


@pytest.mark.parametrize(
    ("text", "policy", "declared"),
    [
        pytest.param("", "bounds-only", False, id="no mode"),
        pytest.param("mode = 'debug'", "exact", False, id="a mode"),
        pytest.param("mode = 'debug'\npolicy = 'at-most'", "at-most", True, id="a mode and a policy"),
        pytest.param("policy = 'exact'", "exact", True, id="a policy alone"),
        pytest.param("policy = 'bounds-only'", "bounds-only", True, id="the default, but written down"),
        pytest.param("[[overrides]]\npaths = ['train.py']\nmode = 'debug'", "exact", False, id="a mode by path"),
    ],
)
def test_the_policy_follows_from_the_mode_where_nobody_wrote_one(folder, text, policy, declared):
    write("worker-lint.toml", text)
    found = settings()
    assert (found.policy, found.policy_declared) == (policy, declared)


@pytest.mark.parametrize(
    ("given", "field", "expected"),
    [
        pytest.param({"mode": "debug"}, "mode", "debug", id="mode"),
        pytest.param({"mode": "sweep"}, "mode", "sweep", id="a mode that the file adds"),
        pytest.param({"profile": ("hw/b.json",)}, "profile", ("hw/b.json",), id="a profile stays as it was typed"),
        pytest.param({"profile": "none"}, "profile", ("none",), id="a profile as text"),
        pytest.param({"select": ("WL1",)}, "select", ("WL1",), id="select"),
        pytest.param({"ignore": ()}, "ignore", (), id="ignore takes the place of the file's"),
        pytest.param({"ranks_per_node": 3}, "ranks_per_node", 3, id="a number"),
        pytest.param({"batch_bytes": "1KiB"}, "batch_bytes", 1024, id="a size"),
        pytest.param({"fail_on": "info"}, "fail_on", "info", id="what makes a run fail"),
        pytest.param({"baseline": "b.json"}, "baseline", "b.json", id="a baseline stays as it was typed"),
        pytest.param({"baseline": "none"}, "baseline", None, id="no baseline"),
        pytest.param({"extend_select": ("WL1",)}, "extend_select", ("WL1",), id="more rules"),
        pytest.param({"select": ("WL1",)}, "extend_select", (), id="select leaves out the file's other rules"),
    ],
)
def test_the_command_line_beats_the_file_and_its_overrides(folder, given, field, expected):
    write("worker-lint.toml", EVERY_KEY + "[[overrides]]\npaths = ['*']\nmode = 'training'\nignore = ['WL1']\n")
    found = settings(**given)
    assert getattr(found, field) == expected
    assert found.origins[field.replace("_", "-")] == "command line"


def test_files_with_the_same_overrides_share_one_object(folder):
    write("worker-lint.toml", OVERRIDES)
    write("a/worker-lint.toml")
    resolver = SettingsResolver({})
    one, same, other_match, other_file = (
        resolver.for_path(Path(path)) for path in ("x.py", "b/c/y.py", "tests/x.py", "a/x.py")
    )
    assert one is same
    assert len({one, other_match, other_file}) == 3


IGNORES = """
[per-file-ignores]
"tests/" = ["WL2", "WL301"]
"*.yaml" = ["WL1"]
"/configs/*.yaml" = []
"""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param("train.py", {}, id="none matches"),
        pytest.param("a/tests/x.py", {"tests/": ("WL2", "WL301")}, id="a folder"),
        pytest.param("tests/x.yaml", {"tests/": ("WL2", "WL301"), "*.yaml": ("WL1",)}, id="two patterns add up"),
        pytest.param(
            "configs/x.yaml", {"*.yaml": ("WL1",), "/configs/*.yaml": ()}, id="an empty list takes nothing back"
        ),
        pytest.param("../x.yaml", {}, id="beyond the settings"),
    ],
)
def test_rules_to_ignore_by_file(folder, path, expected):
    write("worker-lint.toml", IGNORES)
    found = settings(path)
    assert found.per_file_ignores == expected
    assert found.origins["per-file-ignores"] == ("worker-lint.toml" if expected else "default")


def test_files_that_the_same_patterns_match_share_one_object(folder):
    write("worker-lint.toml", IGNORES)
    resolver = SettingsResolver({})
    assert resolver.for_path(Path("a.yaml")) is resolver.for_path(Path("b/c.yaml"))
    assert resolver.for_path(Path("a.yaml")) is not resolver.for_path(Path("a.py"))


def test_an_override_sets_severities_and_what_fails(folder):
    write(
        "worker-lint.toml",
        "severity = {WL1 = 'info', WL2 = 'error'}\nfail-on = 'error'\n"
        "[[overrides]]\npaths = ['a/']\nseverity = {WL1 = 'error'}\nfail-on = 'info'\nextend-select = ['WL202']\n",
    )
    found = settings("a/x.py")
    assert (found.severity, found.fail_on, found.extend_select) == ({"WL1": "error"}, "info", ("WL202",))


def test_without_any_file_all_paths_share_one_object(folder):
    resolver = SettingsResolver({})
    assert resolver.for_path(Path("a.py")) is resolver.for_path(Path("b/c.py"))


def test_settings_travel_to_another_process(folder):
    write("worker-lint.toml", EVERY_KEY)
    found = settings()
    copy = pickle.loads(pickle.dumps(found))  # noqa: S301 - our own bytes
    assert [getattr(copy, each.name) for each in fields(Settings)] == [
        getattr(found, each.name) for each in fields(Settings)
    ]


@pytest.mark.parametrize("config", ["elsewhere/ours.toml", "elsewhere/pyproject.toml"])
def test_a_named_file_governs_every_path(folder, config):
    write("worker-lint.toml", "mode = 'debug'\n")
    write(config, "mode = 'training'\n" if "ours" in config else pyproject("mode = 'training'\n"))
    found = SettingsResolver({}, config=Path(config)).for_path(Path("a/b.py"))
    assert (found.mode, found.file) == ("training", folder / config)


def test_isolated_reads_no_file(folder):
    write("worker-lint.toml", "mode = 'debug'\nexclude = ['*']\n")
    resolver = SettingsResolver({"live_loaders": 2}, isolated=True)
    found = resolver.for_path(Path("a.py"))
    assert (found.mode, found.file, found.live_loaders) == (None, None, 2)
    assert not resolver.is_excluded(Path("a.py"))


def test_a_named_file_and_isolated_contradict_each_other(folder):
    write("worker-lint.toml")
    with pytest.raises(UsageError, match="contradict each other"):
        SettingsResolver({}, config=Path("worker-lint.toml"), isolated=True)


def test_a_named_file_that_is_missing_is_bad_usage(folder):
    with pytest.raises(UsageError, match=r"^--config nowhere.toml: no such file"):
        SettingsResolver({}, config=Path("nowhere.toml"))


def test_a_named_pyproject_needs_the_table(folder):
    write("pyproject.toml", "[project]\n")
    with pytest.raises(SettingsError, match=r"^pyproject.toml: has no \[tool.worker-lint\] table"):
        SettingsResolver({}, config=Path("pyproject.toml"))


@pytest.mark.parametrize(
    ("path", "excluded"),
    [
        pytest.param("vendor/a.py", True, id="below an excluded folder"),
        pytest.param("a/vendor/b/c.py", True, id="below one at depth"),
        pytest.param("vendor", False, id="a file with the name of a folder"),
        pytest.param("a/x_pb2.py", True, id="by its name"),
        pytest.param("a/keep_pb2.py", False, id="an exception"),
        pytest.param("vendor/keep_pb2.py", True, id="an exception below an excluded folder does not hold"),
        pytest.param("a.py", False, id="nothing matches"),
        pytest.param("../a.py", False, id="beyond the settings"),
    ],
)
def test_exclusions_hold_as_in_gitignore(folder, path, excluded):
    write("worker-lint.toml", 'exclude = ["*_pb2.py", "!keep_pb2.py", "vendor/"]\n')
    assert SettingsResolver({}).is_excluded(Path(path)) is excluded


def test_exclusions_from_the_command_line_start_from_the_current_folder(folder, monkeypatch):
    write("worker-lint.toml", 'exclude = ["*"]\n')
    Path("a").mkdir()
    monkeypatch.chdir("a")
    resolver = SettingsResolver({"exclude": ("/b/",)})
    assert resolver.is_excluded(Path("b/x.py"))
    assert not resolver.is_excluded(Path("x.py"))


def test_a_folder_shows_what_holds_for_the_files_in_it(folder):
    write("worker-lint.toml", OVERRIDES)
    resolver = SettingsResolver({})
    assert [resolver.for_folder(Path(name)).mode for name in ("configs", "tests", ".")] == [
        "development",
        "debug",
        "training",
    ]


def test_the_schema_and_the_settings_have_the_same_keys():
    schema = load_schema("settings")
    top, override = (set(each["properties"]) for each in (schema, schema["$defs"]["override"]))
    assert top == {*KEYS, "overrides"}
    of_all_paths = {"modes", "exclude", "per-file-ignores", "suppressions", "baseline", "cache-dir"}
    assert override == {*KEYS, "paths"} - of_all_paths


def test_the_schema_and_the_settings_have_the_same_defaults():
    defaults = {
        key: each["default"] for key, each in load_schema("settings")["properties"].items() if "default" in each
    }
    plain = Settings()
    assert defaults.pop("overrides") == []
    assert defaults.pop("modes") == {}
    said = {key: getattr(plain, key.replace("-", "_")) for key in KEYS if key not in ("modes", "policy")}
    assert defaults == {
        key: list(value) if isinstance(value, tuple) else value for key, value in said.items() if value is not None
    }


def test_of_ten_thousand_paths_each_folder_is_looked_at_once(folder):
    looked = []

    class Looking(Witness):
        def lstat(self, path):
            looked.append(path)
            return super().lstat(path)

    text = "".join(f"[[overrides]]\npaths = ['d{i}/**', '*.x{i}', 'a/**/b{i}/']\nmode = 'debug'\n" for i in range(10))
    write("worker-lint.toml", "exclude = ['build/', '*.log']\n" + text)
    resolver = SettingsResolver({}, witness=Looking(0))
    for number in range(10_000):
        path = Path(f"d{number % 100}/e{number % 7}/f{number}.py")
        resolver.for_path(path)
        resolver.is_excluded(path)
    assert len(looked) == len(set(looked)) == 3 * 800 + 2  # the settings lie at the top, and nobody looks beyond
    assert len(resolver.files()) == 1


def test_settings_in_order_do_not_import_what_explains_errors(folder):
    write("worker-lint.toml", EVERY_KEY + OVERRIDES.partition("live-loaders = 2")[2])
    code = (
        "import sys\nfrom pathlib import Path\nfrom worker_lint.settings import SettingsResolver\n"
        "assert SettingsResolver({}).for_path(Path('tests/a.py')).mode == 'debug'\n"
        "assert 'jsonschema' not in sys.modules\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1] / "hooks")}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)


@pytest.mark.parametrize(
    ("files", "expected", "origin"),
    [
        pytest.param(
            {"pyproject.toml": "[project]\nrequires-python = '>=3.11'\n[tool.worker-lint]\n"},
            ">=3.11",
            "pyproject.toml, [project]",
            id="the metadata beside the table",
        ),
        pytest.param(
            {"pyproject.toml": "[project]\nrequires-python = '>=3.11'\n", "worker-lint.toml": ""},
            ">=3.11",
            "pyproject.toml, [project]",
            id="the metadata beside a file of our own",
        ),
        pytest.param(
            {"pyproject.toml": "[project]\nrequires-python = '>=3.11'\n[tool.worker-lint]\nrequires-python = '<3.14'"},
            "<3.14",
            "pyproject.toml",
            id="our own key comes first",
        ),
        pytest.param(
            {"pyproject.toml": "requires-python = [project\n", "worker-lint.toml": ""},
            None,
            "default",
            id="what does not parse is not ours to complain about",
        ),
        pytest.param(
            {"pyproject.toml": "project = 1\n[tool.worker-lint]\n"}, None, "default", id="what is no table says nothing"
        ),
    ],
)
def test_the_pythons_are_those_of_the_project_unless_the_settings_say_others(folder, files, expected, origin):
    for name, text in files.items():
        write(name, text)
    found = settings()
    assert (found.requires_python, found.origins["requires-python"]) == (expected, origin)
