"""Sounds and videos as ffmpeg's libraries make them."""

from __future__ import annotations

import io

import av
import numpy as np

from benchmarks.ffmpeg import decoded_by_ffmpeg, encoded_by_ffmpeg

__all__ = ["decoded_by_ffmpeg", "encoded_by_ffmpeg", "video"]


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
