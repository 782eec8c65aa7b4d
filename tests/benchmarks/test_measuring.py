"""Who is measured on what, and what a failure does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from benchmarks.measuring import choose, measure
from benchmarks.peers import CONTROL, OURS, PEERS, Peer, find_peers, rubberband_library, versions
from benchmarks.peers.peer import simple
from benchmarks.truths import (
    RATE,
    Material,
    chord_material,
    edge_material,
    shepard,
    shepard_material,
    singer_material,
    voice_material,
)

CONTROLLED = next(peer for peer in PEERS if peer.name == CONTROL)


def exact(material):
    """A peer that knows the truth."""
    return Peer(name="exact", prepare=lambda samples, rate: lambda s: material.render(int(s)))


def fails(samples, rate, semitones):
    raise RuntimeError("no")


def test_kinds_are_chosen_with_those_they_stand_for():
    pieces = [*singer_material(), chord_material()]
    kinds = [m.kind for m in choose(pieces, [], quick=False, kinds=["singer"])]
    assert kinds == ["singer", "singer-kept"]
    assert choose(pieces, [], quick=False, kinds=["singer-kept"]) == [pieces[1]]
    assert choose(pieces, [], quick=False) == pieces


def test_the_truth_itself_is_perfect_and_a_peer_that_fails_is_a_line():
    material = shepard_material()
    peers = [exact(material), simple("broken", fails), CONTROLLED]
    measured = measure(material, peers=peers, shifts=[5])
    values = {(s.peer, s.metric): s.value for s in measured.scores}
    assert values["exact", "centre_semitones"] == 0
    assert values[CONTROL, "centre_semitones"] > 4
    assert measured.failures == ["broken failed on shepard: RuntimeError('no')"]


def test_formants_that_should_be_kept_are_asked_of_those_who_keep_them():
    kept = Material(name="kept", kind="singer-kept", render=shepard)
    moved = replace(kept, kind="singer")
    keeper = simple("keeper", fails, keeps_formants=True)
    assert not measure(moved, peers=[keeper], shifts=[5]).failures
    assert measure(kept, peers=[keeper], shifts=[5]).failures
    assert not measure(kept, peers=[simple("mover", fails)], shifts=[5]).failures


def test_the_sample_voice_is_judged_at_any_level_and_its_control_is_last():
    whole, words = voice_material(), slice(RATE, 3 * RATE)
    voice = replace(
        whole,
        render=lambda semitones: whole.render(semitones)[:, words],
        pitch_hz=lambda: whole.pitch_hz()[words],
        voiced=lambda: whole.voiced()[words],
    )
    quieter = Peer(
        name="quieter",
        prepare=lambda samples, rate: lambda s: 0.5 * voice.render(int(s)),
        keeps_formants=True,
    )
    measured = measure(voice, peers=[quieter, CONTROLLED], shifts=[12])
    values = {(s.peer, s.metric): s.value for s in measured.scores}
    for metric, least in (("harmonics_db", 6), ("kept_lsd_db", 2)):
        assert values["quieter", metric] < 0.02
        assert values[CONTROL, metric] > least


def test_excerpts_are_written_of_what_was_measured(tmp_path):
    material = edge_material()
    measure(material, peers=[exact(material), CONTROLLED], shifts=[5], excerpts=tmp_path)
    names = sorted(path.name for path in (tmp_path / "edges+5").iterdir())
    assert names == ["exact.flac", "original.flac", "truth.flac"]


def test_peers_say_their_versions():
    peers, _ = find_peers([OURS, CONTROL])
    assert list(versions(peers)) == [OURS]
    assert versions(peers)[OURS].startswith("ctxaudio ")


def test_a_library_that_is_not_there_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("RUBBERBAND_LIBRARY", str(tmp_path / "librubberband.so"))
    rubberband_library._library.cache_clear()
    assert "librubberband.so" in rubberband_library.missing_library()
    rubberband_library._library.cache_clear()


def test_shifters_keep_length_time_and_pitch():
    """Of a tone of half a second amid silence; whatever is installed."""
    rate, time = RATE, np.arange(RATE // 2) / RATE
    tone = np.zeros((2, 3 * len(time)), dtype=np.float32)
    waves = sum(np.sin(2 * np.pi * 440 * k * time) / k for k in range(1, 7))
    tone[:, len(time) : 2 * len(time)] = 0.2 * waves * np.hanning(len(time))
    names = [peer.name for peer in PEERS if peer.name not in (OURS, CONTROL)]
    for peer in find_peers(names)[0]:
        shifted = peer.prepare(tone, rate)(7.0)
        assert shifted.shape == tone.shape, peer.name
        power = np.sum(shifted.astype(np.float64) ** 2, axis=0)
        centre = np.average(np.arange(len(power)), weights=power) / rate
        assert abs(centre - 0.75) < 0.06, peer.name
        near = np.abs(np.fft.rfft(shifted[0], 3 * rate))[3 * 500 : 3 * 800]  # thirds of a hertz
        assert abs(np.argmax(near) / 3 + 500 - 440 * 2 ** (7 / 12)) < 10, peer.name
