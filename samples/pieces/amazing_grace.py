"""The first line of "Amazing Grace", in A major, for a tenor.

Tune "New Britain" (1829), words by John Newton (1779).
"""

from dataclasses import dataclass

from .notation import Note, pitch_midi

LEAD_IN_S = 0.75  # time to breathe in
BEAT_S = 60 / 74

# One syllable a line. Phonemes are those of ``phonemes.PHONEMES``; the notes are in beats, all
# on the vowel; loudness is in dB below the loudest.
_SYLLABLES = """
# text   onset      vowel   coda     loudness   notes
  A      .          @       .        -3         E3:1
  ma     m          e+I     .        -3         A3:2
  zing   z          I       N        -2         C#4:0.5 A3:0.5
  grace  g-+g+r     e+I     s         0         C#4:2
  how    h          a+U     .        -4         B3:1
  sweet  s+w        i       t-+t     -2         A3:2
  the    D          @       .        -4         F#3:1
  sound  s          a+U     n+d-+d   -4         E3:3
"""
CHOIR_PROGRAM = 53  # General MIDI "Voice Oohs", should FluidSynth play the notes


@dataclass(frozen=True, slots=True, kw_only=True)
class Syllable:
    """A sung syllable: the vowel begins with the first note, the onset comes before it."""

    text: str
    onset: tuple[str, ...]
    vowel: tuple[str, ...]
    coda: tuple[str, ...]
    loudness_db: float
    notes: tuple[tuple[int, float, float], ...]  # MIDI pitch, start and stop in seconds

    @property
    def start_s(self) -> float:
        """When the vowel begins."""
        return self.notes[0][1]

    @property
    def stop_s(self) -> float:
        """When the last note ends."""
        return self.notes[-1][2]


def syllables() -> list[Syllable]:
    """The words and their notes, in order; each begins where the one before it ends."""
    lines = [line for line in _SYLLABLES.splitlines() if line.strip() and "#" not in line.split()]
    sung = []
    now = LEAD_IN_S
    for line in lines:
        text, onset, vowel, coda, loudness, *tokens = line.split()
        placed = []
        for token in tokens:
            name, beats = token.split(":")
            stop = now + float(beats) * BEAT_S
            placed.append((pitch_midi(name), now, stop))
            now = stop
        sung.append(
            Syllable(
                text=text,
                onset=_phonemes(onset),
                vowel=_phonemes(vowel),
                coda=_phonemes(coda),
                loudness_db=float(loudness),
                notes=tuple(placed),
            )
        )
    return sung


def notes() -> list[Note]:
    """The melody without its words."""
    return [
        Note(
            start_s=start,
            duration_s=stop - start,
            pitch_midi=pitch,
            velocity=round(100 + 4 * syllable.loudness_db),
            program=CHOIR_PROGRAM,
        )
        for syllable in syllables()
        for pitch, start, stop in syllable.notes
    ]


def _phonemes(cell: str) -> tuple[str, ...]:
    return () if cell == "." else tuple(cell.split("+"))
