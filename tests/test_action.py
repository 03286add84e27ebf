"""The GitHub Action: its form, and its steps as the runner's bash runs them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
SCRIPTS = [step for step in STEPS if "run" in step]

_EXPRESSION = re.compile(r"\$\{\{ (.*?) \}\}")

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")


def test_it_has_the_form_that_github_asks_for() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-actions", "action.yml"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout


def test_inputs_reach_a_shell_by_its_environment_alone() -> None:
    assert SCRIPTS
    for step in SCRIPTS:
        assert "${{" not in step["run"]
        assert set(step["env"]) <= set(re.findall(r"\$\{?([A-Z_]+)", step["run"]))


def test_every_input_is_used_and_every_expression_known() -> None:
    used = set(_EXPRESSION.findall(json.dumps(ACTION["runs"])))
    used |= {part for step in STEPS for part in re.findall(r"[a-z]+\.[\w.-]+", step.get("if", ""))}
    outputs = {"steps.python.outputs.python-path"} | {
        f"steps.{step['id']}.outputs.{name}"
        for step in SCRIPTS
        for name in re.findall(r'echo "(\w+)=', step["run"])
        if "id" in step
    }
    assert used == {f"inputs.{name}" for name in ACTION["inputs"]} | outputs
    assert set(_EXPRESSION.findall(json.dumps(ACTION["outputs"]))) <= outputs


def test_other_actions_are_pinned_to_a_commit_and_say_its_version() -> None:
    lines = re.findall(r"uses: (.*)", (ROOT / "action.yml").read_text(encoding="utf-8"))
    assert len(lines) == sum("uses" in step for step in STEPS) == 2
    for line in lines:
        assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)


class Runner:
    """As much of a runner as the scripts of a composite action need."""

    def __init__(self, folder: Path, workspace: Path) -> None:
        self.workspace = workspace
        self.known: dict[str, str] = {f"inputs.{name}": each["default"] for name, each in ACTION["inputs"].items()}
        self._outputs = folder / "outputs"
        cleared = ("PYTHONPATH", "VIRTUAL_ENV", "GITHUB_ACTIONS")
        self._environ = {name: value for name, value in os.environ.items() if name not in cleared}
        self._environ |= {"CI": "true", "RUNNER_TEMP": os.fspath(folder), "GITHUB_OUTPUT": os.fspath(self._outputs)}

    def run(self, step: dict[str, Any], **environ: str) -> subprocess.CompletedProcess[str]:
        """Run a step, and keep its outputs."""
        given = {
            name: _EXPRESSION.sub(lambda match: self.known.get(match[1], ""), text)
            for name, text in step["env"].items()
        }
        script = self._outputs.with_name("script.sh")
        script.write_text(step["run"], encoding="utf-8")
        self._outputs.write_text("", encoding="utf-8")
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", os.fspath(script)],
            cwd=self.workspace, env={**self._environ, **given, **environ},
            capture_output=True, encoding="utf-8", check=False,
        )  # fmt: skip
        for line in self._outputs.read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition("=")
            self.known[f"steps.{step['id']}.outputs.{name}"] = value
        return done


CHECK, VERDICT = SCRIPTS[-2:]


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    """A runner that has worker-lint installed, in a repository without findings."""
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    (workspace / "worker-lint.toml").write_text('mode = "training"\nprofile = "none"\n', encoding="utf-8")
    (workspace / "train.json").write_text('{"num_workers": 8}\n', encoding="utf-8")
    scripts = tmp_path / "bin"
    scripts.mkdir()
    start = f'#!/bin/sh\nPYTHONPATH="{ROOT / "hooks"}" exec "{sys.executable}" -m worker_lint "$@"\n'
    (scripts / "worker-lint").write_text(start, encoding="utf-8")
    (scripts / "worker-lint").chmod(0o755)
    runner = Runner(tmp_path, workspace)
    runner.known["steps.install.outputs.bin"] = os.fspath(scripts)
    return runner


def outcome(runner: Runner, **inputs: str) -> tuple[int, str]:
    """Return the status of the verdict on a check with ``inputs``, and what the check said."""
    runner.known |= {f"inputs.{name.replace('_', '-')}": value for name, value in inputs.items()}
    done = runner.run(CHECK)
    assert done.returncode == 0, done.stderr
    return runner.run(VERDICT).returncode, done.stdout + done.stderr


def sarif_results(runner: Runner, name: str = "worker-lint.sarif") -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = json.loads((runner.workspace / name).read_text(encoding="utf-8"))["runs"][0][
        "results"
    ]
    return results


def test_without_findings_it_passes(runner: Runner) -> None:
    status, said = outcome(runner)
    assert status == 0
    assert "no findings; 2 files checked" in said
    assert sarif_results(runner) == []
    assert runner.known["steps.check.outputs.written"] == "true"


def test_findings_are_annotated_and_written_and_fail_behind_the_upload(runner: Runner) -> None:
    (runner.workspace / "train.json").write_text('{"num_workers": 2}\n', encoding="utf-8")
    status, said = outcome(runner)
    assert status == 1
    assert "::warning file=train.json,line=1,col=17," in said
    assert [result["ruleId"] for result in sarif_results(runner)] == ["WL201"]
    names = [step.get("uses", step.get("name")) for step in STEPS]
    assert names.index("Check") < next(i for i, name in enumerate(names) if "upload-sarif" in name)
    assert names[-1] == "Tell the result"


def test_the_severity_that_fails(runner: Runner) -> None:
    (runner.workspace / "train.json").write_text('{"num_workers": 2}\n', encoding="utf-8")
    assert outcome(runner, fail_on="error")[0] == 0
    assert len(sarif_results(runner)) == 1
    (runner.workspace / "train.json").write_text('{"num_workers": -2}\n', encoding="utf-8")
    assert outcome(runner, fail_on="error")[0] == 1


def test_an_error_outranks_findings(runner: Runner) -> None:
    (runner.workspace / "broken.json").write_text('{"num_workers": }\n', encoding="utf-8")
    assert outcome(runner)[0] == 2
    assert outcome(runner, args="--no-such-option")[0] == 2


def test_paths_and_arguments(runner: Runner) -> None:
    (runner.workspace / "a b.json").write_text('{"num_workers": 2}\n', encoding="utf-8")
    (runner.workspace / "-c.json").write_text('{"num_workers": 4}\n', encoding="utf-8")
    status, said = outcome(runner, paths="a b.json\n-c.json\n")
    assert status == 1
    assert "2 files checked" in said
    assert outcome(runner, paths="-c.json", args="--mode development\n --isolated  --profile=none ")[0] == 0


def test_without_a_sarif_file_none_is_written(runner: Runner) -> None:
    assert outcome(runner, sarif_file="")[0] == 0
    assert "steps.check.outputs.written" not in runner.known
    assert not list(runner.workspace.glob("*.sarif"))
    assert outcome(runner, sarif_file="out of it.sarif")[0] == 0
    assert sarif_results(runner, "out of it.sarif") == []


def test_findings_of_an_earlier_check_are_not_taken_for_those_of_one_that_failed(runner: Runner) -> None:
    assert outcome(runner)[0] == 0
    del runner.known["steps.check.outputs.written"]
    assert outcome(runner, args="--no-such-option")[0] == 2
    assert "steps.check.outputs.written" not in runner.known


@pytest.mark.parametrize(
    "text", ["$(touch pwned)", "`touch pwned`", "; touch pwned", "' ; touch pwned '", '"; touch pwned; "']
)
@pytest.mark.parametrize("name", ["paths", "args", "fail_on", "sarif_file"])
def test_nothing_in_an_input_is_run(runner: Runner, name: str, text: str) -> None:
    outcome(runner, **{name: text})
    assert not (runner.workspace / "pwned").exists()


def test_a_star_is_no_pattern(runner: Runner) -> None:
    status, said = outcome(runner, paths="*.json")
    assert status == 2
    assert "*.json: No such file or directory" in said


@pytest.mark.slow
def test_it_installs_itself(runner: Runner, project: Path, tmp_path: Path) -> None:
    install = SCRIPTS[0]
    runner.known["steps.python.outputs.python-path"] = sys.executable
    done = runner.run(install, GITHUB_ACTION_PATH=os.fspath(project))
    assert done.returncode == 0, done.stderr
    assert runner.known["steps.install.outputs.bin"].startswith(os.fspath(tmp_path / "worker-lint"))
    assert outcome(runner)[0] == 0
    (runner.workspace / "train.json").write_text('{"num_workers": 2}\n', encoding="utf-8")
    assert outcome(runner)[0] == 1
    assert subprocess.run(["git", "status", "--short"], cwd=project, capture_output=True, check=True).stdout == b""
