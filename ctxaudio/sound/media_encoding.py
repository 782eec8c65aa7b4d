"""Encoding by ffmpeg's libraries, which PyAV brings: M4A, MP4, MOV, Matroska and WebM."""

from __future__ import annotations

import contextlib
import heapq
import io
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from ctxaudio.errors import DataError
from ctxaudio.extras import require
from ctxaudio.sound.bit_rates import BitRate, check_media_bit_rate
from ctxaudio.sound.containers.kinds import demuxer_of
from ctxaudio.sound.encoding import FileFormat, as_encoded
from ctxaudio.sound.source import SoundSource
from ctxaudio.sound.tags.values import Tags

# By suffix: ffmpeg's muxer, and the codecs that it takes; of what was of none of them, the first.
_MUXERS = {
    "M4A": ("IPOD", ("AAC", "ALAC")),
    "M4B": ("IPOD", ("AAC", "ALAC")),
    "MKA": ("MATROSKA", ("OPUS", "AAC", "FLAC")),
    "MKV": ("MATROSKA", ("OPUS", "AAC", "FLAC")),
    "MOV": ("MOV", ("AAC", "ALAC")),
    "MP4": ("MP4", ("AAC", "ALAC")),
    "WEBM": ("WEBM", ("OPUS",)),
}
MUXERS = frozenset(muxer for muxer, _ in _MUXERS.values())
_SHOW_PICTURES = ("MATROSKA", "MOV", "MP4", "WEBM")
WITH_FIELDS = ("MATROSKA", "WEBM")  # those of MP4 are written once it is whole
_ENCODERS = {"AAC": "aac", "ALAC": "alac", "FLAC": "flac", "OPUS": "libopus"}
_LOSSLESS = ("ALAC", "FLAC")
_OF_16_BITS = "_16"  # after the name of a codec; without, it is of 24
_FORMATS = {"PCM_16": "s16", "PCM_24": "s32"}  # of ffmpeg, for samples as they come here
_LAYOUTS = {1: "mono", 2: "stereo", 3: "3.0", 4: "quad", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}
_MIXED_UP = (5, 7)  # channels
_BIT_RATE_A_CHANNEL = 128_000  # bit/s of what is lossy


def media_format_for(path: Path, like: FileFormat) -> FileFormat | None:
    """Format for a new file that PyAV writes; None if its suffix names none.

    >>> media_format_for(Path("a.m4a"), FileFormat("WAV", "PCM_16"))
    FileFormat(container='IPOD', encoding='AAC')

    Raises:
        DataError: if PyAV is missing.
    """
    found = _MUXERS.get(path.suffix[1:].upper())
    if found is None:
        return None
    require("av", f"writing a {path.suffix} file")
    muxer, codecs = found
    return FileFormat(muxer, like.encoding if _codec(like.encoding) in codecs else codecs[0])


def _codec(encoding: str) -> str:
    return encoding.removesuffix(_OF_16_BITS)


def integers_of(encoding: str) -> str | None:
    """How the samples of an encoding that loses nothing are stored; None of any other.

    >>> integers_of("ALAC"), integers_of("ALAC_16"), integers_of("AAC")
    ('PCM_24', 'PCM_16', None)
    """
    if _codec(encoding) not in _LOSSLESS:
        return None
    return "PCM_16" if encoding.endswith(_OF_16_BITS) else "PCM_24"


def picture_for(source: str | Path, target: Path) -> str | None:
    """A video's name if the target is to show its pictures: they are copied as they are.

    Raises:
        DataError: if a file of the target's kind cannot hold them.
    """
    muxer, _ = _MUXERS.get(target.suffix[1:].upper(), ("", ()))
    if muxer not in _SHOW_PICTURES or not Path(source).is_file():
        return None
    import av

    with contextlib.ExitStack() as stack:
        given = stack.enter_context(_opened(source))
        picture = None if given is None else _picture_of(given)
        if picture is None:
            return None
        output = stack.enter_context(av.open(io.BytesIO(), "w", format=muxer.lower()))
        try:
            output.add_stream_from_template(picture)
            output.start_encoding()
        except (av.error.FFmpegError, ValueError) as error:
            raise DataError(
                f"a {target.suffix} file cannot hold the picture of {source} "
                f"({picture.codec_context.name}); name a {Path(source).suffix} or .mkv file."
            ) from error
    return str(source)


def encode_media_into(
    file: BinaryIO,
    sound: SoundSource,
    file_format: FileFormat,
    *,
    tags: Tags | None = None,
    picture: str | None = None,
    bit_rate: BitRate | None = None,
    dither: np.random.Generator | None = None,
) -> None:
    """Encode a sound into an empty file that can seek, block by block.

    Args:
        file: open for writing.
        sound: of a rate that the codec has.
        file_format: of :func:`media_format_for`.
        tags: whose chapters are written; their fields too, if it is Matroska.
        picture: name of a video whose pictures are copied.
        bit_rate: of a lossy codec; 128 kbit/s a channel if None.
        dither: see :func:`~ctxaudio.sound.encoding.as_encoded`.

    Raises:
        DataError: if the format cannot hold it.
        OSError: if the file cannot take it.
    """
    import av

    container, encoding = file_format
    if bit_rate is not None:
        check_media_bit_rate(encoding, bit_rate, sound.sample_rate, sound.n_channels)
    try:
        with contextlib.ExitStack() as stack:
            output = stack.enter_context(av.open(file, "w", format=container.lower()))
            track = _track(output, sound, encoding, bit_rate)
            begin_s, pictures = 0.0, iter(())
            if picture is not None:
                given = stack.enter_context(_opened(picture))
                begin_s, pictures = _begin_s(given), _copied(given, output)
            _describe(output, tags or Tags(), container)
            packets = _packets(track, sound, encoding, begin_s, dither)
            for packet in heapq.merge(packets, pictures, key=_time_s):
                output.mux(packet)
    except (av.error.FFmpegError, ValueError) as error:
        raise DataError(
            f"{container} ({encoding}) cannot hold {sound.n_channels} "
            f"channels at {sound.sample_rate} Hz; name a .wav or .flac file instead."
        ) from error


def _track(output: Any, sound: SoundSource, encoding: str, bit_rate: BitRate | None) -> Any:
    if encoding == "OPUS" and sound.n_channels in _MIXED_UP:
        raise ValueError("ffmpeg's encoder for Opus puts some of their channels in others' places.")
    layout = _LAYOUTS[sound.n_channels]
    track = output.add_stream(_ENCODERS[_codec(encoding)], rate=sound.sample_rate, layout=layout)
    if (integers := integers_of(encoding)) is not None:
        planar = "p" if _codec(encoding) == "ALAC" else ""
        track.format = _FORMATS[integers] + planar
    else:
        track.bit_rate = bit_rate.bits_s if bit_rate else _BIT_RATE_A_CHANNEL * sound.n_channels
    return track


def _packets(
    track: Any,
    sound: SoundSource,
    encoding: str,
    begin_s: float,
    dither: np.random.Generator | None,
) -> Iterator[Any]:
    import av

    rate, position = sound.sample_rate, round(begin_s * sound.sample_rate)
    integers = integers_of(encoding)
    form = "flt" if integers is None else _FORMATS[integers]
    for block in sound.blocks():
        samples = block if integers is None else as_encoded(block, integers, dither=dither)
        frame = av.AudioFrame.from_ndarray(
            samples.T.reshape(1, -1), format=form, layout=_LAYOUTS[sound.n_channels]
        )
        frame.sample_rate, frame.pts, frame.time_base = rate, position, Fraction(1, rate)
        position += block.shape[1]
        yield from track.encode(frame)
    yield from track.encode(None)


@contextlib.contextmanager
def _opened(source: str | Path) -> Iterator[Any]:
    """A file of a kind that ffmpeg is known to read here; None of others."""
    import av

    with Path(source).open("rb") as file, contextlib.ExitStack() as stack:
        demuxer, given = demuxer_of(file), None
        file.seek(0)
        if demuxer is not None:
            with contextlib.suppress(av.error.FFmpegError):  # libsndfile may read it all the same
                given = stack.enter_context(av.open(file, "r", format=demuxer))
        yield given


def _picture_of(given: Any) -> Any:
    """The stream that moves; a cover is none."""
    import av

    cover = av.stream.Disposition.attached_pic
    return next((each for each in given.streams.video if not each.disposition & cover), None)


def _begin_s(given: Any) -> float:
    """When the sound begins; what an encoder put before it does not count."""
    track = given.streams.best("audio")
    return max(0.0, float((track.start_time or 0) * track.time_base))


def _copied(given: Any, output: Any) -> Iterator[Any]:
    picture = _picture_of(given)
    stream = output.add_stream_from_template(picture)

    def packets() -> Iterator[Any]:
        for packet in given.demux(picture):
            if packet.dts is not None:  # as the last one, which is empty
                packet.stream = stream
                yield packet

    return packets()


def _time_s(packet: Any) -> float:
    return float((packet.dts or 0) * packet.time_base)


def _describe(output: Any, tags: Tags, container: str) -> None:
    output.set_chapters(
        [
            {
                "id": n,
                "start": round(begin_s * 1e3),
                "end": round(end_s * 1e3),
                "time_base": Fraction(1, 1000),
                "metadata": {"title": title},
            }
            for n, (begin_s, end_s, title) in enumerate(tags.chapters)
        ]
    )
    if container == "MATROSKA":  # WebM has none
        for mime, data in ((each.mime, each.data) for each in tags.pictures):
            output.add_attachment(f"cover.{mime.rpartition('/')[2]}", mime, data)
    if container in WITH_FIELDS:
        output.metadata.update({name: "; ".join(each) for name, each in tags.fields.items()})
