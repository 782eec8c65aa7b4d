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
from benchmarks.truths.drums import drum_material, drums
from benchmarks.truths.edges import edge_material, edges
from benchmarks.truths.glides import glide_material
from benchmarks.truths.kick import KICK_ONSETS, kick, kick_material
from benchmarks.truths.lone_tones import lone_material, lone_tones
from benchmarks.truths.material import KINDS, RATE, Kind, Material, Samples
from benchmarks.truths.midi import Renderer, bent_pieces, find_renderer, midi_pieces
from benchmarks.truths.pads import pad_material, pads
from benchmarks.truths.shepard import shepard, shepard_material
from benchmarks.truths.singer import singer, singer_hz, singer_material
from benchmarks.truths.speech import speech, speech_hz, speech_material
from benchmarks.truths.tails import tail_material, tails
from benchmarks.truths.tones import additive_tones, sustained_tones
from benchmarks.truths.vibrato import vibrato_tones
from benchmarks.truths.voice import (
    sample_voice,
    sample_voice_hz,
    sample_voice_voiced,
    voice_material,
)
from benchmarks.truths.winds import wind, wind_hz, wind_material

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
    "bent_pieces",
    "burst_material",
    "chord_material",
    "draw",
    "drum_material",
    "drums",
    "edge_material",
    "edges",
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
    "pad_material",
    "pads",
    "sample_voice",
    "sample_voice_hz",
    "sample_voice_voiced",
    "shepard",
    "shepard_material",
    "singer",
    "singer_hz",
    "singer_material",
    "speech",
    "speech_hz",
    "speech_material",
    "steady_noise",
    "sustained_tones",
    "synthesise",
    "tail_material",
    "tails",
    "vibrato_tones",
    "voice_material",
    "voice_partials",
    "wind",
    "wind_hz",
    "wind_material",
]
