"""Four short pieces played by FluidSynth, at their own and at a transposed pitch.

A sampler plays another recording, or the same one at another speed, for another key: its timbre
does not move with pitch, and its envelopes change. So a transposed rendering is a truth for *which
notes* sound, not for the shape of a spectrum. Drums are not transposed, as a musician would not.

A *bent* rendering plays the same recordings faster or slower under the same envelopes, and no
drums: its timbre does move.
"""

from __future__ import annotations

import hashlib
import io
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import mido
import numpy as np
import soundfile

from benchmarks.truths.material import RATE, Material, Samples
from benchmarks.truths.pieces import PIECES, Piece
from benchmarks.truths.score import parse

_TICKS = 480  # a beat
_BENT_SEMITONES = 24
_DRUMS = 9  # the channel that General MIDI keeps for them
_SOUNDFONTS = ("FluidR3_GM.sf2", "default-GM.sf2", "TimGM6mb.sf2")
_SOUNDFONT_FOLDERS = (
    "/usr/share/sounds/sf2",
    "/usr/share/soundfonts",
    "/usr/local/share/soundfonts",
)


def find_soundfont() -> Path | None:
    """The first General MIDI SoundFont in a usual place, or None."""
    paths = (Path(folder, name) for name in _SOUNDFONTS for folder in _SOUNDFONT_FOLDERS)
    return next((path for path in paths if path.exists()), None)


def midi_bytes(piece: Piece, semitones: int, *, bent: bool = False) -> bytes:
    """A MIDI file of ``piece``, all but its drums transposed by ``semitones``.

    With ``bent`` keys stay, and the wheel bends them; there are no drums then.
    """
    midi = mido.MidiFile(ticks_per_beat=_TICKS)
    for index, part in enumerate(piece.parts):
        if bent and part.drums:
            continue
        channel = _DRUMS if part.drums else index
        events = []  # (tick, order, message); of events at one tick, notes end before others begin
        for note in parse(part.line):
            key = note.key + (0 if part.drums or bent else semitones)
            if not 0 <= key <= 127:
                raise ValueError(f"{piece.name} shifted by {semitones} leaves the keys: {key}.")
            start = round(note.onset * _TICKS)
            end = start + round(
                note.length * _TICKS * 0.96
            )  # a gap, so that a repeated note speaks
            on = mido.Message("note_on", channel=channel, note=key, velocity=part.velocity)
            off = mido.Message("note_off", channel=channel, note=key)
            events += [(start, 1, on), (end, 0, off)]
        track = mido.MidiTrack()
        track.append(mido.MetaMessage("set_tempo", tempo=round(piece.beat_s * 1e6)))
        track.append(mido.Message("program_change", channel=channel, program=part.program))
        track.append(mido.Message("control_change", channel=channel, control=10, value=part.pan))
        if bent:
            for message in _bend(channel, semitones):
                track.append(message)
        now = 0
        for tick, _, message in sorted(events, key=lambda event: event[:2]):
            track.append(message.copy(time=tick - now))
            now = tick
        midi.tracks.append(track)
    buffer = io.BytesIO()
    midi.save(file=buffer)
    return buffer.getvalue()


def _bend(channel: int, semitones: int) -> list[mido.Message]:
    """The wheel's range is set to two octaves (registered parameter 0), then it is turned."""
    settings = ((101, 0), (100, 0), (6, _BENT_SEMITONES), (38, 0))
    turned = round(8192 * semitones / _BENT_SEMITONES)
    return [
        *(
            mido.Message("control_change", channel=channel, control=control, value=value)
            for control, value in settings
        ),
        mido.Message("pitchwheel", channel=channel, pitch=min(8191, turned)),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Renderer:
    """FluidSynth, dry, with one SoundFont; a folder keeps what it has played."""

    soundfont: Path
    cache: Path

    def __call__(self, piece: Piece, semitones: int, *, bent: bool = False) -> Samples:
        """The piece as (2, time) samples of exactly ``piece.seconds``."""
        midi = midi_bytes(piece, semitones, bent=bent)
        size = self.soundfont.stat().st_size
        key = hashlib.sha256(midi + f"{self.soundfont.name} {size} {piece.seconds}".encode())
        kept = self.cache / f"{piece.name}{semitones:+d}-{key.hexdigest()[:12]}.npy"
        if kept.exists():
            loaded: Samples = np.load(kept)
            return loaded
        self.cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.cache) as folder:
            samples = self._play(midi, round(piece.seconds * RATE), Path(folder))
            # renamed when whole: another process may be rendering the same piece
            np.save(Path(folder, "done.npy"), samples)
            Path(folder, "done.npy").replace(kept)
        return samples

    def _play(self, midi: bytes, length: int, folder: Path) -> Samples:
        score, wave = folder / "score.mid", folder / "sound.wav"
        score.write_bytes(midi)
        command = ["fluidsynth", "-ni", "-R", "0", "-C", "0", "-g", "0.5", "-r", str(RATE)]
        command += ["-T", "wav", "-O", "float", "-F", str(wave), str(self.soundfont), str(score)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode or not wave.exists():
            raise RuntimeError(f"fluidsynth rendered nothing: {done.stderr.strip()}")
        sound = soundfile.read(wave, dtype="float32", always_2d=True)[0].T
        sound = np.pad(sound, ((0, 0), (0, max(0, length - sound.shape[1]))))
        return np.ascontiguousarray(sound[:, :length])


def find_renderer(cache: Path, soundfont: Path | None = None) -> Renderer | str:
    """A renderer, or one line that says what is missing for it."""
    soundfont = soundfont or find_soundfont()
    if shutil.which("fluidsynth") is None:
        return "fluidsynth is not installed"
    if soundfont is None or not soundfont.exists():
        return "no General MIDI SoundFont was found"
    return Renderer(soundfont=soundfont, cache=cache)


def midi_pieces(renderer: Callable[[Piece, int], Samples]) -> list[Material]:
    """Piano arpeggios, a quartet, guitar with flute, a band with drums; 11 s each."""
    return [
        Material(name=piece.name, kind="midi", render=partial(renderer, piece)) for piece in PIECES
    ]


def bent_pieces(renderer: Renderer) -> list[Material]:
    """The same pieces without drums, transposed by the wheel instead of by other keys."""
    return [
        Material(
            name=f"{piece.name}-bent",
            kind="midi-bent",
            render=partial(renderer, piece, bent=True),
        )
        for piece in PIECES
    ]
