"""A memory is remembered for what was taught, and for nothing else; the folder stays small."""

from __future__ import annotations

import errno
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ctxaudio import ContextShift, DataError
from ctxaudio.memory import remembered
from ctxaudio.memory.remembered import FOLDER_VARIABLE, Remembered, Taught, users_memories


@pytest.fixture
def memory(taught_tune):
    return taught_tune.memory


@pytest.fixture
def taught(memory):
    return Taught(song=memory.fingerprint, made=(-1.0, 1.0))


@pytest.fixture
def kept(tmp_path):
    return Remembered(tmp_path / "some" / "folder")


def of_seeds(taught, n):
    return [replace(taught, seed=seed) for seed in range(n)]


def test_what_is_remembered_shifts_to_the_same_bytes(kept, taught, taught_tune, tune):
    assert kept.recall(taught) is None
    kept.keep(taught, taught_tune.memory)
    recalled = ContextShift(kept.recall(taught))
    for context in (-24.0, 0.0, 5.0):
        assert np.array_equal(recalled(tune, context).samples, taught_tune(tune, context).samples)


@pytest.mark.parametrize(
    "other",
    [
        {"song": "0" * 64},
        {"made": (-1.0, 2.0)},
        {"made": (), "given": ((-1.0, "0" * 64), (1.0, "1" * 64))},
        {"knobs": ("pitch", "formants")},
        {"network": "trained"},
        {"seed": 1},
    ],
    ids=lambda other: next(iter(other)),
)
def test_what_was_taught_otherwise_is_not_found(kept, taught, memory, other):
    kept.keep(taught, memory)
    assert kept.recall(replace(taught, **other)) is None


def test_another_program_finds_nothing(kept, taught, memory, monkeypatch):
    kept.keep(taught, memory)
    version, numpy, source = remembered.program()
    for other in (("99.0", numpy, source), (version, "99.0", source), (version, numpy, "0" * 64)):
        monkeypatch.setattr(remembered, "program", lambda other=other: other)
        assert kept.recall(taught) is None


def test_a_changed_line_of_the_source_is_another_program(tmp_path, monkeypatch):
    (tmp_path / "module.py").write_text("RIDGE = 1\n")
    monkeypatch.setattr("rnn.__path__", [str(tmp_path)])
    before = remembered.program.__wrapped__()
    (tmp_path / "module.py").write_text("RIDGE = 2\n")
    assert remembered.program.__wrapped__() != before


def test_copies_are_made_or_given(taught):
    for wrong in ({"made": ()}, {"given": ((1.0, "0" * 64),)}):
        with pytest.raises(ValueError, match="copies to make or versions that are given"):
            replace(taught, **wrong)


def test_what_was_not_used_for_longest_goes(kept, taught, memory):
    lessons = of_seeds(taught, 4)
    kept.keep(lessons[0], memory)
    small = replace(kept, most_bytes=3 * kept.sizes()[0])
    for age, lesson in enumerate(lessons[:3]):
        small.keep(lesson, memory)
        os.utime(small._path(lesson), (1e9 + age, 1e9 + age))
    small.recall(lessons[0])
    small.keep(lessons[3], memory)
    assert [small.recall(lesson) is not None for lesson in lessons] == [True, False, True, True]
    assert sum(small.sizes()) == small.most_bytes


def test_what_has_no_room_alone_drives_nothing_out(kept, taught, memory, steady_memory):
    shorter = replace(taught, song=steady_memory.fingerprint)
    kept.keep(shorter, steady_memory)
    small = replace(kept, most_bytes=kept.sizes()[0])
    small.keep(taught, memory)
    assert small.recall(taught) is None
    assert small.recall(shorter) is not None


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[: len(data) // 2],
        lambda data: data[:-1] + bytes([data[-1] ^ 1]),
        lambda data: b"",
        lambda data: b"song" * 100,
    ],
    ids=["cut", "one bit", "empty", "text"],
)
def test_a_damaged_memory_is_told_of_once(kept, taught, memory, damage):
    kept.keep(taught, memory)
    path = kept._path(taught)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(DataError, match="is damaged"):
        kept.recall(taught)
    assert (kept.recall(taught), kept.sizes()) == (None, [])
    kept.keep(taught, memory)
    assert kept.recall(taught) is not None


def test_a_memory_under_another_song_s_name_is_damage(kept, taught, memory):
    kept.keep(taught, memory)
    other = replace(taught, song="0" * 64)
    kept._path(taught).rename(kept._path(other))
    with pytest.raises(DataError, match="is damaged"):
        kept.recall(other)


def test_a_folder_that_cannot_be_written_remembers_nothing(tmp_path, taught, memory):
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "below", Path(os.devnull) / "below"):
        kept = Remembered(folder)
        kept.keep(taught, memory)
        assert (kept.recall(taught), kept.sizes(), kept.clear()) == (None, [], [])
    assert (tmp_path / "file").read_text() == ""


def test_a_full_disk_is_no_failure(kept, taught, memory, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(remembered, "save_memory", full)
    kept.keep(taught, memory)
    assert kept.recall(taught) is None


def test_only_memories_are_cleared(kept, taught, memory):
    kept.keep(taught, memory)
    sizes = kept.sizes()
    (kept.folder / "song.memory").write_text("the user's own")
    assert kept.clear() == sizes
    assert [path.name for path in kept.folder.iterdir()] == ["song.memory"]


def test_many_at_once_find_whole_memories_or_none(kept, taught, memory):
    lessons = of_seeds(taught, 3)
    kept.keep(lessons[0], memory)
    small = replace(kept, most_bytes=2 * kept.sizes()[0])

    def work(turn):
        lesson = lessons[turn % 3]
        small.keep(lesson, memory)
        if turn % 7 == 0:
            small.clear()
        found = small.recall(lesson)
        return found is None or found.fingerprint == memory.fingerprint

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(work, range(40)))
    assert {path.suffix for path in small.folder.iterdir()} <= {".memory"}


def test_the_folder_is_the_one_that_is_named_or_the_user_s(tmp_path, monkeypatch):
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    assert users_memories().folder == tmp_path / "memories"
    monkeypatch.setenv(FOLDER_VARIABLE, "")
    monkeypatch.setattr(remembered, "user_cache_path", lambda *_, **__: tmp_path / "ctxaudio")
    assert users_memories().folder == tmp_path / "ctxaudio" / "memories"
    monkeypatch.setattr(remembered, "user_cache_path", lambda *_, **__: Path("~/.cache"))
    assert users_memories().folder == Path(os.devnull) / "memories"


def test_room_for_nothing_is_a_mistake(tmp_path):
    with pytest.raises(ValueError, match="most_bytes must be positive, got 0"):
        Remembered(tmp_path, most_bytes=0)
