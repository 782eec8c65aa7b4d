"""Facts that are kept: found as they were or not at all, whatever becomes of their files."""

from __future__ import annotations

import os

import pytest

from ctxaudio.memory.facts import Facts
from ctxaudio.memory.remembered import users_facts


@pytest.fixture
def facts(tmp_path):
    return Facts(tmp_path / "some" / "folder")


def files(facts):
    return sorted(facts.folder.iterdir())


def test_what_was_kept_is_found_and_nothing_else(facts):
    assert facts.recall("a") is None
    facts.keep([0.1, None, "x"], "a")
    facts.keep([2], "a", "b")
    assert facts.recall("a") == [0.1, None, "x"]
    assert facts.recall("a", "b") == [2]
    facts.keep([3], "a")
    assert facts.recall("a") == [3]
    facts.forget("a")
    assert (facts.recall("a"), facts.recall("a", "b")) == (None, [2])
    facts.clear()
    assert files(facts) == []


@pytest.mark.parametrize("damage", [lambda data: b"", lambda data: data[:-1], bytes.upper])
def test_what_is_damaged_is_as_good_as_nothing(facts, damage):
    facts.keep(["abc", 1], "a")
    (path,) = files(facts)
    path.write_bytes(damage(path.read_bytes()))
    assert facts.recall("a") is None
    facts.keep(["abc", 2], "a")
    assert facts.recall("a") == ["abc", 2]


def test_a_fact_under_another_s_name_is_none(facts):
    facts.keep([1], "a")
    (path,) = files(facts)
    facts.keep([2], "b")
    (other,) = {*files(facts)} - {path}
    other.write_bytes(path.read_bytes())
    assert facts.recall("b") is None


def test_those_not_used_for_longest_go(facts):
    facts.keep([0], "a")
    (path,) = files(facts)
    few = Facts(facts.folder, most_bytes=2 * path.stat().st_size)
    few.keep([1], "b")
    for n, each in enumerate(files(facts)):
        os.utime(each, ns=(n, n))
    assert few.recall("a") == [0]  # which uses it
    few.keep([2], "c")
    assert [few.recall(name) for name in "abc"] == [[0], None, [2]]


def test_another_program_finds_nothing(facts, monkeypatch):
    facts.keep([1], "a")
    monkeypatch.setattr("ctxaudio.memory.facts.program", lambda: ("other",))
    assert facts.recall("a") is None


def test_a_folder_that_can_be_none_holds_nothing(tmp_path, monkeypatch):
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("CTXAUDIO_CACHE_DIR", str(tmp_path / "file"))
    facts = users_facts()
    facts.keep([1], "a")
    assert facts.recall("a") is None
    facts.forget("a")
    facts.clear()
