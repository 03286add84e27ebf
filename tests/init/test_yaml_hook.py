"""The hook in a .pre-commit-config.yaml: one entry more, and nothing else changes."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
import yaml

from worker_lint.init.yaml_hook import YamlError, has_hook, local_repo, remote_repo, with_repo

ROOT = Path(__file__).parents[2]
REMOTE = remote_repo("https://example.org/worker-lint", "v1.2.3")


def added_to(text: str, repo: dict[str, Any] = REMOTE) -> str:
    """Return what ``with_repo`` puts into ``text``, having held that it does nothing else."""
    result = with_repo(text, repo)
    before, after = yaml.safe_load(text) or {}, yaml.safe_load(result)
    assert after == {**before, "repos": [*(before.get("repos") or []), repo]}
    size = len(result) - len(text)
    places = [p for p in range(len(text) + 1) if text[:p] + result[p : p + size] + text[p:] == result]
    assert places, result
    # An addition may begin like what follows it: the place is where a line begins, if there is such a one.
    place = next((p for p in places if result[:p].endswith("\n")), places[-1])
    return result[place : place + size]


def test_the_entry_is_indented_like_the_last_whose_hooks_are_written_out() -> None:
    text = "repos:\n-   repo: a\n    hooks: &x\n    -   id: x\n-   repo: b\n    hooks: *x\n"
    assert with_repo(text, REMOTE) == text + (
        "-   repo: https://example.org/worker-lint\n    rev: v1.2.3\n    hooks:\n    -   id: worker-lint\n"
    )


def test_the_entry_is_indented_like_the_one_before_it() -> None:
    old_style = "repos:\n-   repo: a\n    hooks:\n    -   id: x\n"
    assert with_repo(old_style, REMOTE) == old_style + (
        "-   repo: https://example.org/worker-lint\n    rev: v1.2.3\n    hooks:\n    -   id: worker-lint\n"
    )
    new_style = "repos:\n  - repo: a\n    hooks:\n      - id: x\n"
    assert with_repo(new_style, REMOTE) == new_style + (
        "  - repo: https://example.org/worker-lint\n    rev: v1.2.3\n    hooks:\n      - id: worker-lint\n"
    )


BLOCK = "  - repo: https://example.org/worker-lint\n    rev: v1.2.3\n    hooks:\n      - id: worker-lint\n"
HOOKS = "x: &hooks\n    - id: x\n"
ENTRY = "x: &entry\n    repo: x\n    hooks: []\n"
FLOW = "{repo: https://example.org/worker-lint, rev: v1.2.3, hooks: [{id: worker-lint}]}"
FIRST = "repos:\n  - repo: a\n    hooks:\n      - id: x\n"


@pytest.mark.parametrize(
    ("before", "addition", "after"),
    [
        ("", "repos:\n" + BLOCK, ""),
        ("# ours\n", "repos:\n" + BLOCK, ""),
        ("ci:\n  a: 1\n", "repos:\n" + BLOCK, ""),
        ("repos:\n", BLOCK, ""),
        ("repos:  # ours\n", BLOCK, "ci: {}\n"),
        ("repos: [", FLOW, "]\n"),
        ("repos: [{repo: a, hooks: []}", f", {FLOW}", ",]  # ours\n"),
        ('{"repos": [', FLOW, "]}\n"),
        (FIRST, BLOCK, "\n# of the exclusion\nexclude: x\n"),
        (FIRST + "        # args: [y]\n", BLOCK, "  # - repo: b\n\nci: {}\n"),
        (FIRST + "\n        # args: [y]\n", BLOCK, "\nci: {}\n"),
        (FIRST + "        args: [\n          y,\n        ]  # z\n", BLOCK, "ci: {}\n"),
        (FIRST + "        exclude: |\n          y\n          # no comment\n", BLOCK, "\nci: {}\n"),
        (FIRST + "        exclude: >-\n          y\n          z\n", BLOCK, "...\n"),
        ("x: &x [python]\n" + FIRST + "        types: *x  # all\n", BLOCK, "exclude: *x\n"),
        (FIRST + "\n  - repo: b\n    hooks:\n      - id: y\n", "\n" + BLOCK, "\n\nci: {}\n"),
        (FIRST + "\n  # of b\n  - repo: b\n    hooks:\n      - id: y\n", "\n" + BLOCK, ""),
        (FIRST.rstrip(), "\n" + BLOCK, ""),
        (FIRST.replace("\n", "\r\n"), BLOCK.replace("\n", "\r\n"), "ci: {}\r\n"),
        ("\ufeff---\n" + FIRST, BLOCK, ""),
        ("repos:\n  - {repo: a, hooks: []}\n", BLOCK, ""),
        ("repos:\n  -\n    repo: a\n    hooks: []\n", BLOCK, ""),
        (HOOKS + FIRST + "  - repo: b\n    hooks: *hooks\n", BLOCK, ""),
        (HOOKS + "repos:\n  - repo: b\n    hooks: *hooks  # all\n      # args: [y]\n", BLOCK, "\nci: {}\n"),
        (FIRST.replace("hooks:", "hooks: &hooks") + "  - repo: b\n    hooks: *hooks\n    rev: 1\n", BLOCK, "ci: {}\n"),
        ("repos:\n  - repo: a\n    hooks: &hooks\n      - id: x\n", BLOCK, "ci: {}\n"),
        (HOOKS + "repos: [{repo: a, hooks: *hooks}", f", {FLOW}", "]\n"),
        (ENTRY + FIRST + "  - *entry\n", BLOCK, "ci: {}\n"),
        (ENTRY + "repos:\n  - *entry\n", BLOCK, ""),
        (ENTRY + "repos: [*entry", f", {FLOW}", "]\n"),
        ("x: &x\n    id: y\n" + FIRST + "      - *x\n", BLOCK, ""),
        (ENTRY + FIRST + "  - <<: *entry\n    repo: b\n", BLOCK, ""),
        ("repos: &repos\n  - &entry\n    repo: a\n    hooks: &hooks\n      - id: x\n", BLOCK, ""),
    ],
    ids=[
        "an empty file", "comments alone", "no repos", "nothing in repos", "nothing in repos but a comment",
        "empty brackets", "brackets", "braces", "a comment of what follows", "a comment of the entry",
        "such a comment behind a blank line", "a list in several lines", "a block of text", "folded text", "an alias",
        "blank lines between entries", "blank lines and comments between them", "no line end at the end", "CRLF",
        "a byte order mark", "an entry in braces", "a dash on its own line",
        "an alias for the hooks", "an alias for the hooks, and comments", "an alias for hooks of the entry before",
        "an anchor of the hooks", "an alias for hooks in brackets", "an alias for an entry behind another",
        "an alias for the only entry", "an alias for an entry in brackets", "an alias for a hook", "a merge",
        "anchors everywhere",
    ],
)  # fmt: skip
def test_one_entry_is_added(before: str, addition: str, after: str) -> None:
    text = before + after
    added_to(text)
    assert with_repo(text, REMOTE) == before + addition + after


@pytest.mark.parametrize(
    ("dash", "key", "hooks", "ending", "last", "repo"),
    list(
        itertools.product(
            (0, 1, 2, 4), (2, 4), (0, 2, 3), ("\n", "\r\n"), ("", "\nci:\n  x: 1\n"), (REMOTE, local_repo())
        )
    ),
)
def test_every_indentation_is_kept_up(
    dash: int, key: int, hooks: int, ending: str, last: str, repo: dict[str, Any]
) -> None:
    outer, inner = " " * dash, " " * (dash + key + hooks)
    entry = (
        f"{outer}{'-':{key}}repo: a\n{outer}{' ' * key}hooks:\n{inner}{'-':{key}}id: x\n{inner}{' ' * key}args: [y]\n"
    )
    addition = added_to(f"repos:\n{entry}{last}".replace("\n", ending), repo)
    assert addition.count("\n") == addition.count(ending)
    rows = addition.split(ending)
    assert rows[0].startswith(f"{outer}{'-':{key}}repo:")
    assert sum(row.startswith(f"{inner}{'-':{key}}id: worker-lint") for row in rows) == 1


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("- a\n", 1, "is no mapping"),
        ("ci: 1\nrepos: 3\n", 2, "'repos' is no list"),
        ("x: &x []\nrepos: *x\n", 2, "'repos' is an alias"),
        ("repos: [*x]\n", 1, "is no YAML: found undefined alias"),
        ("repos: [\n", 2, "is no YAML"),
        ("a: 1\na: 2\n", 2, "is no YAML: found duplicate key"),
        ("a: 1\n---\nb: 1\n", 2, "is no YAML"),
        ("{}\n", None, "no hook can be added"),
        (FIRST + "        exclude: |+\n          y\n\n\n", None, "no hook can be added"),
    ],
)
def test_what_cannot_be_added_to_is_an_error(text: str, line: int | None, message: str) -> None:
    with pytest.raises(YamlError, match=message) as caught:
        with_repo(text, REMOTE)
    assert caught.value.line == line


@pytest.mark.parametrize(
    "url", ["../worker-lint", r"C:\worker: lint", "git@example.org:worker-lint.git", "~/x #y", "1"]
)
def test_any_url_is_read_as_it_is(url: str) -> None:
    repo = remote_repo(url, "v1.2.3")
    assert yaml.safe_load(with_repo("", repo))["repos"] == [repo]
    assert yaml.safe_load(with_repo("repos: []\n", repo))["repos"] == [repo]


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("", False),
        (FIRST, False),
        ("repos:\n", False),
        ("- a\n", False),
        ("repos: [a, {repo: b}, {hooks: [c, {id: 1}]}]\n", False),
        ("repos: [{repo: b, hooks: [{id: worker-lint}]}]\n", True),
        ("repos: [{repo: b, hooks: [{id: x}, {id: worker-lint-fix}]}]\n", True),
        ("repos: [{repo: local, hooks: [{id: counts, entry: worker-lint check --fix}]}]\n", True),
    ],
)
def test_a_hook_that_is_there_is_seen(text: str, there: bool) -> None:
    assert has_hook(text) is there


def test_the_local_hook_is_the_one_that_is_offered() -> None:
    offered = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))[0]
    (hook,) = local_repo()["hooks"]
    assert hook == {**{key: value for key, value in offered.items() if key != "description"}, "language": "system"}
