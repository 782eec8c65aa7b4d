"""Test material whose transposed version is known: stereo, 44.1 kHz, float32, (channel, time)."""

from benchmarks.truths.additive import Partials, Voice, additive_pieces, synthesise, voice_partials
from benchmarks.truths.bursts import (
    BURST_ONSETS,
    burst_material,
    noise_bursts,
    noise_material,
    steady_noise,
)
from benchmarks.truths.material import RATE, Kind, Material, Samples
from benchmarks.truths.midi import Renderer, find_renderer, midi_pieces
from benchmarks.truths.tones import additive_tones, sustained_tones
from benchmarks.truths.vibrato import vibrato_tones

__all__ = [
    "BURST_ONSETS",
    "RATE",
    "Kind",
    "Material",
    "Partials",
    "Renderer",
    "Samples",
    "Voice",
    "additive_pieces",
    "additive_tones",
    "burst_material",
    "find_renderer",
    "midi_pieces",
    "noise_bursts",
    "noise_material",
    "steady_noise",
    "sustained_tones",
    "synthesise",
    "vibrato_tones",
    "voice_partials",
]
