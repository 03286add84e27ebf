from __future__ import annotations

from pathlib import Path

import pytest

from worker_lint.dataclass import replace
from worker_lint.file_language import language_by_name
from worker_lint.locate.vocabulary import vocabulary
from worker_lint.rewrite.comments import differ_in_comments_alone
from worker_lint.source import Source


@pytest.mark.parametrize("name", ["a.py", "a.yaml", "a.toml", "a.sh"])
def test_a_file_may_hold_nothing_but_a_comment(name):
    before = Source(Path(name), language_by_name(Path(name)), b"# worker-lint: ignore-file[WL201] reason\n")
    assert differ_in_comments_alone(before, replace(before, code=b""), vocabulary())
