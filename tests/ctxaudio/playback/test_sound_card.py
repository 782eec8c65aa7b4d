"""Which device is found, and how it is opened, on a sound card that is made up here."""

from __future__ import annotations

import importlib.abc
import sys
from types import SimpleNamespace

import pytest

from ctxaudio import DataError
from ctxaudio.playback import sound_card
from ctxaudio.playback.sound_card import CardConfig, find_device, list_devices, open_stream

BAD_RATE, BUSY, OTHER = -9997, -9985, -9999  # PortAudio's


class PortAudioError(Exception):
    pass


def device(name, n_inputs, n_outputs, rate=48_000.0):
    return {
        "name": name,
        "hostapi": 0,
        "max_input_channels": n_inputs,
        "max_output_channels": n_outputs,
        "default_samplerate": rate,
    }


DEVICES = [
    device("Speakers", 0, 2),
    device("Speakers of another\nroom", 0, 2),
    device("Microphone", 1, 0),
    device("Interface", 4, 4, 44_100.0),
    device("Buzzer", 0, 1),
]


class Card:
    """What sounddevice offers, and what was asked of it; ``errors`` are raised first."""

    PortAudioError = PortAudioError

    def __init__(self, devices=DEVICES, default=(3, 3), errors=(), n_late=0):
        self.devices, self.errors, self.asked = devices, list(errors), []
        self.n_late = n_late  # looks that see no device
        self.default = SimpleNamespace(device=default)

    def query_hostapis(self):
        return [{"name": "Made up"}]

    def query_devices(self):
        return self.devices if self.n_late == 0 else []

    def _terminate(self):
        self.is_running = False

    def _initialize(self):
        self.is_running = True
        self.n_late = max(self.n_late - 1, 0)

    def _open(self, kind, **options):
        self.asked.append((kind, options))
        if self.errors:
            code = self.errors.pop(0)
            raise PortAudioError(f"Error opening {kind}: what went wrong", code)
        return SimpleNamespace(kind=kind, **options)

    def Stream(self, **options):  # noqa: N802  sounddevice's name
        return self._open("Stream", **options)

    def OutputStream(self, **options):  # noqa: N802
        return self._open("OutputStream", **options)


@pytest.fixture
def card(monkeypatch):
    def plug_in(**about):
        made = Card(**about)
        monkeypatch.setattr(sound_card, "_portaudio", lambda: made)
        return made

    return plug_in


def opened(n_channels=2, n_inputs=0, sample_rate=44_100, **config):
    return open_stream(
        CardConfig(**config),
        sample_rate=sample_rate,
        n_channels=n_channels,
        n_inputs=n_inputs,
        callback=print,
    )


def test_devices_are_listed_each_on_a_line(card):
    card()
    devices = list_devices()
    assert [d.number for d in devices] == [0, 1, 2, 3, 4]
    assert all(d.name.isprintable() for d in devices)
    assert [d.name for d in devices if d.is_default_output] == ["Interface"]
    assert {d.host for d in devices} == {"Made up"}


@pytest.mark.parametrize(
    ("wanted", "kind", "number"),
    [
        (None, "output", 3),
        (None, "input", 3),
        ("0", "output", 0),
        ("speakers", "output", 0),  # the whole name of one, though a part of another's
        ("another", "output", 1),
        ("MICRO", "input", 2),
    ],
)
def test_a_device_is_found_by_number_or_part_of_its_name(card, wanted, kind, number):
    card()
    assert find_device(wanted, kind).number == number


def test_without_a_default_it_is_the_first_that_can(card):
    card(default=(-1, -1))
    assert (find_device(None, "output").number, find_device(None, "input").number) == (0, 2)


@pytest.mark.parametrize(
    ("wanted", "kind", "message"),
    [
        ("er", "output", r"several output .* 0 \(Speakers\), 1 \(.*room\), 3 .*give the number"),
        ("2", "output", "there is no output device '2'"),
        ("Speakers", "input", "there is no input device 'Speakers'"),
    ],
)
def test_a_device_that_there_is_not_or_that_is_not_alone_is_named(card, wanted, kind, message):
    card()
    with pytest.raises(DataError, match=message):
        find_device(wanted, kind)


def test_a_device_that_is_seen_at_a_second_look_is_found(card):
    made = card(n_late=2)
    assert find_device(None, "output").name == "Interface"
    assert made.is_running
    made.n_late = 1
    assert len(list_devices()) == len(DEVICES)


def test_without_any_device_the_likely_cause_is_told(card):
    card(devices=[])
    with pytest.raises(DataError, match="no output device; is the sound server running"):
        find_device(None, "output")


@pytest.mark.parametrize(("n_channels", "name", "played"), [(1, "Speakers", 2), (1, "Buzzer", 1)])
def test_one_channel_is_played_by_two_where_there_are_two(card, n_channels, name, played):
    card()
    stream = opened(n_channels, device=name)
    assert (stream.kind, stream.channels, stream.samplerate) == ("OutputStream", played, 44_100)


def test_inputs_are_as_many_as_there_are(card):
    card()
    stream = opened(2, n_inputs=2, device="Interface", input_device="Microphone")
    assert (stream.kind, stream.device, stream.channels) == ("Stream", (2, 3), (1, 2))
    assert opened(2, n_inputs=8, sample_rate=None).channels == (4, 2)


def test_more_channels_than_a_device_plays_are_refused(card):
    made = card()
    with pytest.raises(DataError, match="Speakers plays 2 channels, and the sound has 3"):
        opened(3, device="0")
    assert made.asked == []


def test_a_rate_that_a_device_has_not_is_replaced_by_its_own(card):
    made = card(errors=[BAD_RATE])
    assert opened(device="0").samplerate == 48_000
    assert [options["samplerate"] for _, options in made.asked] == [44_100, 48_000]


@pytest.mark.parametrize(
    ("errors", "end"),
    [
        ([BUSY], "what went wrong; does another program use it?"),
        ([OTHER], "what went wrong."),
        ([BAD_RATE, BAD_RATE], "what went wrong."),
        ([BAD_RATE, BUSY], "what went wrong; does another program use it?"),
    ],
)
@pytest.mark.parametrize("n_inputs", [0, 1])
def test_a_device_that_cannot_be_opened_says_why_in_one_line(card, errors, end, n_inputs):
    made = card(errors=errors)
    with pytest.raises(DataError) as error:
        opened(n_inputs=n_inputs)
    assert str(error.value) == f"cannot open Interface: {end}"
    assert len(made.asked) == len(errors)


class Broken(importlib.abc.MetaPathFinder):
    """As sounddevice is where the library that it loads is not installed."""

    def find_spec(self, name, path=None, target=None):
        if name == "sounddevice":
            raise OSError("PortAudio library not found")
        return None


def test_without_portaudio_it_is_told_how_to_install_it(monkeypatch):
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Broken(), *sys.meta_path])
    with pytest.raises(DataError, match=r"needs PortAudio.*apt install libportaudio2"):
        list_devices()


@pytest.mark.parametrize("latency", [-0.1, 10.1, float("nan"), float("inf")])
def test_a_latency_that_is_none_is_refused(latency):
    with pytest.raises(ValueError, match=f"latency must be low, high or 0 to 10 s, got {latency}"):
        CardConfig(latency=latency)


@pytest.mark.parametrize("blocksize", [-1, 65_537])
def test_a_block_size_that_is_none_is_refused(blocksize):
    with pytest.raises(ValueError, match=f"blocksize must be 0 to 65536 samples, got {blocksize}"):
        CardConfig(blocksize=blocksize)
