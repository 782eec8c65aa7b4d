"""Whole files of every kind that is read, small ones, from which mutations start."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np

from benchmarks.ffmpeg import encoded_by_ffmpeg
from ctxaudio import (
    ContextShift,
    FileFormat,
    Sound,
    save_alone,
    save_memory,
    save_sound,
    teach_alone,
)
from ctxaudio.sound.tags.files import write_tags
from ctxaudio.sound.tags.values import Chapter, Picture, Tags

_DATA = Path(__file__).parents[2] / "tests" / "data"
RATE = 16_000
N_SAMPLES = 6_000
_BY_LIBSNDFILE = (
    ("WAV", "PCM_16"),
    ("WAV", "PCM_24"),
    ("WAV", "FLOAT"),
    ("WAV", "IMA_ADPCM"),
    ("WAV", "ULAW"),
    ("WAVEX", "PCM_32"),
    ("RF64", "PCM_16"),
    ("W64", "PCM_16"),
    ("AIFF", "PCM_24"),
    ("AU", "ALAW"),
    ("CAF", "PCM_16"),
    ("FLAC", "PCM_16"),
    ("OGG", "VORBIS"),
    ("OGG", "OPUS"),
    ("MP3", "MPEG_LAYER_III"),
)
_BY_FFMPEG = (
    ("ipod", "aac"),
    ("ipod", "alac"),
    ("matroska", "flac"),
    ("webm", "libopus"),
    ("wv", "wavpack"),
    ("tta", "tta"),
    ("adts", "aac"),
    ("ac3", "ac3"),
    ("avi", "libmp3lame"),
    ("mpegts", "aac"),
    ("flv", "aac"),
    ("caf", "alac"),
    ("voc", "pcm_s16le"),
)
_OF_SIX = (("mov", "pcm_s16le"), ("caf", "pcm_s16le"), ("aiff", "pcm_s16be"))
SOUNDS = (*_BY_LIBSNDFILE, *_BY_FFMPEG, *_OF_SIX)


def song(rate: int = RATE, n_channels: int = 2) -> Sound:
    """Channels of tones."""
    time_s = np.arange(N_SAMPLES) / rate
    tones = [0.4 * np.sin(2 * np.pi * hz * time_s) for hz in 220.0 + 111.0 * np.arange(n_channels)]
    return Sound(np.stack(tones).astype(np.float32), rate)


@cache
def sound_file(container: str, encoding: str) -> bytes:
    """A sound file."""
    if (container, encoding) in _BY_LIBSNDFILE:
        file = io.BytesIO()
        rate = 48_000 if encoding == "OPUS" else RATE  # of which ffmpeg decodes it
        save_sound(song(rate), file, FileFormat(container, encoding))
        return file.getvalue()
    rate = 48_000 if encoding in ("libopus", "libmp3lame", "ac3") else 44_100
    n_channels = 6 if (container, encoding) in _OF_SIX else 2
    return encoded_by_ffmpeg(song(rate, n_channels), container, encoding)


TAGGED = (
    ("WAV", "PCM_16"),
    ("AIFF", "PCM_24"),
    ("FLAC", "PCM_16"),
    ("OGG", "VORBIS"),
    ("OGG", "OPUS"),
    ("MP3", "MPEG_LAYER_III"),
)


@cache
def tagged_file(container: str, encoding: str) -> bytes:
    """A sound file that says what it is, and shows a cover."""
    cover = Picture(3, "image/png", "front", b"\x89PNG\r\n\x1a\n" + bytes(60))
    tags = Tags(
        fields={"TITLE": ("A song",), "ARTIST": ("One", "Two"), "KEY": ("Am",), "BPM": ("120",)},
        pictures=(cover,),
        chapters=(Chapter(0.0, 0.1, "first"), Chapter(0.1, 0.3, "second")),
    )
    file = io.BytesIO(sound_file(container, encoding))
    write_tags(file, tags, FileFormat(container, encoding))
    return file.getvalue()


@cache
def memory_file() -> bytes:
    """A taught memory."""
    file = io.BytesIO()
    save_memory(ContextShift.teach(song(), threads=1).memory, file)
    return file.getvalue()


@cache
def alone_file() -> bytes:
    """A memory that sings alone."""
    file = io.BytesIO()
    save_alone(teach_alone(song(), threads=1), file)
    return file.getvalue()


@cache
def attractor_file() -> bytes:
    """A memory of attractors."""
    from rnn import (
        FlowConfig,
        ReservoirConfig,
        draw_reservoir,
        save_attractors,
        teach_attractors,
    )
    from rnn.systems import Lorenz, trajectory

    rng = np.random.default_rng(0)
    network = draw_reservoir(
        ReservoirConfig(n_units=20, n_inputs=3, spectral_abscissa=0.95), rng=rng
    )
    flow = FlowConfig(rate=100.0, dt=0.005)
    blocks = trajectory(Lorenz(), rng.uniform(0.0, 10.0, (3, 2)), flow.dt, 200)
    contexts = np.array([[-1.0, 1.0]])
    memory = teach_attractors(network, flow, blocks, contexts, discard_steps=50, ridge=1e-6)
    file = io.BytesIO()
    save_attractors(memory, file)
    return file.getvalue()


def networks_file() -> bytes:
    """Rate networks that were trained."""
    return (_DATA / "delay-match.networks").read_bytes()


def training_file() -> bytes:
    """A training of such, as far as it came."""
    return (_DATA / "delay-match.training").read_bytes()


FILES: dict[str, Callable[[], bytes]] = {
    "memory": memory_file,
    "alone": alone_file,
    "attractors": attractor_file,
    "networks": networks_file,
    "training": training_file,
}
