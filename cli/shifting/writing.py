"""How a result is written: in which format, of which quality, and what goes along."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, NamedTuple, TypeAlias

import click

from cli.destination import Way
from cli.output import Reporter, quiet_libraries
from ctxaudio.errors import DataError
from ctxaudio.limits import MAX_RATE, MIN_RATE

if TYPE_CHECKING:
    from ctxaudio.sound.bit_rates import BitRate
    from ctxaudio.sound.encoding import FileFormat
    from ctxaudio.sound.source import SoundSource
    from ctxaudio.sound.speakers import Layout
    from ctxaudio.sound.tags.values import Tags

# Bits of a sample, of encodings that do not compress by as much as there is to be compressed.
_BITS = {
    **dict.fromkeys(["PCM_S8", "PCM_U8", "ULAW", "ALAW"], 8),
    **{"PCM_16": 16, "PCM_24": 24, "PCM_32": 32, "FLOAT": 32, "DOUBLE": 64},
}
_KEPT_BITS = 32  # of a sample that is not written yet
Depth: TypeAlias = Literal["16", "24", "32", "float"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What options say of every result."""

    bitrate: int | None  # kbit/s
    quality: int | None  # instead, as encoders number it
    depth: Depth | None  # bits
    rate: int | None  # Hz
    dither: bool
    tags: bool  # whether those of the song are kept


def writing_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options that :class:`Wanted` holds."""
    options: list[Callable[..., Any]] = [
        click.option(
            "--format", "form", metavar="SUFFIX", help="Such as flac or mp3, if no -o names one."
        ),
        click.option(
            "--bitrate", type=click.IntRange(1), help="Of a lossy format, in kbit/s; its own kept."
        ),
        click.option(
            "--quality",
            type=click.IntRange(0, 10),
            help="Instead of --bitrate: V0 (best) to V9 of MP3, 0 to 10 (best) of Vorbis.",
        ),
        click.option(
            "--depth",
            type=click.Choice(["16", "24", "32", "float"]),
            help="Bits a sample; by default those of the song, if the format has them.",
        ),
        click.option(
            "--rate", type=click.IntRange(MIN_RATE, MAX_RATE), help="Of the result, in Hz."
        ),
        click.option(
            "--dither/--no-dither",
            default=True,
            help="Add noise below the last bit where bits are lost (TPDF); done by default.",
        ),
        click.option(
            "--tags/--no-tags",
            default=True,
            help="Keep title, artist, cover, chapters and the like, or leave all of them out.",
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


class Plan(NamedTuple):
    """How one result is written."""

    file_format: FileFormat
    sample_rate: int  # Hz
    bit_rate: BitRate | None
    picture: str | None  # the name of a video whose pictures go along
    seed: int | None  # of the dither
    layout: Layout | None  # of the song's channels, if its file tells


def refuse_unwritable(target: Path) -> None:
    """A name by which no file can be written, known before the song is read.

    Raises:
        DataError: if its folder is not there, or its suffix names no format that is written here.
    """
    from ctxaudio.sound.encoding import WAV_FLOAT
    from ctxaudio.sound.writing import format_for

    folder = target.parent
    if not folder.is_dir():
        reason = os.strerror(errno.ENOTDIR if folder.exists() else errno.ENOENT)
        raise DataError(f"cannot write to {folder}: {reason}.")
    format_for(target, WAV_FLOAT)


def planned(
    name: str,
    target: Path,
    song: SoundSource,
    song_format: FileFormat,
    wanted: Wanted,
    reporter: Reporter,
    *,
    speed: float,
    seed: int,
    kept: bool,
) -> Plan:
    """How a file of a target's name is written; ``kept`` if floats lie beside it before.

    Raises:
        DataError: if it cannot be, which is known before the work.
    """
    from ctxaudio.sound.bit_rates import BitRate, bit_rate_of, rate_of_quality
    from ctxaudio.sound.channels import layout_of, untold
    from ctxaudio.sound.media_encoding import picture_for
    from ctxaudio.sound.writing import check_holds, format_for, known_rates, of_depth

    file_format = format_for(target, song_format)
    if wanted.depth is not None:
        file_format = of_depth(file_format, wanted.depth)
    rate, rates = wanted.rate or song.sample_rate, known_rates(file_format)
    if rates and rate not in rates:
        if file_format.encoding != "OPUS" or wanted.rate is not None:
            raise DataError(
                f"{file_format.container} ({file_format.encoding}) knows no rate of {rate} Hz; "
                f"--rate {max(rates)} has the result resampled."
            )
        rate = max(rates)
        reporter.note(f"Opus knows no rate of {song.sample_rate} Hz; the result is at {rate} Hz.")
    is_file = name != "-" and Path(name).is_file()
    bit_rate = None if wanted.bitrate is None else BitRate(1_000 * wanted.bitrate)
    if wanted.quality is not None:
        bit_rate = rate_of_quality(file_format.encoding, wanted.quality, rate, song.n_channels)
    n_samples = round(song.duration_s * rate / speed)
    check_holds(file_format, rate, song.n_channels, n_samples, bit_rate=bit_rate)
    if bit_rate is None and is_file and file_format.encoding == song_format.encoding:
        bit_rate = _kept(bit_rate_of(name, song_format.encoding), file_format, rate, song)
    picture = None if name == "-" else picture_for(name, target)
    if picture is not None and speed != 1.0:
        raise DataError(
            f"--speed would part the sound of {name} from its picture; name a file for the sound "
            "alone, such as .m4a, with -o."
        )
    layout = layout_of(name, *song_format, song.n_channels) if is_file else None
    if layout is not None and (said := untold(*file_format, layout)):
        reporter.note(said)
    n_bits = _n_bits(file_format) + (_KEPT_BITS if kept else 0)
    _check_room(target, n_samples * song.n_channels, n_bits)
    return Plan(file_format, rate, bit_rate, picture, seed if wanted.dither else None, layout)


def _n_bits(file_format: FileFormat) -> int:
    """Of a sample, 0 where that is not known before."""
    return 0 if file_format.container == "FLAC" else _BITS.get(file_format.encoding, 0)


def _check_room(target: Path, n_values: int, n_bits: int) -> None:
    """Refuse what will not fit on the disk."""
    needed = n_values * n_bits // 8
    folder = target.parent
    total, _, free = shutil.disk_usage(folder)
    if needed > free and total:  # some that are none say that they have nothing
        raise DataError(
            f"cannot write {target}: it takes {needed / 1e6:.1f} MB, and in {folder} "
            f"{free / 1e6:.1f} MB are free."
        )


def _kept(
    bit_rate: BitRate | None, file_format: FileFormat, rate: int, song: SoundSource
) -> BitRate | None:
    """A song's own, or the nearest that the encoder has; if that has none, its own is as good."""
    from ctxaudio.sound.bit_rates import BitRateError
    from ctxaudio.sound.writing import check_holds

    try:
        check_holds(file_format, rate, song.n_channels, bit_rate=bit_rate)
    except BitRateError as error:
        return error.nearest
    except DataError:
        return None
    return bit_rate


def tags_of(name: str, wanted: Wanted) -> Tags | None:
    """What the song's file says of it; None where it is not to be kept, or came by a pipe."""
    if not wanted.tags or name == "-" or not Path(name).is_file():
        return None
    from ctxaudio.sound.tags.files import read_tags

    with quiet_libraries():
        return read_tags(name)


def tags_after(
    tags: Tags | None, way: Way, song: SoundSource, plan: Plan, speed: float
) -> Tags | None:
    """What stays true of the result."""
    if tags is None:
        return None
    from ctxaudio.analysis.moved_key import moved_key
    from ctxaudio.sound.tags.shifted import tags_of_shifted

    move_key = partial(moved_key, semitones=way.semitones)
    rates = (song.sample_rate, plan.sample_rate)
    return tags_of_shifted(tags, move_key, speed=speed, rates=rates)


def at_rate(sound: SoundSource, plan: Plan, reporter: Reporter) -> SoundSource:
    """Resampled, if the file is to have another rate."""
    from ctxaudio.sound.resampled import resampled

    if sound.sample_rate == plan.sample_rate:
        return sound
    with reporter.stage("resample"):
        return resampled(sound, plan.sample_rate)


def keep(sound: SoundSource, path: Path) -> None:
    """Fill a file that is there with floats, for :func:`ctxaudio.sound.files.open_sound`.

    Raises:
        DataError: if it cannot be filled.
    """
    from ctxaudio.sound.encoding import FileFormat
    from ctxaudio.sound.writing import encode

    try:
        with path.open("r+b") as file:
            encode(file, sound, FileFormat("W64", "FLOAT"))  # which may be longer than a WAV
    except OSError as error:
        raise DataError(f"cannot write {path}: {error.strerror}.") from error


def write(
    sound: SoundSource,
    file: BinaryIO,
    plan: Plan,
    tags: Tags | None,
    divisor: float,
    reporter: Reporter,
) -> None:
    """Write a sound, divided by ``divisor``, at the rate that the file is to have."""
    import numpy as np

    from ctxaudio.sound.source import Divided
    from ctxaudio.sound.writing import encode

    with reporter.stage("save"):
        told = encode(
            file,
            sound if divisor == 1.0 else Divided(sound, divisor),
            plan.file_format,
            tags=tags,
            picture=plan.picture,
            bit_rate=plan.bit_rate,
            dither=None if plan.seed is None else np.random.default_rng(plan.seed),
            layout=plan.layout,
        )
    if not told:
        container = plan.file_format.container
        reporter.note(f"a file of {container} holds no tags; the song's are not kept.")
