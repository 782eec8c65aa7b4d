"""Do the right frequencies sound at the right times?

Both metrics see magnitudes, each channel by itself: neither phase nor a panning that cancels in a
mono sum plays a part. They look between 32.7 Hz and 16.7 kHz.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from benchmarks.metrics.validate import Sound, validate
from ctxaudio.analysis.load_librosa import load_librosa

_LOWEST_HZ = 32.703  # C1
_OCTAVES = 9
_BINS_PER_OCTAVE = 24
_HOP = 1024  # samples


def _constant_q(sound: Sound, rate: int) -> npt.NDArray[np.floating]:
    octaves = min(_OCTAVES, int(np.log2(0.45 * rate / _LOWEST_HZ)))
    transform = load_librosa().cqt(
        sound.astype(np.float32),
        sr=rate,
        hop_length=_HOP,
        fmin=_LOWEST_HZ,
        n_bins=octaves * _BINS_PER_OCTAVE,
        bins_per_octave=_BINS_PER_OCTAVE,
    )
    return np.asarray(np.abs(transform))


def cqt_cosine(reference: Sound, estimated: Sound, rate: int) -> float:
    """Cosine similarity of constant-Q magnitudes, 0 to 1, higher is better.

    One cosine per channel and frame (24 bins an octave, nine octaves), averaged with the reference
    frame's norm as weight: a frame counts as loud as it is, and silence does not count.
    """
    validate(reference, estimated)
    ours, theirs = _constant_q(reference, rate), _constant_q(estimated, rate)
    weights = np.linalg.norm(ours, axis=1)
    norms = weights * np.linalg.norm(theirs, axis=1)
    cosines = np.sum(ours * theirs, axis=1) / np.maximum(norms, np.finfo(np.float32).tiny)
    return float(np.sum(weights * cosines) / np.sum(weights))


def log_spectral_distance(
    reference: Sound,
    estimated: Sound,
    rate: int,
    *,
    floor_db: float = -50.0,
    any_level: bool = False,
) -> float:
    """Root mean square difference of log spectra in dB, averaged over frames; lower is better.

    Spectra of 2048 samples, hop 512. Both are floored at ``floor_db`` below the reference's
    largest magnitude, so that two silences agree; a uniform gain of g dB measures g where nothing
    is floored. With ``any_level`` the estimate is first made as loud as the reference.
    """
    validate(reference, estimated)
    if any_level:
        powers = [np.mean(np.square(sound, dtype=np.float64)) for sound in (reference, estimated)]
        estimated = estimated * np.sqrt(powers[0] / max(powers[1], np.finfo(np.float32).tiny))
    librosa = load_librosa()
    levels = []
    for sound in (reference, estimated):
        levels.append(np.abs(librosa.stft(sound.astype(np.float32), n_fft=2048, hop_length=512)))
    frequency = librosa.fft_frequencies(sr=rate, n_fft=2048)
    heard = (frequency >= _LOWEST_HZ) & (frequency <= _LOWEST_HZ * 2**_OCTAVES)
    floor = levels[0].max() * 10 ** (floor_db / 20)
    ours, theirs = (20 * np.log10(np.maximum(level[:, heard], floor)) for level in levels)
    return float(np.mean(np.sqrt(np.mean((ours - theirs) ** 2, axis=1))))
