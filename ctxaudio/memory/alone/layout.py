"""Which of a frame's features is what, where a network holds a whole song."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ctxaudio.analysis.noise_bands import LOOKS, N_BANDS, NoiseBands
from ctxaudio.analysis.partials import N_SLOTS
from ctxaudio.analysis.sinusoids import NO_ATTACK, SILENT_DB, Sinusoids

MOST_CHANNELS = 2

_TONES = ("pitch", "level", "pan", "phase", "attack")


@dataclass(frozen=True, kw_only=True)
class Layout:
    """The features of a frame of a sound of one channel or two, one part after the other."""

    n_channels: int

    def __post_init__(self) -> None:
        if not 1 <= self.n_channels <= MOST_CHANNELS:
            raise ValueError(f"expected one channel or two, got {self.n_channels}.")

    @cached_property
    def parts(self) -> dict[str, slice]:
        """Where each part is."""
        stereo = self.n_channels == MOST_CHANNELS
        sizes = {
            "pitch": N_SLOTS,
            "level": N_SLOTS,
            "pan": N_SLOTS * stereo,
            "phase": N_SLOTS,
            "attack": 1,
            "noise": self.n_channels * LOOKS * N_BANDS,
            "likeness": N_BANDS * stereo,
        }
        ends = np.cumsum([0, *sizes.values()]).tolist()
        return {
            name: slice(begin, end)
            for name, begin, end in zip(sizes, ends[:-1], ends[1:], strict=True)
        }

    @property
    def n_tones(self) -> int:
        """Features that are of sinusoids; they come first."""
        return self.parts["attack"].stop

    @property
    def n_features(self) -> int:
        """Of a frame."""
        return self.parts["likeness"].stop

    @cached_property
    def silence(self) -> np.ndarray:
        """A frame (feature,) in which nothing sounds."""
        frame = np.zeros(self.n_features)
        for name, value in (("level", SILENT_DB), ("attack", NO_ATTACK), ("noise", SILENT_DB)):
            frame[self.parts[name]] = value
        return frame

    def of_tones(self, tones: Sinusoids) -> np.ndarray:
        """The features (frame, feature) that are of sinusoids."""
        pan = [tones.pan] if self.n_channels > 1 else []
        parts = [tones.pitch, tones.level_db, *pan, tones.phase, tones.attack[:, None]]
        return np.concatenate(parts, axis=1)

    def of_noise(self, noise: NoiseBands) -> np.ndarray:
        """The features (frame, feature) that are of noise."""
        level_db = np.moveaxis(noise.level_db, 0, 1).reshape(len(noise.likeness), -1)
        several = [noise.likeness] if self.n_channels > 1 else []
        return np.concatenate([level_db, *several], axis=1)

    def tones(self, features: np.ndarray) -> Sinusoids:
        """The sinusoids of features (frame, feature)."""
        part = {name: features[:, self.parts[name]] for name in _TONES}
        pan = part["pan"] if self.n_channels > 1 else np.zeros_like(part["pitch"])
        return Sinusoids(part["pitch"], part["level"], pan, part["phase"], part["attack"][:, 0])

    def noise(self, features: np.ndarray) -> NoiseBands:
        """The noise of features (frame, feature)."""
        n_frames = len(features)
        level_db = features[:, self.parts["noise"]].reshape(
            n_frames, self.n_channels, LOOKS, N_BANDS
        )
        several = self.n_channels > 1
        likeness = features[:, self.parts["likeness"]] if several else np.zeros((n_frames, N_BANDS))
        return NoiseBands(np.moveaxis(level_db, 1, 0), likeness)
