"""The sound card, through PortAudio: which there are, and a stream to one of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from ctxaudio.errors import DataError, one_line

_BAD_RATE = -9997  # PortAudio's error codes
_BUSY = -9985

# A sound server that other programs join or leave at this very moment can turn one away.
_LOOKS, _BETWEEN_S = 4, 0.1


class Device(NamedTuple):
    """A device as PortAudio sees it."""

    number: int
    name: str
    host: str  # the system's interface that it belongs to: ALSA, Core Audio, WASAPI, JACK, …
    n_inputs: int
    n_outputs: int
    sample_rate: int  # Hz, by default
    is_default_input: bool
    is_default_output: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CardConfig:
    """Which device, and how it is asked to run."""

    device: str | None = None  # number or part of a name; None for the system's default
    input_device: str | None = None
    latency: float | Literal["low", "high"] = "high"  # seconds, or what the device calls so
    blocksize: int = 0  # samples a callback; 0 leaves it to PortAudio

    def __post_init__(self) -> None:
        if not (self.latency in ("low", "high") or 0.0 <= float(self.latency) <= 10.0):
            raise ValueError(f"latency must be low, high or 0 to 10 s, got {self.latency}.")
        if not 0 <= self.blocksize <= 1 << 16:
            raise ValueError(f"blocksize must be 0 to 65536 samples, got {self.blocksize}.")


def list_devices() -> list[Device]:
    """Every device, in PortAudio's order.

    Raises:
        DataError: if PortAudio is not installed, or finds no system to ask.
    """
    sounddevice = _portaudio()
    for _ in range(_LOOKS - 1):
        if len(sounddevice.query_devices()):
            break
        time.sleep(_BETWEEN_S)
        sounddevice._terminate()  # it looks once, as it begins
        sounddevice._initialize()
    hosts = sounddevice.query_hostapis()
    default_input, default_output = sounddevice.default.device
    return [
        Device(
            number,
            one_line(about["name"]),
            one_line(hosts[about["hostapi"]]["name"]),
            about["max_input_channels"],
            about["max_output_channels"],
            round(about["default_samplerate"]),
            number == default_input,
            number == default_output,
        )
        for number, about in enumerate(sounddevice.query_devices())
    ]


def find_device(wanted: str | None, kind: Literal["input", "output"]) -> Device:
    """The device of a number or of part of a name; the system's default for None.

    Raises:
        DataError: if there is none, or a part of a name fits several.
    """
    devices = [d for d in list_devices() if (d.n_inputs if kind == "input" else d.n_outputs)]
    if not devices:
        raise DataError(
            f"there is no {kind} device; is the sound server running, or a sound card connected?"
        )
    if wanted is None:
        default = [d for d in devices if _is_default(d, kind)]
        return (default or devices)[0]
    fitting = [d for d in devices if str(d.number) == wanted] or [
        d for d in devices if wanted.casefold() in d.name.casefold()
    ]
    exact = [d for d in fitting if d.name.casefold() == wanted.casefold()]
    if len(fitting) == 1 or exact:
        return (exact or fitting)[0]
    if fitting:
        names = ", ".join(f"{d.number} ({d.name})" for d in fitting)
        raise DataError(f"several {kind} devices are called {wanted!r}: {names}; give the number.")
    raise DataError(
        f"there is no {kind} device {wanted!r}; 'ctxaudio devices' lists those there are."
    )


def open_stream(
    config: CardConfig,
    *,
    sample_rate: int | None,
    n_channels: int,
    n_inputs: int,
    callback: Callable[..., None],
) -> Any:
    """A stream, not started, at a rate that the device has: the one asked for if it can.

    Args:
        sample_rate: in Hz; None for the device's own.
        n_channels: to play; a single one is played by two, where there are two.
        n_inputs: channels to record, or as many as there are; 0 for none.
        callback: as sounddevice calls it: (out, …) or, with inputs, (in, out, …).

    Returns:
        A sounddevice stream, which knows its sample rate, channels and latency.

    Raises:
        DataError: if the device cannot be opened so.
    """
    sounddevice = _portaudio()
    device = find_device(config.device, "output")
    if n_channels > device.n_outputs:
        raise DataError(
            f"{device.name} plays {device.n_outputs} channels, and the sound has {n_channels}."
        )
    if n_channels == 1 and device.n_outputs >= 2:
        n_channels = 2
    options: dict[str, Any] = {
        "latency": config.latency,
        "blocksize": config.blocksize,
        "dtype": "float32",
        "callback": callback,
    }
    if n_inputs:
        source = find_device(config.input_device or config.device, "input")
        n_inputs = min(n_inputs, source.n_inputs)
        options |= {"device": (source.number, device.number), "channels": (n_inputs, n_channels)}
        kind = sounddevice.Stream
    else:
        options |= {"device": device.number, "channels": n_channels}
        kind = sounddevice.OutputStream
    try:
        try:
            return kind(samplerate=sample_rate or device.sample_rate, **options)
        except sounddevice.PortAudioError as error:
            if error.args[1:2] != (_BAD_RATE,):
                raise
            return kind(samplerate=device.sample_rate, **options)
    except sounddevice.PortAudioError as error:
        reason = one_line(error.args[0]).rpartition("Stream: ")[2]
        hint = "; does another program use it?" if error.args[1:2] == (_BUSY,) else "."
        raise DataError(f"cannot open {device.name}: {reason}{hint}") from error


def _is_default(device: Device, kind: Literal["input", "output"]) -> bool:
    return device.is_default_input if kind == "input" else device.is_default_output


def _portaudio() -> Any:
    try:
        import sounddevice
    except OSError as error:  # the library that it loads is not there
        raise DataError(
            "playing needs PortAudio, which is not installed; on Debian and Ubuntu: "
            "apt install libportaudio2."
        ) from error
    return sounddevice
