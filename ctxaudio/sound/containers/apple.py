"""Apple's description of channels, which CAF and AIFF files hold in a chunk of their own.

Source: ``AudioChannelLayout`` in Core Audio's ``CoreAudioBaseTypes.h``.
"""

from __future__ import annotations

from typing import BinaryIO

from ctxaudio.sound.containers.recording import read_at

_CHUNKS = {b"caff": (8, b"chan", 8), b"FORM": (12, b"CHAN", 4)}  # begin, name, bytes of a size
_MOST_CHUNKS = 100  # before that which is sought
_HEAD = 12  # bytes: tag, bits, number of descriptions
_DESCRIPTION = 20  # bytes each, of which the first four say the speaker
_BY_DESCRIPTION, _BY_BITS = 0, 1 << 16  # tags
_SAY_NOTHING = (147, 0xFFFF)  # "discrete in order", and "unknown"
_NAMES = {  # of the speakers in the table below, as Apple calls them
    **{"L": "FL", "R": "FR", "C": "FC", "LFE": "LFE", "Ls": "SL", "Rs": "SR", "Cs": "BC"},
    **{"Lc": "FLC", "Rc": "FRC", "Rls": "BL", "Rrs": "BR"},
}
_ORDERS = {
    108: "L R Ls Rs",
    109: "L R Ls Rs C",
    110: "L R Ls Rs C Cs",
    113: "L R C",
    114: "C L R",
    115: "L R C Cs",
    116: "C L R Cs",
    117: "L R C Ls Rs",
    118: "L R Ls Rs C",
    119: "L C R Ls Rs",
    120: "C L R Ls Rs",
    121: "L R C LFE Ls Rs",
    122: "L R Ls Rs C LFE",
    123: "L C R Ls Rs LFE",
    124: "C L R Ls Rs LFE",
    125: "L R C LFE Ls Rs Cs",
    126: "L R C LFE Ls Rs Lc Rc",
    127: "C Lc Rc L R Ls Rs LFE",
    128: "L R C LFE Ls Rs Rls Rrs",
    131: "L R Cs",
    132: "L R Ls Rs",
    133: "L R LFE",
    134: "L R LFE Cs",
    135: "L R LFE Ls Rs",
    136: "L R C LFE",
    137: "L R C LFE Cs",
    139: "L R Ls Rs C Cs",
    140: "L R Ls Rs C Rls Rrs",
    141: "C L R Ls Rs Cs",
    142: "C L R Ls Rs Cs LFE",
    143: "C L R Ls Rs Rls Rrs",
    144: "C L R Ls Rs Rls Rrs LFE",
    145: "C L R Ls Rs Rls Rrs Cs",
}


def described(file: BinaryIO, speakers: tuple[str, ...]) -> tuple[str, ...] | None:
    """The speaker of each channel, in the order of the file; None of a file that says nothing.

    Args:
        file: open, and able to seek.
        speakers: by the bits of WAV's mask, which are Apple's too.

    Returns:
        Names in ``speakers``; none at all if the file says something that is not known here.
    """
    chunk = _chunk(file)
    tag, bits, n_described = (int.from_bytes(chunk[at : at + 4], "big") for at in (0, 4, 8))
    if len(chunk) < _HEAD or tag >> 16 in _SAY_NOTHING or tag == bits == n_described == 0:
        return None
    if tag == _BY_BITS:
        return tuple(name for bit, name in enumerate(speakers) if bits >> bit & 1)
    if tag != _BY_DESCRIPTION:
        return tuple(_NAMES[each] for each in _ORDERS.get(tag >> 16, "").split())
    begins = range(_HEAD, len(chunk) - 3, _DESCRIPTION)[:n_described]
    labels = [int.from_bytes(chunk[at : at + 4], "big") for at in begins]
    numbered = {**dict(enumerate(speakers, 1)), 33: "BL", 34: "BR"}
    return tuple(numbered[each] for each in labels if each in numbered)


def _chunk(file: BinaryIO) -> bytes:
    """What the chunk holds; nothing if there is none."""
    begin, wanted, n_size = _CHUNKS.get(read_at(file, 0, 4), (0, b"", 0))
    for _ in range(_MOST_CHUNKS if n_size else 0):
        head = read_at(file, begin, 4 + n_size)
        size = int.from_bytes(head[4:], "big")
        if len(head) < 4 + n_size or size >= 1 << 63:
            break
        begin += 4 + n_size
        if head[:4] == wanted:
            return read_at(file, begin, min(size, _HEAD + 64 * _DESCRIPTION))
        begin += size + (size % 2 if n_size == 4 else 0)
    return b""
