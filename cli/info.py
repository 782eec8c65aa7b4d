"""``ctxaudio info``: what a song or a memory file is."""

from __future__ import annotations

import json
from typing import Any

import click

from cli.arguments import FileName
from cli.learning import open_song
from cli.learning_options import damaged_option
from cli.output import listed, tell

_UNITS = {
    "s": "s",
    "hz": "Hz",
    "dbfs": "dBFS",
    "dbtp": "dBTP",
    "lufs": "LUFS",
    "bpm": "beats a minute",
    "cents": "cents from A = 440 Hz",
}


@click.command()
@click.argument("file", type=FileName())
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")
@damaged_option
def info(file: str, as_json: bool, damaged: bool) -> None:
    """Say what FILE, a song or a memory file, holds."""
    from ctxaudio.memory.alone.files import sings_alone
    from ctxaudio.memory.files import is_memory_file

    if file == "-" or not is_memory_file(file):
        facts = _song_facts(file, damaged=damaged)
    elif sings_alone(file):
        facts = _alone_facts(file)
    else:
        facts = _memory_facts(file)
    if as_json:
        tell(json.dumps(facts))
        return
    for name, value in facts.items():
        if value is not None:
            tell(_line(name, value))


def _line(name: str, value: Any) -> str:
    """A fact for a person: the unit that ends its name stands behind its value."""
    if isinstance(value, list):
        value = ", ".join(value) if isinstance(value[0], str) else listed(value)
    words = name.split("_")
    unit = _UNITS.get(words[-1], "")
    label = " ".join(words[:-1] if unit else words)
    return f"{label:14} {value} {unit}".rstrip()


def _song_facts(file: str, *, damaged: bool) -> dict[str, Any]:
    from ctxaudio.analysis.key import key_of
    from ctxaudio.analysis.loudness import loudness_lufs
    from ctxaudio.analysis.tempo import tempo_bpm
    from ctxaudio.analysis.tuning import tuning_cents
    from ctxaudio.sound.peak import decibels, true_peak

    song, file_format = open_song(file, damaged=damaged)
    peak = song.peak
    cents = tuning_cents(song) if peak > 0.0 else None
    heard = key_of(song, cents) if peak > 0.0 else None
    tempo, loudness = tempo_bpm(song), loudness_lufs(song)
    return {
        "kind": "song",
        "format": f"{file_format.container} {file_format.encoding}",
        "duration_s": round(song.duration_s, 3),
        "sample_rate_hz": song.sample_rate,
        "channels": song.n_channels,
        "peak_dbfs": round(decibels(peak), 2) if peak > 0.0 else None,
        "true_peak_dbtp": round(decibels(true_peak(song)), 2) if peak > 0.0 else None,
        "loudness_lufs": None if loudness is None else round(loudness, 2),
        "key": None if heard is None else str(heard.key),
        "key_confidence": None if heard is None else round(heard.confidence, 2),
        "key_second": None if heard is None else str(heard.second),
        "tuning_cents": None if cents is None else round(cents, 1),
        "tempo_bpm": None if tempo is None else round(tempo, 1),
        "fingerprint": song.fingerprint()[:16],
    }


def _memory_facts(file: str) -> dict[str, Any]:
    from ctxaudio import load_memory
    from ctxaudio.memory.learned import what_was_learned

    memory = load_memory(file)
    learned = what_was_learned(memory)
    return {
        "kind": "memory",
        "contexts": list(memory.contexts),
        **({"knobs": list(memory.knobs)} if memory.has_formants else {}),
        "duration_s": round(memory.n_samples / memory.sample_rate, 3),
        "sample_rate_hz": memory.sample_rate,
        "phrases": memory.phrases.n_phrases,
        "network": memory.network,
        "units": memory.phrases.network.n_units,
        "bands": memory.bands.n_bands,
        "semitones_a_step": round(learned.semitones, 4),
        "bands_that_agree": learned.n_agreeing,
        "gain_db_a_step": round(learned.gain_db, 4),
        "fingerprint": memory.fingerprint[:16],
    }


def _alone_facts(file: str) -> dict[str, Any]:
    from ctxaudio import load_alone

    memory = load_alone(file)
    return {
        "kind": "memory that sings alone",
        "contexts": sorted({0.0, *memory.contexts}),
        "duration_s": round(memory.duration_s, 3),
        "sample_rate_hz": memory.sample_rate,
        "channels": memory.n_channels,
        "songs": memory.n_songs,
        "phrases": len(memory.phrases),
        "bits_a_second": round(memory.bits_s),
        "readout_bits_a_second": round(memory.readout_bits_s),
        "fingerprint": memory.fingerprint[:16],
    }
