"""Which recordings a file holds, whatever its format."""

from __future__ import annotations

from typing import BinaryIO

from ctxaudio.sound.containers import flac, mp3, ogg
from ctxaudio.sound.containers.recording import Recording, read_at, size_of
from ctxaudio.sound.containers.sizes import bytes_missing


def recordings_in(file: BinaryIO) -> list[Recording]:
    """The recordings in a file that is open and can seek, at least one.

    Ogg streams are chained, and MP3 and FLAC files joined, by writing one behind the other, as
    radio captures and ``cat`` do. Decoders read the first one of them.
    """
    start = read_at(file, 0, 4)
    if start == b"OggS":
        return ogg.recordings(file)
    if start == b"fLaC":
        return flac.recordings(file)
    if mp3.begins(start):
        return mp3.recordings(file)
    demuxer = {b"caff": "caf", b"Crea": "voc"}.get(start)
    n_missing = bytes_missing(file, demuxer) if demuxer else 0
    lacks = f"{n_missing} bytes are missing at its end" if n_missing else None
    return [Recording(0, size_of(file), lacks=lacks)]
