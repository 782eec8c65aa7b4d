"""The notes of four short pieces, and the instruments that play them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One instrument's line; see :func:`benchmarks.truths.score.parse`."""

    program: int  # General MIDI, counted from 0
    line: str
    pan: int = 64  # 0 left, 127 right
    velocity: int = 90
    drums: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Parts that play together."""

    name: str
    beat_s: float
    seconds: float
    parts: tuple[Part, ...]


_PIANO = (
    "C4 E4 G4 C5 E5 G4 C5 E5 C4 E4 G4 C5 E5 G4 C5 E5 C4 D4 A4 D5 F5 A4 D5 F5 "
    "C4 D4 A4 D5 F5 A4 D5 F5 B3 D4 G4 D5 F5 G4 D5 F5 B3 D4 G4 D5 F5 G4 D5 F5 "
    "C4 E4 G4 C5 E5 G4 C5 E5"
)
PIECES: tuple[Piece, ...] = (
    Piece(
        name="piano",
        beat_s=0.5,
        seconds=11,
        parts=(
            Part(
                program=0,
                pan=74,
                line=" ".join(f"{key}:.3" for key in _PIANO.split()) + " C4+E4+G4+C5:3",
            ),
            Part(program=0, pan=50, line="C3:2.4 C2:2.4 D3:2.4 D2:2.4 G2:2.4 G3:2.4 C3:2.4 C2:3"),
        ),
    ),
    Piece(
        name="quartet",
        beat_s=0.6,
        seconds=11,
        parts=(
            Part(
                program=40,
                pan=30,
                line="E5:2 D5:1 C5:1 B4:1 C5:1 D5:2 E5:1 F5:1 G5:2 F5:1 E5:.5 D5:.5 C5:3",
            ),
            Part(
                program=71,
                pan=95,
                line="G4:2 A4:2 G4:2 G4:1 F4:1 G4:1 A4:1 C5:1 B4:1 A4:1 B4:1 G4:3",
            ),
            Part(program=41, pan=50, line="C4:2 F4:1 E4:1 D4:1 E4:1 B3:2 C4:2 E4:2 D4:2 E4:3"),
            Part(
                program=70,
                pan=78,
                line="C3:2 D3:1 A3:1 G3:1 E3:1 G3:1 G2:1 C3:1 F3:1 C3:1 E3:1 F3:1 G3:1 C3:3",
            ),
        ),
    ),
    Piece(
        name="guitar-flute",
        beat_s=0.5,
        seconds=11,
        parts=(
            Part(
                program=24,
                pan=40,
                line=(
                    "A2:.5 E3:.5 A3:.5 C4:.5 E4:.5 C4:.5 A3:.5 E3:.5 F2:.5 C3:.5 F3:.5 A3:.5 "
                    "C4:.5 A3:.5 F3:.5 C3:.5 G2:.5 D3:.5 G3:.5 B3:.5 D4:.5 B3:.5 G3:.5 D3:.5 "
                    "C3:.5 G3:.5 C4:.5 E4:.5 G4:.5 E4:.5 C4:.5 G3:.5 A2+E3+A3+C4+E4:3"
                ),
            ),
            Part(
                program=73,
                pan=90,
                line=(
                    "-:1 E5:1 A5:1.5 G5:.5 F5:1 E5:.5 D5:.5 C5:2 D5:.5 E5:.5 F5:.5 D5:.5 B4:2 "
                    "C5:1 G5:1 E5:2 A5:3"
                ),
            ),
        ),
    ),
    Piece(
        name="band",
        beat_s=0.5,
        seconds=11,
        parts=(
            Part(
                program=4,
                pan=45,
                velocity=70,
                line=(
                    "D4+F4+A4+C5:1.5 D4+F4+A4+C5:2.5 D4+F4+G4+B4:1.5 D4+F4+G4+B4:2.5 "
                    "C4+E4+G4+B4:1.5 C4+E4+G4+B4:2.5 C#4+E4+G4+A4:1.5 C#4+E4+G4+A4:2.5 "
                    "D4+F4+A4:3"
                ),
            ),
            Part(
                program=33,
                line=(
                    "D2:1 F2:1 A2:1 F2:1 G2:1 B2:1 D3:1 B2:1 C3:1 B2:1 G2:1 E2:1 A2:1 E2:1 "
                    "A2:1 C#3:1 D2:3"
                ),
            ),
            Part(
                program=56,
                pan=80,
                line=(
                    "-:1 A4:.5 C5:.5 D5:2 -:.5 B4:.5 D5:.5 F5:.5 E5:.5 D5:1.5 -:1 G4:.5 B4:.5 "
                    "C5:2 -:.5 E5:.5 C#5:.5 A4:.5 G4:.5 E4:.5 F4:1 D5:3"
                ),
            ),
            Part(
                program=0,
                drums=True,
                velocity=85,
                line="36+42:.5 42:.5 38+42:.5 42:.5 " * 8 + "36+49:2",
            ),
        ),
    ),
)
