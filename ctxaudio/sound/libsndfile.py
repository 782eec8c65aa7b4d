"""Decoding by libsndfile: WAV, AIFF, FLAC, Ogg, MP3 and its many others."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any, BinaryIO

import numpy as np

from ctxaudio.sound.channels import as_decoded_of, as_heard
from ctxaudio.sound.containers.apple import described
from ctxaudio.sound.containers.recording import Recording
from ctxaudio.sound.decoded import Decoded
from ctxaudio.sound.encoding import FileFormat, undisturbed
from ctxaudio.sound.source import BLOCK
from ctxaudio.sound.speakers import SPEAKERS
from ctxaudio.sound.truncation import is_unfinished, missing_part, unknown_size_at

KNOWN = ("aiff", "caf", "ogg", "wav")  # containers of which it reads some encodings, and not others

_SMALL_BLOCK = 256  # samples
_IN_PARTS = "multi-segment"  # in its log, of a VOC: heads of parts would be read as samples
_UNKNOWN_LENGTH = 1 << 62  # or more is what libsndfile says if a header does not tell the length


class NotReadError(Exception):
    """A format or an encoding that libsndfile does not read; its reason."""


def decode(file: BinaryIO, recording: Recording, decoded: Decoded) -> FileFormat:
    """Decode a recording of a file, and add it to what is decoded.

    Raises:
        NotReadError: if it is of no format that is read here.
        DataError: if it cannot follow what is there already.
    """
    import soundfile

    class SoundFile(soundfile.SoundFile):  # type: ignore[misc]
        """Read from beginning to end: soundfile would seek after each block, inexactly in MP3."""

        def seekable(self) -> bool:
            return False

    view = _View(file, recording)

    def opened() -> Any:
        # Not by name: one such as song.raw would count for more than what the file holds.
        view.seek(0)
        return undisturbed(SoundFile, view)

    try:
        sound = opened()
    except soundfile.LibsndfileError as error:
        raise NotReadError(_reason(error)) from error
    with sound:
        if _IN_PARTS in sound.extra_info:
            raise NotReadError("it is a VOC of several parts")
        lacks = recording.lacks or missing_part(sound.extra_info)
        is_endless = sound.frames >= _UNKNOWN_LENGTH
        if is_endless or view.size_was_unknown or is_unfinished(sound.extra_info):
            decoded.warn("its header was never finished, and it is read as far as it goes.")
        # The length of what MPEG encoded is a guess unless a header tells it.
        is_sure = not is_endless and not sound.subtype.startswith("MPEG")
        decoded.begin(sound.samplerate, sound.channels, sound.frames if is_sure else None)
        layout = described(file, SPEAKERS)
        decoded.check_layout(layout)

        def append(block: np.ndarray) -> None:
            decoded.append(as_heard(layout, block))

        n_found, damage = _read(sound, sound.frames, BLOCK, append)
        n_samples, file_format = sound.frames, FileFormat(sound.format, sound.subtype)
    if damage is not None:
        # The block that it is in was lost as a whole.
        with opened() as again:
            _read(again, n_found, BLOCK, lambda _: None)
            n_found += _read(again, n_samples - n_found, _SMALL_BLOCK, append)[0]
    if lacks is None and damage is None and is_sure and n_found < n_samples:
        lacks = f"{n_samples} samples expected, {n_found} found"
    if lacks is not None:
        decoded.broken(lacks)
    elif damage is not None:
        decoded.broken(damage, "truncated or damaged")
    return file_format


def _read(
    sound: Any, n_samples: int, block: int, append: Callable[[np.ndarray], None]
) -> tuple[int, str | None]:
    """How many samples there are, and what ends them before their time."""
    import soundfile

    n_found = 0
    while n_found < n_samples:
        n = min(block, n_samples - n_found)
        try:
            samples = undisturbed(sound.read, n, "float32", True)
        except soundfile.LibsndfileError as error:
            return n_found, _reason(error)
        append(as_decoded_of(sound.subtype, samples.T))
        n_found += len(samples)
        if len(samples) < n:
            break
    return n_found, None


def _reason(error: Any) -> str:
    return str(error.error_string).removeprefix("Error : ").rstrip(".")


class _View:
    """A recording as libsndfile is to see it: a file of its own.

    To before its start, where a damaged header may lead, it does not go; and a size that was left
    0 is read as one that is unknown.
    """

    def __init__(self, file: BinaryIO, recording: Recording) -> None:
        self._file = file
        self._head = recording.head
        self._begin = recording.begin
        self._size = len(self._head) + recording.end - recording.begin
        self._size_at = unknown_size_at(file) if recording.begin == 0 else None
        self._position = 0

    @property
    def size_was_unknown(self) -> bool:
        """Whether the header has no size."""
        return self._size_at is not None

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = 0, /) -> int:
        origin = {io.SEEK_CUR: self._position, io.SEEK_END: self._size}.get(whence, 0)
        if whence == io.SEEK_END or origin + offset >= 0:
            self._position = max(origin + offset, 0)
        return self._position

    def read(self, n_bytes: int) -> bytes:
        begin, end = self._position, min(self._position + n_bytes, self._size)
        if self._file.closed or end <= begin:  # an interrupt may close it before libsndfile is done
            return b""
        found = self._head[begin:end]
        if end > len(self._head):
            skipped = max(begin - len(self._head), 0)
            self._file.seek(self._begin + skipped)
            found += self._file.read(end - max(begin, len(self._head)))
        self._position += len(found)
        if self._size_at is None or not begin - 4 < self._size_at < begin + len(found):
            return found
        unknown = bytearray(found)
        for at in range(max(self._size_at - begin, 0), min(self._size_at + 4 - begin, len(found))):
            unknown[at] = 0xFF
        return bytes(unknown)
