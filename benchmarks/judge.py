"""Which metrics are read of which kind of material."""

# what is judged has one shape, of which a kind may need a part
# ruff: noqa: ARG001

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from benchmarks import metrics
from benchmarks.truths import RATE, Kind, Material, Samples

Values: TypeAlias = Iterator[tuple[str, float]]
Judge: TypeAlias = Callable[[Material, Samples, Samples, int], Values]  # …, result, shift

# what figures are quoted of since the first release; all others are sounds by themselves
PIECE_KINDS: frozenset[Kind] = frozenset({"additive", "midi", "tone", "bursts", "noise", "vibrato"})

# of these only the input is known, and their metrics compare a result with that
WITHOUT_TRUTH: frozenset[Kind] = frozenset({"tone", "bursts", "noise"})

# where a model of hearing can be trusted: it ranks the unshifted control last
HEARD: frozenset[Kind] = frozenset({"additive", "mix", "singer", "speech"})


def _tone(material: Material, original: Samples, result: Samples, shift: int) -> Values:
    fundamental = material.fundamental_hz
    if fundamental is None:
        raise ValueError(f"the tone {material.name} states no fundamental.")
    yield (
        "cents",
        metrics.pitch_error(original, result, RATE, semitones=shift, fundamental_hz=fundamental),
    )


def _bursts(material: Material, original: Samples, result: Samples, shift: int) -> Values:
    onsets = metrics.onset_scores(original, result, RATE, onsets_s=material.onsets_s)
    yield from onsets._asdict().items()


def _noise(material: Material, original: Samples, result: Samples, shift: int) -> Values:
    yield "texture_db", metrics.noise_texture(original, result, RATE)


def _lone(material: Material, original: Samples, result: Samples, shift: int) -> Values:
    score = metrics.lone_scores(
        original,
        result,
        RATE,
        semitones=shift,
        onsets_s=material.onsets_s,
        tones_hz=material.tones_hz,
        lasting_s=material.lasting_s,
    )
    yield from score._asdict().items()


def _additive(material: Material, truth: Samples, result: Samples, shift: int) -> Values:
    # a sampler's levels and attacks differ from key to key: only these truths are exact in them
    yield "lsd_db", metrics.log_spectral_distance(truth, result, RATE)
    yield "jump_db", metrics.level_jump(truth, result, RATE)
    yield "clicks", metrics.click_rate(truth, result, RATE)


def _vibrato(material: Material, truth: Samples, result: Samples, shift: int) -> Values:
    yield "vibrato_lsd_db", metrics.log_spectral_distance(truth, result, RATE)


def _attacks(material: Material, truth: Samples, result: Samples, shift: int) -> Values:
    yield "notes_lsd_db", metrics.log_spectral_distance(truth, result, RATE)
    if material.onsets_s:
        yield "early_db", metrics.early_db(result, RATE, material.onsets_s)


def _voice(material: Material, truth: Samples, result: Samples, shift: int) -> Values:
    if material.pitch_hz is not None:
        pitch = material.pitch_hz() * 2 ** (shift / 12)
        # How loud a voice is that sings higher through the same throat, nobody knows.
        free = material.kind.endswith("-kept")
        voiced = None if material.voiced is None else material.voiced()
        error = metrics.harmonics_error(
            truth, result, RATE, pitch_hz=pitch, any_level=free, voiced=voiced
        )
        yield "harmonics_db", error


def _glide(material: Material, truth: Samples, result: Samples, shift: int) -> Values:
    yield from _voice(material, truth, result, shift)
    yield "glide_lsd_db", metrics.log_spectral_distance(truth, result, RATE)


def _spoken(material: Material, truth: Samples, result: Samples, shift: int) -> Values:
    yield from _voice(material, truth, result, shift)
    yield "voice_lsd_db", metrics.log_spectral_distance(truth, result, RATE)


def _sung(material: Material, truth: Samples, result: Samples, shift: int) -> Values:
    yield from _voice(material, truth, result, shift)
    yield "kept_lsd_db", metrics.log_spectral_distance(truth, result, RATE, any_level=True)


def _pads(material: Material, truth: Samples, result: Samples, shift: int) -> Values:
    yield (
        "beat_percent",
        metrics.beat_error(
            truth,
            result,
            RATE,
            onsets_s=material.onsets_s,
            tones_hz=[hertz * 2 ** (shift / 12) for hertz in material.tones_hz],
            lasting_s=material.lasting_s,
        ),
    )


def _tails(material: Material, truth: Samples, result: Samples, shift: int) -> Values:
    yield "notes_lsd_db", metrics.log_spectral_distance(truth, result, RATE)
    yield (
        "tail_db",
        metrics.tail_error(
            truth, result, RATE, onsets_s=material.onsets_s, lasting_s=material.lasting_s
        ),
    )


def _drums(material: Material, truth: Samples, result: Samples, shift: int) -> Values:
    yield "notes_lsd_db", metrics.log_spectral_distance(truth, result, RATE)
    # a hit follows another's tail: what counts is what was not there
    before = [metrics.early_db(sound, RATE, material.onsets_s) for sound in (truth, result)]
    yield "earlier_db", max(0.0, before[1] - before[0])


def _mix(material: Material, truth: Samples, result: Samples, shift: int) -> Values:
    yield "notes_lsd_db", metrics.log_spectral_distance(truth, result, RATE)


def _shepard(material: Material, truth: Samples, result: Samples, shift: int) -> Values:
    yield "centre_semitones", metrics.spectral_centre_error(truth, result, RATE)


def _edges(material: Material, truth: Samples, result: Samples, shift: int) -> Values:
    yield "edge_db", metrics.edge_error(truth, result, RATE)
    yield "constant_percent", metrics.constant_error(truth, result, RATE)


_BY_INPUT: dict[Kind, Judge] = {"tone": _tone, "bursts": _bursts, "noise": _noise, "lone": _lone}
_BY_TRUTH: dict[Kind, Judge] = {
    "additive": _additive,
    "vibrato": _vibrato,
    "midi-bent": _mix,
    "vibrato-wide": _glide,
    "glissando": _glide,
    "bass": _attacks,
    "kick": _attacks,
    "singer": _voice,
    "singer-kept": _voice,
    "voice-kept": _sung,
    "speech": _spoken,
    "winds": _spoken,
    "pads": _pads,
    "tails": _tails,
    "drums": _drums,
    "mix": _mix,
    "shepard": _shepard,
    "edges": _edges,
}


def judge(
    material: Material, original: Samples, truth: Samples | None, result: Samples, shift: int
) -> Values:
    """Name and value of every metric that this kind of material has."""
    name = "stereo" if material.kind in PIECE_KINDS else "stereo_alone"
    yield name, metrics.stereo_change(original, result, RATE)
    if material.kind in _BY_INPUT:
        yield from _BY_INPUT[material.kind](material, original, result, shift)
    if truth is None:
        return
    yield "cqt_cosine", metrics.cqt_cosine(truth, result, RATE)
    if material.kind in HEARD and metrics.has_visqol():
        yield "visqol", metrics.visqol_score(truth, result, RATE)
    if material.kind in _BY_TRUTH:
        yield from _BY_TRUTH[material.kind](material, truth, result, shift)
