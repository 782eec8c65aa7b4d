"""How far a shifted sound is from what it should be: one task a file.

Every function takes the reference first, then the estimate, both (channel, time), then the sample
rate. For spectra the reference is the transposed truth; for pitch, onsets and stereo it is the
input that was shifted. Comparing a sound with itself gives the perfect score.
"""

from benchmarks.metrics.clicks import click_rate, level_jump
from benchmarks.metrics.harmonics import harmonics_error
from benchmarks.metrics.lone import LoneScore, lone_scores
from benchmarks.metrics.onset import OnsetScore, early_db, onset_scores
from benchmarks.metrics.pitch import coarse_change, pitch_error
from benchmarks.metrics.spectrum import cqt_cosine, log_spectral_distance
from benchmarks.metrics.stereo import stereo_change
from benchmarks.metrics.texture import noise_texture

__all__ = [
    "LoneScore",
    "OnsetScore",
    "click_rate",
    "coarse_change",
    "cqt_cosine",
    "early_db",
    "harmonics_error",
    "level_jump",
    "log_spectral_distance",
    "lone_scores",
    "noise_texture",
    "onset_scores",
    "pitch_error",
    "stereo_change",
]
