"""Sounds as ffmpeg's libraries (PyAV) encode them, and as they decode them."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from ctxaudio import Sound

_LAYOUTS = ("mono", "stereo", "3.0", "quad", "5.0", "5.1", "6.1", "7.1")  # by number of channels
# Of those that an encoder takes, the first has the most bits; some name one of 8 bits first.
_BEST = ("s32p", "s32", "fltp", "flt", "s16p", "s16")


def encoded_by_ffmpeg(sound: Sound, container: str, codec: str, **options: str) -> bytes:
    """The bytes of a file; ``options`` are the container's."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "song")  # some are written twice, which only a file can be
        _encode(path, sound, container, codec, options)
        return path.read_bytes()


def _encode(path: Path, sound: Sound, container: str, codec: str, options: dict[str, str]) -> None:
    import av

    layout = _LAYOUTS[sound.n_channels - 1]
    with av.open(str(path), "w", format=container, options=options) as output:
        track: Any = output.add_stream(codec, rate=sound.sample_rate, layout=layout)
        track.bit_rate = 128_000
        taken = [form.name for form in track.codec.audio_formats]
        track.format = min(taken, key=lambda name: _BEST.index(name) if name in _BEST else 99)
        resampler = av.AudioResampler(
            format=track.format, layout=layout, rate=sound.sample_rate, frame_size=track.frame_size
        )
        # Packed here and below, for of eight planes PyAV expects a ninth.
        whole = av.AudioFrame.from_ndarray(
            sound.samples.T.reshape(1, -1), format="flt", layout=layout
        )
        whole.sample_rate, whole.pts = sound.sample_rate, 0
        for frame in [*resampler.resample(whole), *resampler.resample(None), None]:
            output.mux(track.encode(frame))


def decoded_by_ffmpeg(data: bytes) -> np.ndarray:
    """Samples (channel, time) float32, of a file's first sound track."""
    import av

    parts = []
    with av.open(io.BytesIO(data), "r") as container:
        resampler = av.AudioResampler(format="flt")
        for frame in container.decode(audio=0):
            n_channels = frame.layout.nb_channels
            for part in resampler.resample(frame):
                parts.append(part.to_ndarray().reshape(-1, n_channels).T)
    return np.concatenate(parts, axis=1)
