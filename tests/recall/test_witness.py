"""What has been looked at, and when that is enough to know it again."""

from __future__ import annotations

import os
import pickle
import time

import pytest

from worker_lint.recall.answer import Listing
from worker_lint.recall.states import ABSENT, UNKNOWN, state_of
from worker_lint.recall.witness import Witness

HOUR = 3600 * 10**9


@pytest.fixture
def witness(tmp_path, monkeypatch):
    """One that has heard of a listing, and takes all that there is for settled."""
    monkeypatch.chdir(tmp_path)
    found = Witness(time.time_ns() + HOUR)
    found.hear(Listing(".", b""))
    return found


def test_what_was_seen_first_counts(witness, tmp_path):
    file = tmp_path / "a"
    witness.see("a")
    file.write_text("a", encoding="utf-8")
    witness.see("a")
    grounds = witness.grounds("us", "")
    assert grounds.states == {"a": ABSENT}
    assert state_of("a") != ABSENT


def test_what_changed_last_comes_first(witness, tmp_path):
    for name, seconds in (("a", 20), ("b", 10), ("c", 30)):
        (tmp_path / name).write_text(name, encoding="utf-8")
        os.utime(name, ns=(0, time.time_ns() + seconds * 10**9))
        witness.see(name)
    assert [*witness.grounds("us", "").states] == ["c", "a", "b"]


def test_without_a_listing_nothing_is_known(tmp_path):
    witness = Witness(time.time_ns() + HOUR)
    witness.see(os.fspath(tmp_path))
    assert witness.grounds("us", "") is None


@pytest.mark.parametrize("look", [Witness.see, Witness.see_file])
def test_a_pipe_is_not_known_again(witness, tmp_path, look):
    os.mkfifo(tmp_path / "pipe")
    look(witness, "pipe")
    assert state_of("pipe") == UNKNOWN
    assert witness.grounds("us", "") is None


def test_what_is_to_be_read_has_to_be_a_file(witness, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    (tmp_path / "link").symlink_to("file")
    witness.see_file("link")
    assert set(witness.grounds("us", "").states) == {"link", os.fspath(tmp_path / "file")}
    (tmp_path / "lost").symlink_to("nowhere")
    witness.see("lost")
    assert witness.grounds("us", "") is not None
    witness.see_file("lost")
    assert witness.grounds("us", "") is None


def test_a_name_that_no_file_can_have_is_not_known_again():
    assert state_of("a\0b") == UNKNOWN


def test_another_process_begins_with_nothing(witness):
    witness.see("a")
    other = pickle.loads(pickle.dumps(witness))  # noqa: S301
    other.hear(Listing(".", b""))
    other.see("b")
    assert set(other.grounds("us", "").states) == {"b"}
