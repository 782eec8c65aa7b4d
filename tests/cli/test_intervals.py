"""Shifts as people say them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.intervals import semitones_of
from ctxaudio import load_sound
from tests.support.command import ctxaudio, failed, write
from tests.support.songs import in_key


@pytest.mark.parametrize(
    ("text", "semitones"),
    [
        ("+5", 5.0),
        ("5", 5.0),
        ("-3.5", -3.5),
        ("-3,5", -3.5),
        ("\N{MINUS SIGN}2", -2.0),
        ("+5st", 5.0),
        ("+5 semitones", 5.0),
        ("-50c", -0.5),
        ("+25 Cents", 0.25),
        ("+1oct", 12.0),
        ("-2 octaves", -24.0),
        ("x2", 12.0),
        ("x1/2", -12.0),
        ("x1,5", 7.019550008653874),
        ("up a fifth", 7.0),
        ("Down  a minor third", -3.0),
        ("up an octave", 12.0),
        ("down semitone", -1.0),
    ],
)
def test_an_interval_is_said_in_many_ways(text, semitones):
    assert semitones_of(text) == pytest.approx(semitones, abs=1e-12)


@pytest.mark.parametrize(
    "text", ["", "+", "fifth", "up", "up a parsec", "5 parsecs", "x0", "x-1", "x1/0", "inf", "nan"]
)
def test_what_is_no_interval_is_refused(text):
    with pytest.raises(ValueError, match="is no interval"):
        semitones_of(text)
    assert "expected a number of semitones such as +5" in failed(ctxaudio("shift", "a", text), 2)


@given(st.floats(-36.0, 36.0).map(lambda number: round(number, 4)))
def test_numbers_are_read_as_they_are_written(number):
    assert semitones_of(f"{number:+}") == number
    assert semitones_of(f"{number}".replace(".", ",")) == number
    assert semitones_of(f"x{2.0 ** (number / 12.0)!r}") == pytest.approx(number, abs=1e-9)


@given(st.text(max_size=12))
def test_any_text_is_an_interval_or_is_none(text):
    try:
        assert isinstance(semitones_of(text), float)
    except ValueError as error:
        assert "is no interval" in str(error)


@pytest.fixture(scope="module")
def song(tmp_path_factory):
    return write(tmp_path_factory.mktemp("key") / "song.wav", in_key(9, "minor", cents=12.0))


@pytest.mark.parametrize("shift", ["-50c", "-,5", "x1.2", "up a fifth", "-1e0"])
def test_the_command_takes_them(shift, song, tmp_path):
    out = tmp_path / "out.wav"
    result = ctxaudio("shift", song, shift, "-o", out, "--json")
    assert result.code == 0
    assert json.loads(result.out)["semitones"] == pytest.approx(semitones_of(shift))
    assert load_sound(out)[0].n_samples == load_sound(song)[0].n_samples


def shifted(tmp_path, monkeypatch, *args):
    monkeypatch.chdir(tmp_path)
    result = ctxaudio("shift", *args, "--json")
    assert result.code == 0, result.err
    return json.loads(result.out)


def test_a_song_goes_to_a_key(song, tmp_path, monkeypatch):
    facts = shifted(tmp_path, monkeypatch, song, "--to", "F# minor")
    assert (facts["from"], facts["to"], facts["semitones"]) == ("A minor", "F# minor", -3.0)
    assert facts["output"] == "song-F#-minor.wav"
    assert 0.2 < facts["key_confidence"] < 1.0
    again = json.loads(ctxaudio("info", "song-F#-minor.wav", "--json").out)
    assert again["key"] == "F# minor"
    assert again["tuning_cents"] == pytest.approx(12.0, abs=2.0)


def test_who_knows_the_key_says_it(song, tmp_path, monkeypatch):
    facts = shifted(tmp_path, monkeypatch, song, "--from", "C", "--to", "Bb")
    assert facts["semitones"] == -2.0
    assert "key_confidence" not in facts


def test_a_song_goes_to_a_tuning(song, tmp_path, monkeypatch):
    facts = shifted(tmp_path, monkeypatch, song, "--to", "A=443")
    assert facts["semitones"] == pytest.approx(0.1176 - 0.12, abs=0.01)
    facts = shifted(tmp_path, monkeypatch, song, "--from", "A=440", "--to", "a = 432 Hz")
    assert facts["semitones"] == pytest.approx(-0.3177, abs=1e-4)
    assert facts["output"] == "song-A=432.wav"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--to", "C major"), "a shift does not make C major of A minor"),
        (("--to", "nowhere"), "expected a key such as 'F# minor', Bb or Am, got 'nowhere', or a"),
        (("--to", "A=4400"), "expected A at 400 to 480 Hz"),
        (("+5", "--from", "C"), "--from goes with --to"),
        (("--from", "C", "--to", "A=442"), "must both be keys, or both tunings"),
    ],
)
def test_where_it_cannot_go_is_said(args, message, song, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = ctxaudio("shift", song, *args)
    assert result.code in (1, 2)
    assert message in result.err
    assert list(tmp_path.iterdir()) == []


def test_silence_goes_to_no_key(tmp_path):
    from ctxaudio import Sound

    silence = write(tmp_path / "silence.wav", Sound([[0.0] * 9_000], 8_000))
    assert "no key is heard in it" in failed(ctxaudio("shift", silence, "--to", "Bb"))
