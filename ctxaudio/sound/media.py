"""Decoding by ffmpeg's libraries, which PyAV brings: what phones and the web give.

AAC, ALAC, Opus and WMA in MP4, MOV, MKV, WebM and their kin; the sound track of a video.
"""

from __future__ import annotations

from typing import Any, BinaryIO

import numpy as np

from ctxaudio.errors import DataError
from ctxaudio.extras import require
from ctxaudio.sound.channels import as_heard
from ctxaudio.sound.containers.sizes import bytes_missing
from ctxaudio.sound.decoded import Decoded
from ctxaudio.sound.door import as_floats
from ctxaudio.sound.encoding import FileFormat
from ctxaudio.sound.media_layouts import layout_in

# Containers that say in a header how long they are; of others ffmpeg guesses.
_SURE = ("ape", "asf", "avi", "caf", "dsf", "matroska", "mov", "tak", "tta", "wv")
# By how much what a lossy codec was given may be longer or shorter than what it gives back.
_SLACK_S = 0.1
_DTYPES = {"dbl": "f8", "flt": "f4", "s16": "i2", "s32": "i4", "u8": "u1"}


def decode(file: BinaryIO, demuxer: str, decoded: Decoded) -> FileFormat:
    """Decode a file's sound track, the one that a player would choose.

    Args:
        file: open, and able to seek.
        demuxer: of ffmpeg; see :func:`~ctxaudio.sound.containers.kinds.demuxer_of`.
        decoded: what it is added to.

    Raises:
        DataError: if PyAV is missing, or the file is damaged or has no sound.
    """
    require("av", f"reading a file of this kind ({demuxer})")
    import av

    n_missing = bytes_missing(file, demuxer)
    file.seek(0)
    try:
        with av.open(file, "r", format=demuxer, metadata_errors="replace") as container:
            track = container.streams.best("audio")
            if track is None:
                raise DataError("there is no sound track in it.")
            if track.codec_context is None:
                raise DataError("its sound is encoded in a way that ffmpeg does not know.")
            _decode_track(container, track, demuxer, n_missing, decoded)
            return FileFormat(demuxer.upper(), _encoding(track.codec_context))
    except av.error.FFmpegError as error:
        raise DataError(f"it is damaged, or ffmpeg does not read it ({error.strerror}).") from error


def _decode_track(
    container: Any, track: Any, demuxer: str, n_missing: int, decoded: Decoded
) -> None:
    import av

    context = track.codec_context
    if (demuxer, context.name) == ("caf", "alac"):
        # ffmpeg takes the padding off the last frame, which its decoder has not got.
        context.flags2 |= av.codec.context.Flags2.skip_manual
    damage = None
    about: tuple[int, int] | None = None  # samples a second, and channels
    try:
        for packet in container.demux(track):
            for frame in packet.decode():
                layout = layout_in(frame)
                n_channels = len(layout)
                if about != (frame.sample_rate, n_channels):  # of several, the second is refused
                    about = frame.sample_rate, n_channels
                    decoded.begin(*about, None)
                    decoded.check_layout(layout)
                decoded.append(as_floats(as_heard(layout, _samples(frame, n_channels))))
    except av.error.InvalidDataError as error:
        damage = str(error.strerror)
    if about is None:
        raise DataError("there are no samples in it.")
    expected_s = _duration_s(container, track) if demuxer in _SURE else None
    found_s = decoded.sound_so_far.duration_s
    slack_s = 0.5 / about[0] if context.codec.lossless else _SLACK_S
    if expected_s is not None and found_s < expected_s - slack_s:
        decoded.broken(f"{expected_s:.2f} s expected, {found_s:.2f} s found")
    elif n_missing:
        decoded.broken(f"{n_missing} bytes are missing at its end")
    elif damage is not None:
        decoded.broken(damage, "truncated or damaged")


def _encoding(context: Any) -> str:
    name = str(context.name).upper()
    if not context.codec.lossless or context.format.bits != 16:
        return name
    return "PCM_16" if name.startswith("PCM_") else f"{name}_16"


def _samples(frame: Any, n_channels: int) -> np.ndarray:
    """Samples (channel, time) of a frame, as they were decoded."""
    if not frame.format.is_planar:
        return frame.to_ndarray().reshape(-1, n_channels).T
    # Not to_ndarray, which of eight channels reads a ninth that is not there.
    dtype = _DTYPES[frame.format.packed.name]
    planes = frame.planes[:n_channels]
    return np.stack([np.frombuffer(plane, dtype)[: frame.samples] for plane in planes])


def _duration_s(container: Any, track: Any) -> float | None:
    if track.duration is not None:
        return float(track.duration * track.time_base)
    return None if container.duration is None else container.duration / 1e6
