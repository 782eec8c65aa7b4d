"""Sounds as ffmpeg's libraries encode them, and as they decode them."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import av
import numpy as np

# Of those that an encoder takes, the first has the most bits; some name one of 8 bits first.
_BEST = ("s32p", "s32", "fltp", "flt", "s16p", "s16")


def encoded_by_ffmpeg(sound, container, codec, **options):
    """The bytes of a file; ``options`` are the container's."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "song")  # some are written twice, which only a file can be
        _encode(path, sound, container, codec, options)
        return path.read_bytes()


def _encode(path, sound, container, codec, options):
    layout = {1: "mono", 2: "stereo"}[sound.n_channels]
    with av.open(str(path), "w", format=container, options=options) as output:
        track = output.add_stream(codec, rate=sound.sample_rate, layout=layout)
        track.bit_rate = 128_000
        taken = [form.name for form in track.codec.audio_formats]
        track.format = min(taken, key=lambda name: _BEST.index(name) if name in _BEST else 99)
        resampler = av.AudioResampler(
            format=track.format, layout=layout, rate=sound.sample_rate, frame_size=track.frame_size
        )
        whole = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(sound.samples), format="fltp", layout=layout
        )
        whole.sample_rate, whole.pts = sound.sample_rate, 0
        for frame in [*resampler.resample(whole), *resampler.resample(None), None]:
            output.mux(track.encode(frame))


def decoded_by_ffmpeg(data):
    """Samples (channel, time) float32, of a file's first sound track."""
    parts = []
    with av.open(io.BytesIO(data)) as container:
        resampler = None
        for frame in container.decode(audio=0):
            resampler = resampler or av.AudioResampler(format="fltp")
            parts += [part.to_ndarray() for part in resampler.resample(frame)]
    return np.concatenate(parts, axis=1)


def video(sound):
    """The bytes of an MP4 with a sound and a picture that changes, 25 times a second."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as output:
        picture = output.add_stream("libx264", rate=25)
        picture.width = picture.height = 64
        picture.pix_fmt = "yuv420p"
        track = output.add_stream("aac", rate=sound.sample_rate, layout="mono")
        for n in range(round(25 * sound.duration_s)):
            frame = av.VideoFrame.from_ndarray(
                np.full((64, 64, 3), 10 * n, np.uint8), format="rgb24"
            )
            frame.pts = n
            output.mux(picture.encode(frame))
        output.mux(picture.encode(None))
        heard = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(sound.samples[:1]), format="fltp", layout="mono"
        )
        heard.sample_rate, heard.pts = sound.sample_rate, 0
        output.mux(track.encode(heard))
        output.mux(track.encode(None))
    return file.getvalue()
