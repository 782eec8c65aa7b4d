"""The three sample pieces: their notes, and two ways to turn notes into sound.

from samples.pieces import find_soundfont, note_events, render

notes = note_events("band")
dry, rate = render(notes, find_soundfont(), transpose_semitones=3, effects=False)
"""

from . import amazing_grace, band, fantaisie
from .fluid import MissingToolError, find_soundfont, render
from .mastering import LENGTHS_S, VOICE_SEED, master
from .notation import Note
from .singer import sing, sung_pitch

__all__ = [
    "LENGTHS_S",
    "PIECES",
    "VOICE_SEED",
    "MissingToolError",
    "Note",
    "find_soundfont",
    "master",
    "note_events",
    "render",
    "sing",
    "sung_pitch",
]

_SCORES = {
    "fantaisie": fantaisie.notes,
    "band": band.notes,
    "voice": amazing_grace.notes,
}
PIECES = tuple(_SCORES)


def note_events(piece: str) -> list[Note]:
    """Every note of ``piece`` (one of ``PIECES``), sorted by start, then pitch.

    The notes of "voice" are what ``sing`` sings; ``render`` would play them on a choir sound.
    """
    if piece not in _SCORES:
        raise ValueError(f"piece must be one of {', '.join(PIECES)}, got {piece!r}.")
    return sorted(_SCORES[piece](), key=lambda note: (note.start_s, note.pitch_midi))
