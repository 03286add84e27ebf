from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from worker_lint.across import check_across
from worker_lint.check import check
from worker_lint.discover import Found
from worker_lint.finding import Finding
from worker_lint.judge import judge
from worker_lint.locate import locate
from worker_lint.locate.elision import UnseenError, forget
from worker_lint.locate.vocabulary import vocabulary
from worker_lint.opening import language_of, open_source
from worker_lint.policies import Policies
from worker_lint.rewrite.apply import apply_fixes
from worker_lint.rules import RULES
from worker_lint.settings import SettingsResolver
from worker_lint.site import Document

PROFILES = Path(__file__).parents[2] / "examples" / "profiles"
IN_CI = {"CI": "true"}  # where no profile is declared the machine that runs the tests must not be judged


@dataclass
class Judged:
    findings: list[Finding]
    fixed: str
    """The text with every fix made, unsafe ones too."""
    documents: tuple[Document, ...] = ()

    @property
    def says(self) -> str:
        """The only finding, in one line: code, severity, place, message, help."""
        (finding,) = self.findings
        return f"{finding.severity}: {finding.message}; {finding.help}"


def assert_same_without_bodies(source, policy, findings):
    """Assert that the same is found where bodies are left out of the tree, unless somebody looks at one of them."""
    try:
        spared = judge(locate(source, vocabulary(), whole=False), policy)
    except UnseenError:
        return
    finally:
        forget()
    assert _told(spared) == _told(findings)


def _told(findings):
    return [(s.path, f.code, f.severity, f.start, f.end, f.message, f.help, f.fix, f.related) for s, f in findings]


@pytest.fixture
def judged(tmp_path, monkeypatch):
    """What one rule, or (None) every one that is on by default, says of a text in a folder with these settings.

    The example profiles lie in the folder too. ``beside`` are the texts of further files, by name: given those, even
    none, the rules that look across files speak as well.
    """
    shutil.copytree(PROFILES, tmp_path, dirs_exist_ok=True)
    monkeypatch.setattr("worker_lint.locate.bodies._LEAST", 1)
    monkeypatch.setattr("worker_lint.locate.bodies._DEAR", 1 << 40)

    def run(code, text, settings="", name="train.py", unsafe=True, beside=None):
        (tmp_path / "worker-lint.toml").write_text(settings, encoding="utf-8")
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        # What is said of the others' findings needs the others.
        reviews = any(rule.review for rule in RULES if rule.code == code)
        select = {} if code is None or reviews else {"select": (code,)}
        policies = Policies(SettingsResolver(select), IN_CI)
        policy = policies.for_path(path)
        data = text if isinstance(text, bytes) else text.encode()
        source = open_source(path, language_of(path, data), data, vocabulary())
        if source is None:
            return Judged([], data.decode())
        documents = locate(source, vocabulary())
        findings = judge(documents, policy)
        assert_same_without_bodies(source, policy, findings)
        if beside is not None:
            findings += across({**beside, name: text}, policies)
        mended = apply_fixes(source, findings, policy, unsafe=unsafe)[0]
        told = [finding for _, finding in findings if not reviews or finding.code == code]
        return Judged(told, mended.code.decode(), documents)

    def across(files, policies):
        """What the rules that look across files say of these, by name."""
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
        reports = [*check([Found(tmp_path / name) for name in files], policies)]
        sightings = [each for report in reports for each in report.sightings]
        return [found for report in check_across(sightings, policies) for found in report.findings]

    return run
