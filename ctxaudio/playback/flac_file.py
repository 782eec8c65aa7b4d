"""A FLAC file that can be read at every moment, as far as it has come.

libsndfile writes how long a FLAC file is when it closes it; of one that was never closed, because
its program was killed or the disk is full, no reader would know. Here that is brought up to date
after every frame.

The format: RFC 9639. STREAMINFO begins at byte 8: block size (16 bits) twice, frame sizes (24 bits)
twice, rate (20), channels (3), bits (5), and the number of samples (36), which ends at byte 26.
"""

from __future__ import annotations

from typing import BinaryIO

_BLOCK_SIZE = slice(8, 10)
_N_SAMPLES = slice(21, 26)  # its first four bits are of what is before
_MASK = (1 << 36) - 1
_SYNC = b"\xff\xf8"  # a frame begins so, where all blocks are of one size


class FlacFile:
    """What libsndfile writes to. An error is kept here, and is none to libsndfile.

    It would pass over it in any case. After an error nothing is written any more, so that the file
    ends with its last whole frame.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._header = b""  # before the first frame
        self._n_frames = 0
        self.n_given = 0  # samples that libsndfile was given: the last frame may be a short one
        self.error: OSError | None = None

    def write(self, data: bytes) -> int:
        """Write all of it."""
        if self.error is None:
            start = self._file.tell()
            is_frame = data[:2] == _SYNC and start >= _N_SAMPLES.stop
            try:
                self._write(data)
                if is_frame:
                    self._n_frames += 1
                    self._tell_length()
                elif not self._n_frames and start == len(self._header):
                    self._header += data
            except OSError as error:
                self.error = error
                if is_frame or not self._n_frames:
                    self._file.truncate(start)  # no half of a frame is left
        return len(data)

    def read(self, n: int = -1) -> bytes:
        """What is there."""
        return self._file.read(n)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a byte."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """The byte that is next."""
        return self._file.tell()

    def _write(self, data: bytes) -> None:
        left = memoryview(data)
        while left:  # an unbuffered file may take a part
            left = left[self._file.write(left) :]

    def _tell_length(self) -> None:
        end = self._file.tell()
        block_size = int.from_bytes(self._header[_BLOCK_SIZE], "big")
        n_samples = min(self._n_frames * block_size, self.n_given)
        before = int.from_bytes(self._header[_N_SAMPLES], "big") & ~_MASK
        self._file.seek(_N_SAMPLES.start)
        self._write((before | n_samples).to_bytes(5, "big"))
        self._file.seek(end)
