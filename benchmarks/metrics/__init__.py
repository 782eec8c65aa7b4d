"""How far a shifted sound is from what it should be: one task a file.

Every function takes the reference first, then the estimate, both (channel, time), then the sample
rate. For spectra the reference is the transposed truth; for pitch, onsets and stereo it is the
input that was shifted. Comparing a sound with itself gives the perfect score.
"""

from benchmarks.metrics.beats import beat_error
from benchmarks.metrics.centre import spectral_centre_error
from benchmarks.metrics.clicks import click_rate, level_jump
from benchmarks.metrics.edges import constant_error, edge_error
from benchmarks.metrics.harmonics import harmonics_error
from benchmarks.metrics.lone import LoneScore, lone_scores
from benchmarks.metrics.onset import OnsetScore, early_db, onset_scores
from benchmarks.metrics.perceived import has_visqol, visqol_score
from benchmarks.metrics.pitch import coarse_change, pitch_error
from benchmarks.metrics.spectrum import cqt_cosine, log_spectral_distance
from benchmarks.metrics.stereo import stereo_change
from benchmarks.metrics.tails import tail_error
from benchmarks.metrics.texture import noise_texture

__all__ = [
    "LoneScore",
    "OnsetScore",
    "beat_error",
    "click_rate",
    "coarse_change",
    "constant_error",
    "cqt_cosine",
    "early_db",
    "edge_error",
    "harmonics_error",
    "has_visqol",
    "level_jump",
    "log_spectral_distance",
    "lone_scores",
    "noise_texture",
    "onset_scores",
    "pitch_error",
    "spectral_centre_error",
    "stereo_change",
    "tail_error",
    "visqol_score",
]
