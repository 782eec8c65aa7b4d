"""A small band: drum kit, bass, electric piano, muted guitar and saxophone.

Composed for this project: four bars in A dorian over Am9, D13, Fmaj9 and E7#9, with a pick-up
and a last chord. Steps are sixteenth notes, slightly swung.
"""

from dataclasses import dataclass

from .notation import DRUM_CHANNEL, Note, count_steps, read_tones

LEAD_IN_S = 0.1
STEP_S = 60 / 96 / 4  # a sixteenth at 96 quarter notes a minute
BAR_STEPS = 16
PICKUP_STEPS = 4
SWING = 0.14  # how late every second sixteenth comes, in steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One player: the sound, its place, how loud and how long the notes are held."""

    channel: int
    program: int
    pan: float
    velocity: int
    gate: float  # share of its written length for which a note is held
    bars: tuple[str, ...]  # the pick-up, then one line a bar


BASS = Part(
    channel=0,
    program=33,  # fingered bass
    pan=0.0,
    velocity=92,
    gate=0.92,
    bars=(
        "-:4",
        "A1:3! -   A1 -  E2 G2  A2:2 -:2  G2 E2 C2 C#2",
        "D2:3! -   D2 -  A2 C3  D3:2 -:2  C3 A2 G2 F#2",
        "F2:3! -   F2 -  C2 E2  F2:2 -:2  C2 A1 G1 F1",
        "E1:3! -   E1 -  B1 D2  E2:2 -:2  D2 B1 G1 G#1",
        "A1:10!",
    ),
)

ELECTRIC_PIANO = Part(
    channel=1,
    program=4,
    pan=-0.5,
    velocity=70,
    gate=0.9,
    bars=(
        "-:4",
        "G3+B3+C4+E4:3   -:3  G3+B3+C4+E4:2!   -:2  G3+B3+C4+E4   -:3  G3+B3+C4+E4:2",
        "F#3+B3+C4+E4:3  -:3  F#3+B3+C4+E4:2!  -:2  F#3+B3+C4+E4  -:3  F#3+B3+C4+E4:2",
        "E3+A3+C4+G4:3   -:3  E3+A3+C4+G4:2!   -:2  E3+A3+C4+G4   -:3  E3+A3+C4+G4:2",
        "G#3+D4+G4:3     -:3  G#3+D4+G4:2!     -:2  G#3+D4+G4     -:3  G#3+D4+G4:2",
        "G3+B3+C4+E4:10!",
    ),
)

GUITAR = Part(
    channel=2,
    program=28,  # muted electric guitar
    pan=0.6,
    velocity=74,
    gate=0.8,
    bars=(
        "-:4",
        "A3! - A3 C4   - D4 - E4   - D4 C4 -  A3  - G3 -",
        "A3! - A3 C4   - D4 - F#4  - D4 C4 -  A3  - C4 -",
        "A3! - A3 C4   - E4 - G4   - E4 C4 -  A3  - C4 -",
        "G#3! - G#3 B3 - D4 - E4   - D4 B3 -  G#3 - B3 -",
        "A3!",
    ),
)

SAXOPHONE = Part(
    channel=3,
    program=65,  # alto saxophone
    pan=0.15,
    velocity=88,
    gate=0.95,
    bars=(
        "E4 G4 A4 B4",
        "C5:3! B4  A4:2 E5:4  D5 C5 D5:2  -:2",
        "F#5:3! E5  D5:2 C5:2  B4 C5 B4 A4  F#4:2 A4:2",
        "A4 C5 E5:4!  D5 E5  G5:2 E5:2  D5 C5 A4:2",
        "B4:3! G#4  B4:2 D5:2  G5:2 F5 E5  D5 B4 G#4:2",
        "C5 B4 A4:8",
    ),
)

PARTS = (BASS, ELECTRIC_PIANO, GUITAR, SAXOPHONE)

# Drums: one column a step; X loud, x plain, g a ghost note.
DRUM_VELOCITIES = {"X": 112, "x": 84, "g": 42}
KICK, SNARE, CLOSED_HAT, OPEN_HAT, CRASH, LOW_TOM, MID_TOM = 36, 38, 42, 46, 49, 43, 47
DRUM_BARS: tuple[dict[int, str], ...] = (
    {SNARE: "gxX.", MID_TOM: "..x.", LOW_TOM: "...X"},
    {
        CRASH: "X...............",
        CLOSED_HAT: "..xgx.xgx.xgx...",
        OPEN_HAT: "..............x.",
        SNARE: "....X..g.g..X..g",
        KICK: "X.....x.x.x.....",
    },
    {
        CLOSED_HAT: "x.xgx.xgx.xgx.xg",
        SNARE: "....X..g.g..X...",
        KICK: "X.....x...x..x..",
    },
    {
        CLOSED_HAT: "x.xgx.xgx.xgx...",
        OPEN_HAT: "..............x.",
        SNARE: "....X..g.g..X..g",
        KICK: "X.....x.x.x.....",
    },
    {
        CLOSED_HAT: "x.xgx.xgx.x.....",
        SNARE: "....X..g..x.Xx..",
        MID_TOM: "..............X.",
        LOW_TOM: "...............X",
        KICK: "X.....x.x...x...",
    },
    {CRASH: "X", KICK: "X"},
)


def notes() -> list[Note]:
    """Every note of the band, the drums included."""
    return [note for part in PARTS for note in _play_part(part)] + _play_drums()


def _play_part(part: Part) -> list[Note]:
    for bar, line in enumerate(part.bars[:-1]):
        expected = PICKUP_STEPS if bar == 0 else BAR_STEPS
        if count_steps(line) != expected:
            raise ValueError(f"bar {bar} must have {expected} steps, got {line!r}.")
    return [
        Note(
            start_s=_step_to_s(tone.start),
            duration_s=tone.steps * STEP_S * part.gate,
            pitch_midi=pitch,
            velocity=part.velocity + _metric_weight(tone.start) + (10 if tone.accent else 0),
            channel=part.channel,
            program=part.program,
            pan=part.pan,
        )
        for tone in read_tones(" ".join(part.bars))
        for pitch in tone.pitches
    ]


def _play_drums() -> list[Note]:
    return [
        Note(
            start_s=_step_to_s(_bar_to_step(bar) + column),
            duration_s=STEP_S,
            pitch_midi=drum,
            velocity=DRUM_VELOCITIES[mark],
            channel=DRUM_CHANNEL,
        )
        for bar, grid in enumerate(DRUM_BARS)
        for drum, row in grid.items()
        for column, mark in enumerate(row)
        if mark != "."
    ]


def _bar_to_step(bar: int) -> int:
    return 0 if bar == 0 else PICKUP_STEPS + (bar - 1) * BAR_STEPS


def _step_to_s(step: float) -> float:
    return LEAD_IN_S + (step + (SWING if step % 2 == 1 else 0.0)) * STEP_S


def _metric_weight(step: float) -> int:
    """Velocity added by the place in the beat: beats lean in, the notes between hold back."""
    return {0: 4, 2: 0}.get(int(step) % 4, -6)
