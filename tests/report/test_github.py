from __future__ import annotations

from worker_lint.dataclass import replace
from worker_lint.finding import Severity


def test_an_annotation_a_finding(report, rendered):
    assert rendered(report({"src/a.py": "num_workers = 20"}), "github") == (
        "::warning file=src/a.py,line=1,col=15,endLine=1,endColumn=17,title=worker-lint (WL201)::"
        "num_workers is 20, but must be 8: mode training asks for 8; write 8\n"
        "1 finding (1 warning); 1 file checked; --fix would mend it\n"
    )


def test_an_error_is_one(report, rendered):
    assert rendered(report({"a.json": '{"num_workers": -2}'}), "github").startswith("::error file=a.json,")


def test_what_steers_the_runner_is_escaped(report, rendered):
    text = rendered(report({"a,b:c%\n.py": "num_workers = 2"}), "github")
    assert text.startswith("::warning file=a%2Cb%3Ac%25%0A.py,line=1,")
    assert text.count("\n") == 2


def test_a_file_that_could_not_be_judged_is_an_error(report, rendered):
    assert rendered(report({}, errors=["a.py:1:2: 100 % wrong\nindeed"]), "github") == (
        "::error file=a.py,line=1,col=2,title=worker-lint::a.py:1:2: 100 %25 wrong%0Aindeed\n"
        "no findings; 1 failure; 0 files checked\n"
    )
    assert rendered(report({}, errors=["no place"]), "github").startswith("::error title=worker-lint::no place\n")


def test_columns_are_told_only_within_one_line(report, rendered):
    code = "from torch.utils.data import DataLoader\nDataLoader(d, num_workers=(n /\n 2))"
    text = rendered(report({"a.py": code}), "github")
    assert text.startswith("::error file=a.py,line=2,endLine=3,title=")


def test_an_info_is_a_notice(report, rendered):
    found = report({"a.py": "num_workers = 2"})
    ((source, finding),) = found.findings
    found.findings = [(source, replace(finding, severity=Severity.INFO))]
    assert rendered(found, "github").startswith("::notice file=a.py,")
