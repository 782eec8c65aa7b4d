"""Channels: where each of many is heard, and in which order a file has them.

Samples here are in the order of WAV, which is ffmpeg's too: that of
:data:`~ctxaudio.sound.speakers.SPEAKERS`.
Vorbis and Opus have another order for each number of channels, and libsndfile leaves it as it is.
Sources: the Vorbis I specification, 4.3.9, which RFC 7845 takes for Opus; RFC 9639, 9.1.3, for
FLAC; Microsoft's ``WAVEFORMATEXTENSIBLE`` for WAV.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from ctxaudio.sound.containers.apple import described
from ctxaudio.sound.containers.kinds import demuxer_of
from ctxaudio.sound.containers.recording import read_at
from ctxaudio.sound.speakers import SPEAKERS, USUAL, Layout

_VORBIS_ORDERS = {  # which of WAV's channels comes first, second and so on
    3: (0, 2, 1),
    5: (0, 2, 1, 3, 4),
    6: (0, 2, 1, 4, 5, 3),
    7: (0, 2, 1, 5, 6, 4, 3),
    8: (0, 2, 1, 6, 7, 4, 5, 3),
}
_OF_VORBIS_ORDER = ("OPUS", "VORBIS")  # as libsndfile hands them on
_AS_USUAL = ("AAC", "ALAC", "FLAC", *_OF_VORBIS_ORDER)
_WAV = ("WAV", "WAVEX")
_OF_LIBSNDFILE = ("aiff", "caf", "ogg")
_EXTENSIBLE = 0xFFFE
_MOST_CHUNKS = 100  # before that which says the format


def as_encoded_by(encoding: str, samples: np.ndarray) -> np.ndarray:
    """Samples (channel, time) in the order in which libsndfile encodes them.

    >>> as_encoded_by("VORBIS", np.array([["left"], ["right"], ["centre"]]))[:, 0].tolist()
    ['left', 'centre', 'right']
    """
    order = _order(encoding, len(samples))
    return samples if order is None else samples[list(order)]


def as_decoded_of(encoding: str, samples: np.ndarray) -> np.ndarray:
    """Samples (channel, time) in the order of WAV, of those that libsndfile has decoded."""
    order = _order(encoding, len(samples))
    return samples if order is None else samples[np.argsort(order)]


def as_heard(layout: Layout | None, samples: np.ndarray) -> np.ndarray:
    """Samples (channel, time) in the order of WAV, of channels that are heard as a layout says;
    as they are if there is none, or it names other speakers.

    >>> as_heard(("FC", "FL", "FR"), np.array([["centre"], ["left"], ["right"]]))[:, 0].tolist()
    ['left', 'right', 'centre']
    """
    if layout is None or not is_known(layout, len(samples)):
        return samples
    order = sorted(range(len(layout)), key=lambda n: SPEAKERS.index(layout[n]))
    return samples[order]


def is_known(layout: Layout, n_channels: int) -> bool:
    """Whether it has a speaker of WAV's for each channel."""
    return len({*layout} & {*SPEAKERS}) == len(layout) == n_channels


def _order(encoding: str, n_channels: int) -> tuple[int, ...] | None:
    return _VORBIS_ORDERS.get(n_channels) if encoding in _OF_VORBIS_ORDER else None


def mask_of(layout: Layout) -> int:
    """How WAV says it, a bit for each speaker.

    >>> hex(mask_of(USUAL[6]))
    '0x3f'
    """
    return sum(1 << SPEAKERS.index(speaker) for speaker in layout)


def layout_of(path: str | Path, container: str, encoding: str, n_channels: int) -> Layout | None:
    """Where a file says that its channels are heard; None if it says nothing, or has one or two.

    Args:
        path: of a file that has been decoded.
        container: its own.
        encoding: its own.
        n_channels: as many as it has.
    """
    if n_channels not in USUAL:
        return None
    with Path(path).open("rb") as file:
        demuxer = demuxer_of(file)
        if demuxer == "wav":
            return _layout_of_wav(file, n_channels)
        if (told := described(file, SPEAKERS)) is not None:
            return _sorted(told, n_channels)
        if demuxer in (None, *_OF_LIBSNDFILE):
            return USUAL[n_channels] if _is_usual(container, encoding) else None
        return _layout_of_media(file, demuxer, n_channels)


def _layout_of_wav(file: BinaryIO, n_channels: int) -> Layout | None:
    begin = 12
    for _ in range(_MOST_CHUNKS):
        head = read_at(file, begin, 8 + 24)
        size = int.from_bytes(head[4:8], "little")
        if head[:4] == b"fmt " and len(head) == 32:
            about = head[8:]
            mask = int.from_bytes(about[20:], "little")
            layout = tuple(name for bit, name in enumerate(SPEAKERS) if mask >> bit & 1)
            is_told = int.from_bytes(about[:2], "little") == _EXTENSIBLE and size >= 24
            return layout if is_told and len(layout) == n_channels else None
        begin += 8 + size + size % 2
    return None


def _layout_of_media(file: BinaryIO, demuxer: str, n_channels: int) -> Layout | None:
    try:
        import av
    except ImportError:  # libsndfile has decoded it
        return None
    from ctxaudio.sound.media_layouts import layout_in

    file.seek(0)
    try:
        with av.open(file, "r", format=demuxer, metadata_errors="replace") as container:
            track: Any = container.streams.best("audio")
            return None if track is None else _sorted(layout_in(track), n_channels)
    except (av.error.FFmpegError, ValueError):  # as before
        return None


def _sorted(layout: Layout, n_channels: int) -> Layout | None:
    """As the samples are here, once they are read."""
    return tuple(sorted(layout, key=SPEAKERS.index)) if is_known(layout, n_channels) else None


def untold(container: str, encoding: str, layout: Layout) -> str | None:
    """What a file of a format would not say of these channels, in a line; None if it says all.

    Whether a lone pair behind is at the sides or the back is no matter.
    """
    heard = " ".join(layout)
    if container in _WAV:
        return None
    if not _is_usual(container, encoding):
        return f"a file of {container} does not say that its channels are {heard}."
    usual = USUAL[len(layout)]
    if _plain(layout) == _plain(usual):
        return None
    return (
        f"{len(layout)} channels of {container} ({encoding}) are heard as {' '.join(usual)}, and "
        f"these are {heard}; a .wav file says so."
    )


def _is_usual(container: str, encoding: str) -> bool:
    return container == "FLAC" or encoding.removesuffix("_16") in _AS_USUAL


def _plain(layout: Layout) -> Layout:
    if "BL" in layout:
        return layout
    return tuple({"SL": "BL", "SR": "BR"}.get(speaker, speaker) for speaker in layout)
