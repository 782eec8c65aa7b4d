"""Mutated files, command lines and configs; and what once was a fault, for ever."""

from __future__ import annotations

import sys

import pytest

from benchmarks.fuzz import SEEDS, faults, keep
from benchmarks.fuzzing.mutations import mutated
from benchmarks.fuzzing.targets import Draw, Fault, draw, fault_of
from benchmarks.fuzzing.wholes import SOUNDS, sound_file

N_DRAWS = 400
SEED = 20_261_127


@pytest.mark.skipif(sys.platform == "win32", reason="processes are not forked there")
def test_draws_of_all_kinds_find_no_fault():
    assert list(faults(SEED, range(N_DRAWS))) == []


@pytest.mark.parametrize("path", sorted(SEEDS.glob("*.bin")), ids=lambda path: path.stem)
def test_what_was_a_fault_is_none(path):
    what, is_cut = path.stem.rpartition("-")[0], "-cut-" in path.stem
    kind = " ".join(what.removesuffix("-cut").split("-", 2))
    assert fault_of(Draw(kind, path.read_bytes(), is_cut)) is None


@pytest.mark.parametrize("kind", SOUNDS, ids=lambda kind: "-".join(kind))
def test_a_whole_file_is_no_fault(kind):
    assert fault_of(Draw(f"sound {kind[0]} {kind[1]}", sound_file(*kind))) is None


def test_a_fault_is_seen(monkeypatch, tmp_path):
    """What the fuzzer looks for, it finds: another's error, several lines, a loss in silence."""
    from benchmarks.fuzzing import targets

    whole = Draw("sound WAV PCM_16", sound_file("WAV", "PCM_16"))
    for error, reason in ((KeyError("x"), "KeyError: 'x'"), (targets.DataError("a\nb"), "not one")):

        def fails(_, error=error):
            raise error

        monkeypatch.setitem(targets._TARGETS, "sound", fails)
        assert fault_of(whole).startswith(reason)
    monkeypatch.undo()
    monkeypatch.setattr("ctxaudio.sound.decoded.Decoded.broken", lambda *_: None)
    cut = whole._replace(data=whole.data[:-1000], is_prefix=True)
    assert fault_of(cut).startswith("silently short: 57")
    kept = keep(Fault(cut, "short"), tmp_path)
    assert kept.read_bytes() == cut.data
    assert kept.name.startswith("sound-WAV-PCM_16-cut-")


def test_draws_follow_from_their_seed(rng):
    import numpy as np

    one, other = (draw(np.random.default_rng([1, 2])) for _ in range(2))
    assert one == other
    data = sound_file("WAV", "PCM_16")
    assert any(mutated(data, data, rng).data != data for _ in range(3))
