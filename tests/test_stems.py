from __future__ import annotations

import pytest

from worker_lint.stems import MARK, PROBES, STEMS, mentions


@pytest.mark.parametrize("word", [*STEMS, MARK], ids=repr)
def test_each_stem_is_found_alone_and_has_a_probe(word: bytes) -> None:
    assert mentions(b"x" + word + b"x")
    assert any(probe in word.lower() for probe in PROBES)


@pytest.mark.parametrize("code", [b"Worker", b"x-j", b"dataLoader", b"Prefetch_Factor", b"FFCV", b""], ids=repr)
def test_what_only_looks_like_a_stem_is_none(code: bytes) -> None:
    assert not mentions(code)


def test_stems_of_the_settings_are_found_without_any_of_the_others() -> None:
    assert mentions(b"loader_procs = 4", (*STEMS, b"loader_procs"))
    assert not mentions(b"loader_procs = 4")
