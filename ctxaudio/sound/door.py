"""What may come in as samples and as a rate; all that is refused is refused here, in one line.

Integers have a full scale of their own (16 bits: 32768) and are scaled by it; floats are taken to
be of full scale ±1.
"""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np

from ctxaudio.errors import DataError, one_line
from ctxaudio.limits import MAX_CHANNELS, MAX_RATE, MAX_SAMPLE, MIN_RATE

Layout = Literal["channels_first", "channels_last"]
LAYOUTS: tuple[Layout, ...] = get_args(Layout)

# Half of the range of each integer, which counts as 1; unsigned bytes lie around 128, as in WAV.
_FULL_SCALE = {"i1": 2**7, "i2": 2**15, "i4": 2**31, "u1": 2**7}
_CAUSES = {
    "b": "Did you pass a mask?",
    "c": "Did you pass a spectrum, or an analytic signal?",
    "i": "Only integers of 8, 16 and 32 bits have a known full scale; divide others by theirs.",
    "m": "Did you pass times?",
    "M": "Did you pass times?",
    "O": "Did you pass a list of channels of unequal length, or None?",
    "S": "Did you pass text?",
    "T": "Did you pass text?",
    "U": "Did you pass text?",
    "u": "Only unsigned integers of 8 bits have a known full scale; divide others by theirs.",
    "V": "Did you pass a record array?",
}


def as_floats(samples: Any) -> np.ndarray:
    """An array, or what numpy makes one of, as floats of full scale ±1; not copied if it is that.

    >>> as_floats(np.array([-32768, 16384], np.int16)).tolist()
    [-1.0, 0.5]

    Raises:
        DataError: if it holds no floats, and no integers of a known full scale.
    """
    array = _array(samples)
    full_scale = _FULL_SCALE.get(array.dtype.str[1:])
    if full_scale is not None:
        middle = full_scale if array.dtype.kind == "u" else 0
        return (array.astype(np.float64) - middle) / full_scale
    return check_floats(array, "floats or integers")


def check_floats(samples: Any, expected: str = "floats of full scale ±1") -> np.ndarray:
    """An array of floats as it is.

    Raises:
        DataError: if it holds anything else.
    """
    array = _array(samples)
    kind = array.dtype.kind
    if kind != "f":
        cause = _CAUSES.get(kind, "")
        if array.dtype.str[1:] in _FULL_SCALE:
            cause = "Sound.from_array scales integers."
        # A record's type may name its fields over several lines.
        dtype = one_line(array.dtype)[:40]
        raise DataError(f"expected samples that are {expected}, got {dtype}. {cause}".rstrip())
    return array


def _array(samples: Any) -> np.ndarray:
    if isinstance(samples, np.ma.MaskedArray):
        raise DataError("samples must not be masked; fill what is missing first.")
    try:
        return np.asarray(samples)
    except (TypeError, ValueError) as error:  # numpy's, of what makes no array
        raise DataError(
            "expected an array of samples. Did you pass a list of channels of unequal length?"
        ) from error


def channels_first(array: np.ndarray, layout: Layout) -> np.ndarray:
    """A view (channel, time) of samples that lie as ``layout`` says; (time,) is one channel.

    >>> channels_first(np.zeros((441, 2)), "channels_last").shape
    (2, 441)

    Raises:
        DataError: if it has more than two axes, or what are called channels are too many.
    """
    if layout not in LAYOUTS:
        raise DataError(f"layout must be one of {', '.join(LAYOUTS)}, got {layout!r}.")
    if array.ndim == 1:
        return array[None]
    if array.ndim != 2:
        raise DataError(
            f"samples must have shape (time,), (channel, time) or (time, channel), "
            f"got {array.shape}. {'Did you pass a batch? ' if array.ndim == 3 else ''}"
            "Pass one sound at a time."
        )
    first = array if layout == "channels_first" else array.T
    check_channels(first, "Is the layout the other one?")
    return first


def check_channels(samples: np.ndarray, cause: str) -> None:
    """Refuse samples (channel, time) of no channel, or of too many, or of no time.

    Raises:
        DataError: with the likely cause, if there are too many channels.
    """
    n_channels, n_samples = samples.shape
    if n_channels > MAX_CHANNELS:
        check_n_channels(n_channels, cause)
    if n_samples == 0:
        raise DataError("there are no samples in it.")
    check_n_channels(n_channels)


def check_n_channels(n_channels: int, cause: str = "") -> None:
    """Refuse no channel, and too many.

    Raises:
        DataError: with the likely cause, if there is one.
    """
    if not 1 <= n_channels <= MAX_CHANNELS:
        raise DataError(
            f"expected 1 to {MAX_CHANNELS} channels, got {n_channels}. {cause}".rstrip()
        )


def check_values(samples: np.ndarray, begin: int = 0) -> float:
    """The largest magnitude of samples (channel, time), 0 of none, which lie from ``begin`` on.

    Raises:
        DataError: if a value is not finite or beyond 1e32.
    """
    if not np.isfinite(samples).all():
        channel, time = np.argwhere(~np.isfinite(samples))[0]
        raise DataError(
            f"expected finite samples, got {samples[channel, time]} at sample {begin + time} of "
            f"channel {channel + 1}. Was it divided by 0, or is its file damaged?"
        )
    loudest = float(np.abs(samples).max(initial=0.0))
    if loudest > MAX_SAMPLE:
        raise DataError(
            f"expected samples of about full scale, ±1, got {loudest:g}. "
            "Divide them by their full scale."
        )
    return loudest


def whole_rate(sample_rate: Any) -> int:
    """A sample rate as a plain ``int``, whatever number it came as.

    >>> whole_rate(np.float32(44_100.0))
    44100

    Raises:
        DataError: if it is no whole number of 8 to 192 kHz.
    """
    numbers = (int, float, np.integer, np.floating)
    if isinstance(sample_rate, bool) or not isinstance(sample_rate, numbers):
        raise DataError(
            f"expected a sample rate of {MIN_RATE} to {MAX_RATE} Hz, "
            f"got {type(sample_rate).__name__}."
        )
    if not MIN_RATE <= sample_rate <= MAX_RATE:
        raise DataError(
            f"expected a sample rate of {MIN_RATE} to {MAX_RATE} Hz, got {sample_rate}."
        )
    if sample_rate != int(sample_rate):
        raise DataError(f"expected a sample rate of whole Hz, got {sample_rate}.")
    return int(sample_rate)
