"""Are drums kept where the kit is known? ``python -m benchmarks.drums``.

The residual is what is found minus the kit, in dB of the kit: 0 says that nothing was found. All
three ways of shifting share one memory and generator: drums kept, drums as librosa's HPSS finds
them kept, and all moved. Each is compared with the kit as it is and the music truly transposed, by
log-spectral distance, for phases of what is moved are nobody's; of the kit alone, by the residual.
Sampled drums and instruments are added where there is FluidSynth; they have no exact transposition
and are only taken apart.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.metrics import log_spectral_distance
from benchmarks.runner import one_thread, say, spread, write_json
from benchmarks.truths import (
    RATE,
    Renderer,
    Samples,
    additive_pieces,
    bass_material,
    chord_material,
    drums,
    find_renderer,
    pads,
)
from benchmarks.truths.pieces import PIECES

SHIFTS = (-5, 5, 12)
# The best in the mean over this material, of windows of 1024 to 4096 and kernels of 17 to 61;
# librosa's defaults are 2048 and 31.
HPSS_WINDOW, HPSS_KERNEL = 4096, 17


class Case(NamedTuple):
    """A kit, and what is played to it."""

    name: str
    kit: Samples
    music: Callable[[int], Samples] | None  # of semitones
    exact: bool  # whether the music's transposition is


class Figures(NamedTuple):
    """What was measured of a case."""

    name: str
    music_db: float  # of the kit
    residual_db: dict[str, float]  # of drums, by who found them
    shifted: dict[str, dict[int, float]]  # by way and semitones


def find_by_hpss(samples: Samples, *, window: int, kernel: int) -> Samples:
    """The percussive part by medians, as librosa has it."""
    from ctxaudio.analysis.load_librosa import load_librosa

    librosa = load_librosa()
    spectra = librosa.stft(samples, n_fft=window)
    _, percussive = librosa.decompose.hpss(spectra, kernel_size=kernel)
    found: Samples = librosa.istft(percussive, n_fft=window, length=samples.shape[1])
    return found


def energy_db(samples: Samples) -> float:
    """Energy in dB; nothing is -200."""
    return 10.0 * float(np.log10(np.sum(np.square(samples, dtype=np.float64)) + 1e-20))


def measure(case: Case, *, shifts: Sequence[int]) -> Figures:
    """Take one apart, and shift it in three ways."""
    from ctxaudio import ContextShift, Sound, recall_field
    from ctxaudio.analysis.percussion import split_drums
    from ctxaudio.effect.stream import file_resolution
    from ctxaudio.synthesis.generator import generate

    kit = case.kit
    silence = np.zeros_like(kit)
    music = silence if case.music is None else fit(case.music(0), kit)
    song = Sound(kit + music, RATE)
    found = {
        "ctxaudio": split_drums(song)[0].read(0, song.n_samples),
        "librosa": find_by_hpss(song.samples, window=HPSS_WINDOW, kernel=HPSS_KERNEL),
        "librosa's defaults": find_by_hpss(song.samples, window=2048, kernel=31),
        "none": silence,
    }
    residual = {name: energy_db(some - kit) - energy_db(kit) for name, some in found.items()}
    shifted: dict[str, dict[int, float]] = {"keep": {}, "hpss": {}, "move": {}}
    if not case.exact or not shifts:
        return Figures(case.name, energy_db(music) - energy_db(kit), residual, {})
    effect = ContextShift.teach(song)
    memory = effect.memory
    apart = Sound(song.samples - found["librosa"], RATE)
    for shift in shifts:
        moving = silence if case.music is None else fit(case.music(shift), kit)
        field = recall_field(memory, float(shift))
        by_hpss = generate(apart, field, file_resolution(memory), memory.bands)
        made = {
            "keep": effect(song, float(shift), drums="keep").samples,
            "hpss": by_hpss.samples + found["librosa"],
            "move": effect(song, float(shift)).samples,
        }
        for way, samples in made.items():
            if case.music is None:
                shifted[way][shift] = energy_db(samples - kit) - energy_db(kit)
            else:
                shifted[way][shift] = log_spectral_distance(kit + moving, samples, RATE)
    return Figures(case.name, energy_db(music) - energy_db(kit), residual, shifted)


def fit(samples: Samples, like: Samples) -> Samples:
    """As long as another."""
    n = like.shape[1]
    return np.pad(samples, ((0, 0), (0, max(0, n - samples.shape[1]))))[:, :n]


def find_cases(seed: int, cache: Path) -> list[Case]:
    """The kit alone and with music; sampled ones where there is FluidSynth."""
    kit = drums(0, seed=seed)
    music = {material.name: material.render for material in additive_pieces(seed)}
    music["low-chords"] = chord_material(seed).render
    music["bass-line"] = bass_material(seed)[1].render
    music["detuned-pads"] = partial(pads, seed=seed)
    cases = [Case("kit", kit, None, exact=True)]
    cases += [Case(name, kit, render, exact=True) for name, render in music.items()]
    renderer = find_renderer(cache)
    if isinstance(renderer, str):
        say(f"sampled drums are left out: {renderer}")
        return cases
    sampled = sampled_kit(renderer)
    cases.append(Case("sampled kit", sampled, None, exact=True))
    for piece in PIECES:
        rest = replace(
            piece,
            name=f"{piece.name}-no-drums",
            parts=tuple(part for part in piece.parts if not part.drums),
        )
        cases.append(Case(f"sampled {piece.name}", sampled, partial(renderer, rest), exact=False))
    return cases


def sampled_kit(renderer: Renderer) -> Samples:
    """The band's drums: kick, snare, hi-hat and a crash."""
    band = next(piece for piece in PIECES if any(part.drums for part in piece.parts))
    parts = tuple(part for part in band.parts if part.drums)
    return renderer(replace(band, name=f"{band.name}-drums", parts=parts), 0)


def show(figures: Figures) -> None:
    """One line of the table."""
    cells = "".join(f"{value:8.1f}" for value in figures.residual_db.values())
    ways = "   ".join(
        f"{way} " + " / ".join(f"{value:.1f}" for value in by_shift.values())
        for way, by_shift in figures.shifted.items()
    )
    music = "" if figures.music_db < -100.0 else f"{figures.music_db:.1f}"
    print(f"{figures.name:22}{music:>6}{cells}   {ways}", flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line for each case."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.drums", description=__doc__)
    parser.add_argument("--shifts", nargs="*", type=int, default=SHIFTS, metavar="SEMITONES")
    parser.add_argument("--seed", type=int, default=0, help="draw the truths anew (default 0)")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default 2)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE")
    parser.add_argument(
        "--cache",
        type=Path,
        metavar="FOLDER",
        default=Path(tempfile.gettempdir(), "ctxaudio-benchmarks"),
        help="keeps renderings (default: in the system's temporary folder)",
    )
    options = parser.parse_args(arguments)
    one_thread()
    print("music in dB of the kit; residual of the drums found, dB of the kit: ctxaudio, librosa")
    print("tuned, librosa as it is, none; then the shifted song against its truth, by way, at each")
    print("shift: log-spectral distance in dB, of a kit alone the residual in dB of it", flush=True)
    rows = []
    work = partial(measure, shifts=tuple(options.shifts))
    for figures in spread(work, find_cases(options.seed, options.cache), jobs=options.jobs):
        show(figures)
        rows.append(figures._asdict())
    write_json(options.json, {"seed": options.seed, "rows": rows})
    return 0


if __name__ == "__main__":
    sys.exit(main())
