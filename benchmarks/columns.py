"""What the tables sum up: a column is a metric of a kind of material, and how it is read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

Reducer = Callable[[Sequence[float]], float]


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values))


def _mean_size(values: Sequence[float]) -> float:
    return float(np.mean(np.abs(values)))


def _median(values: Sequence[float]) -> float:
    return float(np.median(values))


def _95th(values: Sequence[float]) -> float:
    return float(np.percentile(values, 95))


def _worst(values: Sequence[float]) -> float:
    return float(np.max(values))


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """Which scores a column of the table sums up, how, and which way is better.

    ``near-control`` is for what the input has of itself: the nearer to it, the better.
    """

    title: str
    metric: str
    kind: str | None = None  # of material; None takes all that were scored
    reduce: Reducer = _mean
    better: Literal["high", "low", "near-control"] = "low"
    digits: int = 2
    control_is_last: bool = True  # False where an untouched sound is perfect by nature


# of pieces, tones and noise: what figures are quoted of since the first release
PIECES = (
    Column(title="CQT-cos MIDI", metric="cqt_cosine", kind="midi", better="high", digits=3),
    Column(title="CQT-cos additive", metric="cqt_cosine", kind="additive", better="high", digits=3),
    Column(title="LSD additive dB", metric="lsd_db"),
    Column(title="CQT-cos vibrato", metric="cqt_cosine", kind="vibrato", better="high", digits=3),
    Column(title="LSD vibrato dB", metric="vibrato_lsd_db"),
    Column(title="cents median", metric="cents", reduce=_median),
    Column(title="cents p95", metric="cents", reduce=_95th),
    Column(
        title="onset lag ms",
        metric="lag_ms",
        reduce=_mean_size,
        better="near-control",  # early is no better than late
        control_is_last=False,
    ),
    Column(title="jitter ms", metric="jitter_ms", control_is_last=False),
    Column(
        title="width ms",
        metric="width_ms",
        better="near-control",
        digits=1,
        control_is_last=False,
    ),
    Column(title="early dB", metric="early_db", kind="bursts", digits=1, control_is_last=False),
    Column(title="texture dB", metric="texture_db", control_is_last=False),
    Column(title="stereo worst", metric="stereo", reduce=_worst, digits=3, control_is_last=False),
    Column(title="jump dB", metric="jump_db", control_is_last=False),
    Column(title="clicks/s", metric="clicks", control_is_last=False),
)

# of sounds by themselves, each hard in a way of its own
ALONE = (
    Column(title="CQT-cos chords", metric="cqt_cosine", kind="chords", better="high", digits=3),
    Column(title="LSD bass dB", metric="notes_lsd_db", kind="bass"),
    Column(title="early bass dB", metric="early_db", kind="bass", digits=1, control_is_last=False),
    Column(title="LSD kick dB", metric="notes_lsd_db", kind="kick"),
    Column(title="early kick dB", metric="early_db", kind="kick", digits=1, control_is_last=False),
    Column(title="singer dB", metric="harmonics_db", kind="singer"),
    Column(title="singer kept dB", metric="harmonics_db", kind="singer-kept"),
    Column(title="voice kept dB", metric="harmonics_db", kind="voice-kept"),
    Column(title="LSD voice kept dB", metric="kept_lsd_db", kind="voice-kept"),
    Column(title="vibrato 7 Hz dB", metric="harmonics_db", kind="vibrato-wide"),
    Column(title="LSD vibrato 7 Hz dB", metric="glide_lsd_db", kind="vibrato-wide"),
    Column(title="glissando dB", metric="harmonics_db", kind="glissando"),
    Column(title="LSD glissando dB", metric="glide_lsd_db", kind="glissando"),
    Column(title="lone level dB", metric="lone_level_db", reduce=_worst),
    Column(title="lone cents", metric="lone_cents"),
    Column(title="speech dB", metric="harmonics_db", kind="speech"),
    Column(title="LSD speech dB", metric="voice_lsd_db", kind="speech"),
    Column(title="winds dB", metric="harmonics_db", kind="winds"),
    Column(title="LSD winds dB", metric="voice_lsd_db", kind="winds"),
    Column(title="beats %", metric="beat_percent", digits=1),
    Column(title="LSD tails dB", metric="notes_lsd_db", kind="tails"),
    Column(title="tails dB", metric="tail_db", control_is_last=False),
    Column(title="LSD drums dB", metric="notes_lsd_db", kind="drums"),
    Column(title="drums earlier dB", metric="earlier_db", digits=1, control_is_last=False),
    Column(title="CQT-cos mix", metric="cqt_cosine", kind="mix", better="high", digits=3),
    Column(title="LSD mix dB", metric="notes_lsd_db", kind="mix"),
    Column(
        title="CQT-cos MIDI bent", metric="cqt_cosine", kind="midi-bent", better="high", digits=3
    ),
    Column(title="LSD MIDI bent dB", metric="notes_lsd_db", kind="midi-bent"),
    Column(title="centre st", metric="centre_semitones"),
    Column(title="edges dB", metric="edge_db", control_is_last=False),
    Column(title="constant %", metric="constant_percent", digits=1, control_is_last=False),
    Column(title="ViSQOL", metric="visqol", better="high"),
    Column(
        title="stereo alone worst",
        metric="stereo_alone",
        reduce=_worst,
        digits=3,
        control_is_last=False,
    ),
    Column(title="+7−7 LSD dB", metric="round_trip_lsd_db", control_is_last=False),
)

COLUMNS = (*PIECES, *ALONE)
