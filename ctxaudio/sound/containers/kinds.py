"""What a file is by its first bytes, of those that ffmpeg reads and libsndfile does not."""

from __future__ import annotations

import re
from typing import BinaryIO

from ctxaudio.sound.containers.mp3 import tag_size
from ctxaudio.sound.containers.recording import read_at

# The names of ffmpeg's demuxers, and what files of theirs start with. It is told which to use, and
# left to none that reads another file or address that the file names, as those of playlists do.
_STARTS = tuple(
    (demuxer, re.compile(start, re.S))
    for demuxer, start in (
        ("mov", rb".{4}(?:ftyp|moov|mdat|wide|free|skip|pnot)"),
        ("matroska", rb"\x1aE\xdf\xa3"),  # WebM too
        ("asf", rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11"),  # WMA
        ("avi", rb"RIFF.{4}AVI "),
        ("wav", rb"RIFF.{4}WAVE"),
        ("aiff", rb"FORM.{4}AIF[FC]"),
        ("caf", rb"caff"),
        ("ogg", rb"OggS"),
        ("flv", rb"FLV"),
        ("voc", rb"Creative Voice File\x1a"),
        ("wv", rb"wvpk"),
        ("tta", rb"TTA1"),
        ("ape", rb"MAC "),
        ("mpc8", rb"MPCK"),
        ("mpc", rb"MP\+"),
        ("tak", rb"tBaK"),
        ("dsf", rb"DSD "),
        ("iff", rb"FRM8.{8}DSD "),
        ("rm", rb"\.RMF"),
        ("amr", rb"#!AMR"),
        ("ac3", rb"\x0bw"),
        ("dts", rb"\x7f\xfe\x80\x01"),
        ("aac", rb"\xff[\xf0\xf1\xf8\xf9]"),
        ("mpeg", rb"\0\0\x01\xba"),
        ("mpegts", rb"\x47.{187}\x47.{187}\x47"),
    )
)
_LONGEST = 2 * 188 + 1  # bytes of a start


def demuxer_of(file: BinaryIO) -> str | None:
    r"""Which of ffmpeg's demuxers reads a file; None if it is of no kind that is known here.

    >>> import io
    >>> demuxer_of(io.BytesIO(b"\0\0\0\x1cftypM4A "))
    'mov'
    """
    begin = tag_size(read_at(file, 0, 10))
    start = read_at(file, begin, _LONGEST)
    return next((demuxer for demuxer, wanted in _STARTS if wanted.match(start)), None)
