"""Chopin, Fantaisie-Impromptu op. posth. 66, bars 1 to 9: Allegro agitato, C-sharp minor.

The left hand plays six notes to each half bar and the right hand eight: four against three.
The piece is cut on the first bass note of bar 10.
"""

from dataclasses import replace

import numpy as np

from .notation import Note, Tone, read_tones

LEAD_IN_S = 0.1
BAR_S = 2 * 60 / 84  # cut time, half note = 84
LAST_BAR = 10  # only its first bass note is played
RING_BARS = 0.8  # how long that note rings

# Right hand: sixteen notes to the bar. An opening ``~`` ties the last note over the bar line.
RIGHT_HAND = {
    5: "-   G#4 A4  G#4 | Fx4 G#4 C#5 E5  | D#5 C#5 D#5 C#5 | B#4 C#5 E5  G#5",
    6: "-   G#4 A4  G#4 | Fx4 G#4 C#5 E5  | D#5 C#5 D#5 C#5 | B#4 C#5 E5  G#5",
    7: "-   A4  C#5 D#5 | F#5 A5  C#6 D#6 | B6  A6  G#6 F#6 | E6  D#6 F#6 C#6",
    8: "B#5 D#6 A5  G#5 | F#5 A5  E5  D#5 | F#5 C#5 B#4 D#5 | A4  G#4 B4  A4",
    9: "~   G#4 A4  G#4 | Fx4 G#4 C#5 E5  | D#5 C#5 D#5 C#5 | B#4 C#5 E5  G#5",
}

# Left hand: twelve notes to the bar, after the opening octave that is held for two bars.
LEFT_HAND = {
    1: "G#2+G#3:24",
    3: "C#2+C#3 G#3 C#4 E4  C#4 G#3 | C#3 G#3 C#4 E4  C#4 G#3",
    4: "C#3 G#3 C#4 E4  C#4 G#3 | C#3 G#3 C#4 E4  C#4 G#3",
    5: "C#3 G#3 C#4 E4  C#4 G#3 | E3  G#3 C#4 E4  C#4 G#3",
    6: "C#3 G#3 C#4 E4  C#4 G#3 | E3  G#3 C#4 E4  C#4 G#3",
    7: "D#3 A3  C#4 F#4 C#4 A3  | F#3 C#4 D#4 A4  D#4 C#4",
    8: "G#2 D#3 F#3 B#3 F#3 D#3 | G#2 D#3 F#3 B#3 F#3 D#3",
    9: "C#3 G#3 C#4 E4  C#4 G#3 | E3  G#3 C#4 E4  C#4 G#3",
    10: "C#3",
}

# Bar (3.5 is the middle of bar 3) -> MIDI velocity, straight lines between: sf on the octave,
# f falling through bars 3 and 4, p at the theme, a swell to the top of bar 7 and back.
RIGHT_DYNAMICS = {5: 62, 6: 66, 7: 64, 7.5: 92, 8: 80, 9: 64, 9.9: 76}
LEFT_DYNAMICS = {1: 112, 3: 88, 4: 76, 5: 54, 7: 56, 7.5: 70, 8: 64, 9: 54, 10: 58}

ACCENT = 8  # added to the velocity where a group begins
RISE_PER_OCTAVE = 4  # higher notes are played a little louder

# Bars at which the sustaining pedal is renewed.
PEDAL = (1, 3, 4, 5, 6, 7, 7.5, 8, 9)


def notes() -> list[Note]:
    """The notes as they sound: the pedal is folded into their durations."""
    right = _play_hand(RIGHT_HAND, RIGHT_DYNAMICS, steps_per_bar=16, group=4)
    left = _play_hand(LEFT_HAND, LEFT_DYNAMICS, steps_per_bar=12, group=6)
    return _hold_pedal(sorted(right + left, key=lambda note: note.start_s))


def _play_hand(
    bars: dict[int, str], dynamics: dict[float, int], *, steps_per_bar: int, group: int
) -> list[Note]:
    # Reading all bars as one line lets a tie cross a bar line; every bar fills its steps.
    first_step = min(bars) * steps_per_bar
    tones = read_tones(" ".join(bars.values()), start=first_step)
    return [
        Note(
            start_s=_bar_to_s(tone.start / steps_per_bar),
            duration_s=tone.steps / steps_per_bar * BAR_S,
            pitch_midi=pitch,
            velocity=_velocity(tone, pitch, dynamics, steps_per_bar, group),
        )
        for tone in tones
        for pitch in tone.pitches
    ]


def _velocity(
    tone: Tone, pitch: int, dynamics: dict[float, int], steps_per_bar: int, group: int
) -> int:
    level = np.interp(tone.start / steps_per_bar, list(dynamics), list(dynamics.values()))
    accent = ACCENT if tone.start % group == 0 else 0
    return round(float(level) + accent + RISE_PER_OCTAVE * (pitch - 66) / 12)


def _hold_pedal(notes: list[Note]) -> list[Note]:
    """Let every note ring until the pedal is renewed, or its own key is struck again."""
    end_s = _bar_to_s(LAST_BAR + RING_BARS)
    lifts = [_bar_to_s(bar) for bar in PEDAL[1:]] + [end_s]
    held = []
    for index, note in enumerate(notes):
        # Half a millisecond guards against a note that starts on the lift by rounding.
        lift_s = next(lift for lift in lifts if lift > note.start_s + 5e-4)
        again = (later for later in notes[index + 1 :] if later.pitch_midi == note.pitch_midi)
        struck_s = next((later.start_s for later in again), end_s)
        stop_s = min(max(lift_s, note.stop_s), struck_s)
        held.append(replace(note, duration_s=stop_s - note.start_s))
    return held


def _bar_to_s(bar: float) -> float:
    """Seconds at which ``bar`` (counted from 1) begins."""
    return LEAD_IN_S + (bar - 1) * BAR_S
