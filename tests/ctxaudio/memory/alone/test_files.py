"""Files of memories that sing alone: the same sound again, or one line that says why not."""

from __future__ import annotations

import io
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxaudio import DataError, Sound, load_alone, load_memory, save_alone, sing, teach_alone
from ctxaudio.memory.alone.displacement import Displacement, kept_frames
from ctxaudio.memory.alone.files import sings_alone
from ctxaudio.memory.alone.packed import Packed
from ctxaudio.memory.alone.packing import packed
from ctxaudio.memory.files import is_memory_file
from tests.support.saved import (
    about_of,
    arrays_of,
    damaged,
    forged,
    forged_abouts,
    forged_headers,
    metadata_of,
)
from tests.support.signals import LOW_RATE, tunes

N_SAMPLES = 1_000


def saved_as_bytes(memory):
    target = io.BytesIO()
    save_alone(memory, target)
    return target.getvalue()


@pytest.fixture(scope="module")
def memory():
    return teach_alone(Sound(3.0 * tunes(N_SAMPLES, LOW_RATE), LOW_RATE), seed=3, threads=1)


@pytest.fixture(scope="module")
def saved(memory):
    return saved_as_bytes(memory)


def test_a_seed_that_cannot_be_saved_is_refused_before_any_work(monkeypatch):
    monkeypatch.setattr("ctxaudio.effect.alone.model_song", pytest.fail)
    for seed in (-1, 2**63):
        with pytest.raises(DataError, match="a seed must be"):
            teach_alone(Sound(np.zeros((1, 100)), LOW_RATE), seed=seed)


def samples_of(memory, context=5.0):
    return sing(memory, context).read(0, memory.n_samples)


def loaded_or_refused(data):
    """What sings, if it does, sings finite samples; what does not says so in one line."""
    try:
        memory = load_alone(io.BytesIO(data))
        if memory.n_samples <= 10 * N_SAMPLES:
            assert np.isfinite(samples_of(memory, 36.0)).all()
    except DataError as error:
        assert str(error).isprintable()


def test_what_was_saved_sings_the_same_bit_for_bit(memory, saved, tmp_path):
    path = tmp_path / "song.memory"
    save_alone(memory, path)
    assert path.read_bytes() == saved
    for source in (path, str(path), io.BytesIO(saved)):
        loaded = load_alone(source)
        for context in (0.0, 5.0):
            ours, theirs = samples_of(loaded, context), samples_of(memory, context)
            assert ours.tobytes() == theirs.tobytes()
    for field in fields(loaded):
        if field.name not in ("phrases", "displacements"):
            assert getattr(loaded, field.name) == getattr(memory, field.name)
    assert loaded.full_scale == 2.0
    assert saved_as_bytes(loaded) == saved


def test_it_is_a_memory_file_of_its_own_kind(saved, tmp_path):
    path = tmp_path / "song.memory"
    path.write_bytes(saved)
    assert is_memory_file(path)
    assert sings_alone(path)
    with pytest.raises(DataError, match=r"song\.memory"):
        load_memory(path)


@pytest.mark.parametrize("content", [b"", b"RIFF" + bytes(100), b"\x10\0\0\0\0\0\0\0{}", None])
def test_another_file_is_refused(content, tmp_path):
    path = tmp_path / "file"
    if content is not None:
        path.write_bytes(content)
    assert not sings_alone(path)
    with pytest.raises(DataError, match="file"):
        load_alone(path)
    assert not sings_alone(tmp_path)
    with pytest.raises(DataError, match="cannot read"):
        load_alone(tmp_path)


@pytest.mark.parametrize(
    ("about", "reason"),
    [
        ({"n_channels": 3}, "it has 3 channels"),
        ({"n_channels": 0}, "it has 0 channels"),
        ({"sample_rate": 7_999}, "a sample rate of 7999 Hz is not one"),
        ({"n_samples": 0}, "a song of 0 samples is none"),
        ({"contexts": [0.0, 1.0]}, "not different ones"),
        ({"contexts": [1.0, 1.0]}, "not different ones"),
        ({"contexts": []}, "not different ones"),
        ({"contexts": [-1.0, 37.0]}, "beyond ±36"),
        ({"contexts": [-1.0]}, "must have shape"),
        ({"fingerprint": "0" * 63}, "fingerprint"),
        ({"full_scale": 0.0}, "a full scale of 0"),
        ({"full_scale": 1e33}, "a full scale of 1e"),
        ({"full_scale": -1.0}, "a full scale of -1"),
        ({"seed": -1}, "a seed of -1 is none"),
        ({"seed": 2**63}, "seed"),
        ({"n_samples": 2**60}, "phrase"),
        ({"n_samples": 200 * N_SAMPLES}, "phrase"),
    ],
)
def test_what_describes_no_memory_is_refused(saved, about, reason):
    with pytest.raises(DataError, match=reason):
        load_alone(io.BytesIO(forged(saved, about=about_of(saved) | about)))


@pytest.mark.parametrize("ends", [[5, 3], [0, 0], [2**62, 2**62]])
def test_parts_that_do_not_lie_one_behind_the_other_are_refused(saved, ends):
    bad = forged(saved, arrays={"displacement_ends": np.array(ends, np.int64)})
    with pytest.raises(DataError, match="do not lie one behind the other"):
        load_alone(io.BytesIO(bad))


def test_a_byte_that_is_changed_is_seen(saved):
    changed = bytearray(saved)
    changed[-9] ^= 1
    with pytest.raises(DataError, match="damaged"):
        load_alone(io.BytesIO(bytes(changed)))


def test_one_of_another_version_is_refused_with_advice(saved):
    with pytest.raises(DataError, match=r"got 9, .*make a new one with 'ctxaudio teach --alone'"):
        load_alone(io.BytesIO(forged(saved, format_version="9")))
    assert metadata_of(saved)["format"] == "ctxaudio memory that sings alone"


@settings(max_examples=40)
@given(draw=st.data())
def test_a_damaged_or_forged_file_never_surprises(saved, draw):
    arrays = arrays_of(saved)
    name = draw.draw(st.sampled_from(sorted(arrays)))
    changed = arrays[name].copy()
    changed[draw.draw(st.integers(0, len(changed) - 1))] = draw.draw(st.integers(0, 255))
    forgeries = st.one_of(
        damaged(saved),
        forged_headers(saved),
        forged_abouts(about_of(saved)).map(lambda about: forged(saved, about=about)),
        st.just(forged(saved, arrays={name: changed})),
    )
    loaded_or_refused(draw.draw(forgeries))


@pytest.mark.parametrize("contexts", [(-1e-300, 1e-300), (1e-9, 2e-9), (36.0, -36.0), (1.0, 1.5)])
def test_contexts_that_were_not_taught_only_sound_odd(saved, contexts):
    about = about_of(saved) | {"contexts": list(contexts)}
    loaded_or_refused(forged(saved, about=about))


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("most", [100, 2**15 - 1])
def test_numbers_of_any_size_only_sound_odd(memory, most, sign, rng):
    layout, n_frames = memory.layout, memory.n_frames
    steps = rng.integers(-most, most, (n_frames, layout.n_features), endpoint=True)
    n_kept = len(kept_frames(n_frames))
    far = sign * 999.0 * rng.integers(-1, 1, (2, n_kept, memory.bands.n_bands), endpoint=True)
    odd = replace(
        memory,
        phrases=Packed.of([packed(steps.astype(np.int16), layout)]),
        displacements=Packed.of([Displacement(*far).packed(), Displacement(*-far).packed()]),
    )
    for context in (-36.0, 0.0, 36.0):
        assert np.isfinite(samples_of(odd, context)).all()


@pytest.mark.parametrize("full_scale", [1e32, 1e-300])
def test_a_full_scale_of_any_size_is_sung_or_refused(saved, full_scale):
    loaded_or_refused(forged(saved, about=about_of(saved) | {"full_scale": full_scale}))
