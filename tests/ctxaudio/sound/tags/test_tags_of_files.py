"""Tags: read of each format, and written in the words of every other."""

from __future__ import annotations

import io
import struct
import warnings
import zlib

import mutagen
import numpy as np
import pytest
from mutagen.id3 import COMM, ID3, POPM, TIT2

from ctxaudio import FileFormat, Sound, load_sound
from ctxaudio.sound.tags.files import read_tags, write_tags
from ctxaudio.sound.tags.values import Chapter, Picture, Tags
from tests.support.command import encoded, notes
from tests.support.media import encoded_by_ffmpeg

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
TAGS = Tags(
    fields={
        "TITLE": ("Été №1",),
        "ARTIST": ("One", "Two"),
        "ALBUM": ("Songs",),
        "ALBUMARTIST": ("All",),
        "TRACKNUMBER": ("3",),
        "TRACKTOTAL": ("12",),
        "DISCNUMBER": ("1",),
        "DATE": ("1999-05-01",),
        "GENRE": ("Jazz",),
        "COMMENT": ("a comment",),
        "LYRICS": ("la\nla",),
        "BPM": ("120",),
        "KEY": ("Am",),
        "COMPILATION": ("1",),
        "ISRC": ("XX0000000000",),
        "MUSICBRAINZ_ALBUMID": ("0-1",),
        "MUSICBRAINZ_TRACKID": ("2-3",),
        "OF NOBODY ELSE": ("kept",),
    },
    pictures=(Picture(3, "image/png", "", PNG),),
    chapters=(Chapter(0.0, 0.2, "first"), Chapter(0.2, 0.5, "second")),
)
FORMATS = {
    "wav": FileFormat("WAV", "PCM_16"),
    "aiff": FileFormat("AIFF", "PCM_16"),
    "flac": FileFormat("FLAC", "PCM_16"),
    "ogg": FileFormat("OGG", "VORBIS"),
    "opus": FileFormat("OGG", "OPUS"),
    "mp3": FileFormat("MP3", "MPEG_LAYER_III"),
    "m4a": FileFormat("MP4", "AAC"),
}


def said(tags):
    """Fields, but for what libsndfile says of itself."""
    return {name: values for name, values in tags.fields.items() if name != "ENCODER"}


def song(suffix):
    """The bytes of a song without tags."""
    sound = notes(rate=16_000)
    if suffix == "m4a":
        return encoded_by_ffmpeg(sound, "ipod", "aac")
    return encoded(sound, *FORMATS[suffix])


def written(path, tags, data=None):
    """A song with tags, and whether it can hold any."""
    file = io.BytesIO(song(path.suffix[1:]) if data is None else data)
    assert write_tags(file, tags, FORMATS[path.suffix[1:]])
    path.write_bytes(file.getvalue())
    return path


@pytest.mark.parametrize("suffix", FORMATS)
def test_tags_go_through_every_format(tmp_path, suffix):
    path = written(tmp_path / f"a.{suffix}", TAGS)
    found = read_tags(path)
    assert said(found) == TAGS.fields
    assert found.pictures == TAGS.pictures
    if suffix != "m4a":  # whose chapters are written with its sound
        assert [chapter.title for chapter in found.chapters] == ["first", "second"]
        begins_s = [chapter.begin_s for chapter in found.chapters]
        np.testing.assert_allclose(begins_s, [0.0, 0.2], atol=1e-3)
        ends_s = [chapter.end_s for chapter in found.chapters]
        np.testing.assert_allclose(ends_s, [0.2, 0.5], atol=0.05)


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_sound_beside_tags_is_the_same(tmp_path, suffix):
    (tmp_path / f"plain.{suffix}").write_bytes(song(suffix))
    plain, file_format = load_sound(tmp_path / f"plain.{suffix}")
    tagged, same_format = load_sound(written(tmp_path / f"a.{suffix}", TAGS))
    assert same_format == file_format
    np.testing.assert_array_equal(tagged.samples, plain.samples)


@pytest.mark.parametrize("suffix", FORMATS)
def test_other_programs_find_them_by_the_format_s_own_names(tmp_path, suffix):
    found = mutagen.File(written(tmp_path / f"a.{suffix}", TAGS))
    names = {"wav": "TIT2", "aiff": "TIT2", "mp3": "TIT2", "m4a": "©nam"}
    title = found.tags[names.get(suffix, "title")]
    assert list(getattr(title, "text", title)) == ["Été №1"]


def test_frames_that_only_id3_knows_stay_in_id3(tmp_path):
    before = ID3()
    before.add(TIT2(encoding=3, text=["a"]))
    before.add(COMM(encoding=3, lang="deu", desc="", text=["ein Wort"]))
    before.add(POPM(email="me", rating=200, count=3))
    before.save(tmp_path / "a.mp3")
    with open(tmp_path / "a.mp3", "ab") as file:
        file.write(song("mp3"))
    tags = read_tags(tmp_path / "a.mp3")
    after = ID3(written(tmp_path / "b.mp3", tags))
    assert after.getall("POPM") == before.getall("POPM")
    assert after.getall("COMM") == before.getall("COMM")
    assert read_tags(written(tmp_path / "b.flac", tags)).fields == {
        "TITLE": ("a",),
        "COMMENT": ("ein Wort",),
    }


def test_names_within_vorbis_comments_stay_as_they_are(tmp_path):
    fields = {
        "INITIALKEY": ("Am",),
        "DESCRIPTION": ("d",),
        "TRACKNUMBER": ("3/12",),
        "YEAR": ("1",),
    }
    path = written(tmp_path / "a.flac", Tags(fields=fields))
    assert said(read_tags(written(tmp_path / "a.ogg", read_tags(path)))) == fields
    assert read_tags(written(tmp_path / "a.mp3", read_tags(path))).fields["KEY"] == ("Am",)


def chunk(name, data):
    return name + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)


def chunks_of(data):
    found, at = {}, 12
    while at + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        found[name] = data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
    assert at == len(data) == struct.unpack_from("<I", data, 4)[0] + 8
    return found


def test_chunks_of_wav_are_kept(tmp_path):
    info = b"INFO" + chunk(b"INAM", b"Caf\xe9\0") + chunk(b"IART", b"me\0")
    kept = {b"bext": bytes(602), b"cue ": struct.pack("<7I", 1, 1, 0, 0, 0, 0, 800), b"LIST": info}
    data = song("wav") + b"".join(chunk(*each) for each in kept.items())
    (tmp_path / "a.wav").write_bytes(data)
    tags = read_tags(tmp_path / "a.wav")
    assert tags.fields == {"TITLE": ("Café",), "ARTIST": ("me",)}
    found = chunks_of(written(tmp_path / "b.wav", tags).read_bytes())
    assert {name: found[name] for name in kept} == kept
    assert read_tags(written(tmp_path / "b.flac", tags)).fields == tags.fields


def test_a_wav_says_its_title_in_info_too(tmp_path):
    found = chunks_of(written(tmp_path / "a.wav", TAGS).read_bytes())
    assert chunk(b"INAM", "Été №1\0".encode()) in found[b"LIST"]


def compressed_bomb():
    data = zlib.compress(b"\0" + bytes(1 << 20))
    frame = b"TXXX" + struct.pack(">I", len(data) + 4) + b"\0\x80" + struct.pack(">I", 1 << 20)
    body = frame + data
    size = bytes((len(body) >> shift) & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\0\0" + size + body + song("mp3")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.mp3", compressed_bomb()),
        ("a.flac", song("flac")[:40]),
        ("a.ogg", song("ogg")[:100]),
        ("a.m4a", song("m4a")[:-200]),
        ("a.wav", b"RIFF\0\0\0\0WAVE"),
    ],
    ids=["mp3", "flac", "ogg", "m4a", "wav"],  # not the bytes: some encoders draw some of them
)
def test_what_cannot_be_read_is_a_warning(tmp_path, name, data):
    (tmp_path / name).write_bytes(data)
    with pytest.warns(UserWarning, match="its tags are not kept: "):
        assert read_tags(tmp_path / name) == Tags()


@pytest.mark.parametrize("suffix", FORMATS)
def test_damage_anywhere_is_at_most_a_warning(tmp_path, suffix):
    whole = bytearray(written(tmp_path / f"a.{suffix}", TAGS).read_bytes())
    rng = np.random.default_rng(0)
    path = tmp_path / f"b.{suffix}"
    for _ in range(50):
        data = bytearray(whole)
        for at in rng.integers(0, min(len(data), 2_000), 8):
            data[at] = rng.integers(256)
        path.write_bytes(data)
        with pytest.warns() as warned:
            read_tags(path)
            warnings.warn("none", stacklevel=1)
        assert all("not kept" in str(each.message) for each in warned[:-1])


def test_what_no_format_holds_is_made_plausible(tmp_path):
    odd = Tags(
        pictures=(Picture(1_000, "image/png", "", PNG),),
        chapters=(Chapter(0.0, 1.0, "a"), Chapter(1.0, 4e6, "b")),
    )
    found = read_tags(written(tmp_path / "a.flac", odd))
    assert (found.pictures[0].kind, found.chapters[0].title) == (0, "a")
    assert all(each.end_s < 4e6 for each in found.chapters)


def test_more_chapters_than_a_list_holds_stand_alone(tmp_path):
    many = Tags(chapters=tuple(Chapter(n, n + 1.0, str(n)) for n in range(300)))
    assert read_tags(written(tmp_path / "a.mp3", many)) == Tags(
        chapters=many.chapters, own={"ID3": ()}
    )


def test_more_than_can_be_held_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr("ctxaudio.sound.tags.opened._MOST_BYTES", 1_000)
    path = written(tmp_path / "a.mp3", Tags(fields={"TITLE": ("a" * 2_000,)}))
    with pytest.warns(UserWarning, match="its tags are not kept: they are of more than"):
        assert read_tags(path) == Tags()


def test_a_picture_that_flac_cannot_hold_is_left_out(tmp_path):
    large = Picture(3, "image/png", "", bytes(1 << 24))
    path = written(tmp_path / "a.mp3", Tags(fields={"TITLE": ("a",)}, pictures=(large,)))
    with pytest.warns(UserWarning, match="a picture in it is of 16 MB or more"):
        assert read_tags(path) == Tags(fields={"TITLE": ("a",)}, own={"ID3": ()})


def test_a_full_disk_is_no_fault_of_the_tags():
    class Full(io.BytesIO):
        def write(self, data):
            if data:
                raise OSError(28, "No space left on device")
            return 0

    with pytest.raises(OSError, match="No space left"):
        write_tags(Full(song("flac")), TAGS, FORMATS["flac"])


def test_a_format_without_tags_says_so():
    file = io.BytesIO(encoded(Sound(np.zeros((1, 100)), 8_000), "AU"))
    assert not write_tags(file, TAGS, FileFormat("AU", "PCM_16"))
