"""Notes to sound through FluidSynth: write a MIDI file, run the program, read its WAV."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import mido
import numpy as np
import numpy.typing as npt
import soundfile

from .notation import Note

RATE = 44_100  # Hz
TAIL_S = 2.0  # rendered after the last key is let go
_TICKS_PER_S = 1000
_BEND_RANGE = 2.0  # semitones that a full pitch bend moves, the General MIDI default
_GAIN = "0.5"
_SOUNDFONTS = (
    "/usr/share/sounds/sf2/FluidR3_GM.sf2",
    "/usr/share/soundfonts/FluidR3_GM.sf2",
    "/usr/share/sounds/sf2/default-GM.sf2",
)


class MissingToolError(RuntimeError):
    """FluidSynth or a usable soundfont is missing."""


def find_soundfont() -> Path:
    """The General MIDI soundfont in one of the usual places of a Linux system."""
    for candidate in map(Path, _SOUNDFONTS):
        if candidate.is_file():
            return candidate
    raise MissingToolError(
        "no soundfont found: install one (Debian: apt install fluid-soundfont-gm) "
        "or name one with --soundfont."
    )


def render(
    notes: Sequence[Note],
    soundfont: Path,
    transpose_semitones: float = 0.0,
    *,
    effects: bool = True,
) -> tuple[npt.NDArray[np.float64], int]:
    """Play ``notes`` with FluidSynth.

    Args:
        notes: what to play.
        soundfont: an SF2 file.
        transpose_semitones: how far all but the drums move. Whole semitones strike other keys;
            what is left over is a constant pitch bend.
        effects: False switches off FluidSynth's reverb and chorus.

    Returns:
        Samples of shape (time, 2), not normalised, and their rate in Hz. The length follows
        from the notes' times alone, so two transpositions of a piece align.
    """
    program = shutil.which("fluidsynth")
    if program is None:
        raise MissingToolError("fluidsynth is not installed (Debian: apt install fluidsynth).")
    _check_soundfont(soundfont)
    stop_s = max(note.stop_s for note in notes) + TAIL_S
    switch = "yes" if effects else "no"
    with tempfile.TemporaryDirectory() as folder:
        midi_file, wave_file = Path(folder, "notes.mid"), Path(folder, "sound.wav")
        _to_midi(notes, transpose_semitones, stop_s).save(midi_file)
        command = [program, "--no-midi-in", "--no-shell", "--quiet"]
        command += ["--gain", _GAIN, "--sample-rate", str(RATE)]
        command += ["-o", f"synth.reverb.active={switch}", "-o", f"synth.chorus.active={switch}"]
        # Float output cannot clip, whatever the gain.
        command += ["--audio-file-type", "wav", "--audio-file-format", "float"]
        command += ["--fast-render", os.fspath(wave_file), os.fspath(soundfont)]
        command += [os.fspath(midi_file)]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        if result.returncode != 0 or not wave_file.is_file():
            reason = (result.stderr.strip() or "no reason given").splitlines()[-1]
            raise RuntimeError(f"fluidsynth could not render the notes: {reason}")
        samples, _ = soundfile.read(wave_file, dtype="float64", always_2d=True)
    fitted = np.zeros((round(stop_s * RATE), 2))
    length = min(len(fitted), len(samples))
    fitted[:length] = samples[:length]
    return fitted, RATE


def _check_soundfont(soundfont: Path) -> None:
    """Refuse what is not a soundfont: FluidSynth would quietly play its default one instead."""
    if not soundfont.is_file():
        raise MissingToolError(
            f"no soundfont at {soundfont} (Debian: apt install fluid-soundfont-gm)."
        )
    with soundfont.open("rb") as file:
        header = file.read(12)
    if header[:4] != b"RIFF" or header[8:] != b"sfbk":
        raise MissingToolError(f"{soundfont} is not an SF2 soundfont.")


def _to_midi(notes: Sequence[Note], transpose_semitones: float, stop_s: float) -> mido.MidiFile:
    """A MIDI file whose ticks are milliseconds."""
    whole = round(transpose_semitones)
    bend = round((transpose_semitones - whole) / _BEND_RANGE * 8192)
    # (tick, rank, message): at one tick, set up first, then let keys go, then strike.
    events: list[tuple[int, int, mido.Message]] = []
    for note in {note.channel: note for note in notes}.values():
        channel = note.channel
        pan = round(64 + 63 * note.pan)
        setup = [mido.Message("control_change", channel=channel, control=10, value=pan)]
        if not note.is_drum:
            setup.append(mido.Message("program_change", channel=channel, program=note.program))
            setup.append(mido.Message("pitchwheel", channel=channel, pitch=bend))
        events += [(0, 0, message) for message in setup]
    for note in notes:
        key = note.pitch_midi + (0 if note.is_drum else whole)
        strike = mido.Message("note_on", channel=note.channel, note=key, velocity=note.velocity)
        release = mido.Message("note_off", channel=note.channel, note=key)
        events.append((round(note.start_s * _TICKS_PER_S), 2, strike))
        events.append((round(note.stop_s * _TICKS_PER_S), 1, release))
    events.sort(key=lambda event: event[:2])

    # At 120 beats a minute (MIDI's default) half the ticks of a second make a beat.
    midi = mido.MidiFile(type=0, ticks_per_beat=_TICKS_PER_S // 2)
    track = midi.add_track()
    now = 0
    for tick, _, message in events:
        track.append(message.copy(time=tick - now))
        now = tick
    end_tick = round(stop_s * _TICKS_PER_S)
    track.append(mido.MetaMessage("end_of_track", time=end_tick - now))
    return midi
