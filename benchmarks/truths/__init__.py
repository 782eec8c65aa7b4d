"""Test material whose transposed version is known: stereo, 44.1 kHz, float32, (channel, time)."""

from benchmarks.truths.additive import Partials, Voice, additive_pieces, synthesise, voice_partials
from benchmarks.truths.bass import BASS_ONSETS, bass_material, bass_notes
from benchmarks.truths.bursts import (
    BURST_ONSETS,
    burst_material,
    noise_bursts,
    noise_material,
    steady_noise,
)
from benchmarks.truths.chords import chord_material, low_chords
from benchmarks.truths.draws import draw
from benchmarks.truths.glides import glide_material
from benchmarks.truths.kick import KICK_ONSETS, kick, kick_material
from benchmarks.truths.lone_tones import lone_material, lone_tones
from benchmarks.truths.material import KINDS, RATE, Kind, Material, Samples
from benchmarks.truths.midi import Renderer, find_renderer, midi_pieces
from benchmarks.truths.singer import singer, singer_hz, singer_material
from benchmarks.truths.tones import additive_tones, sustained_tones
from benchmarks.truths.vibrato import vibrato_tones

__all__ = [
    "BASS_ONSETS",
    "BURST_ONSETS",
    "KICK_ONSETS",
    "KINDS",
    "RATE",
    "Kind",
    "Material",
    "Partials",
    "Renderer",
    "Samples",
    "Voice",
    "additive_pieces",
    "additive_tones",
    "bass_material",
    "bass_notes",
    "burst_material",
    "chord_material",
    "draw",
    "find_renderer",
    "glide_material",
    "kick",
    "kick_material",
    "lone_material",
    "lone_tones",
    "low_chords",
    "midi_pieces",
    "noise_bursts",
    "noise_material",
    "singer",
    "singer_hz",
    "singer_material",
    "steady_noise",
    "sustained_tones",
    "synthesise",
    "vibrato_tones",
    "voice_partials",
]
