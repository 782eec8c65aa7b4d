"""The peers there are, and which of them can run here."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from benchmarks.peers import rubberband_library
from benchmarks.peers.ours import prepare_alone, prepare_ctxaudio, unshifted
from benchmarks.peers.peer import Peer, package_version, simple
from benchmarks.peers.programs import says, soundtouch_shift, sox_shift
from benchmarks.peers.rubberband import rubberband_r3
from benchmarks.peers.stretchers import (
    bungee_shift,
    librosa_shift,
    pedalboard_shift,
    signalsmith,
)
from benchmarks.peers.world import prepare_world

CONTROL = "control"
OURS = "ctxaudio"
REFERENCE = "rubberband-r3"

_of_library = partial(
    simple,
    lacks=rubberband_library.missing_library,
    version=rubberband_library.library_version,
)
PEERS: tuple[Peer, ...] = (
    *(
        Peer(
            name=f"{OURS}-formant" if keep else OURS,
            prepare=partial(prepare_ctxaudio, keep_formants=keep),
            needs=("ctxaudio:ContextShift", "ctxaudio:Sound"),
            keeps_formants=keep,
            version=partial(package_version, "ctxaudio"),
        )
        for keep in (False, True)
    ),
    Peer(
        name=f"{OURS}-alone",
        prepare=prepare_alone,
        needs=("ctxaudio:teach_alone", "ctxaudio:sing"),
        version=partial(package_version, "ctxaudio"),
    ),
    simple(REFERENCE, rubberband_r3, "pylibrb"),
    simple(f"{REFERENCE}-apart", partial(rubberband_r3, together=False), "pylibrb"),
    simple(
        f"{REFERENCE}-formant",
        partial(rubberband_r3, keep_formants=True),
        "pylibrb",
        keeps_formants=True,
    ),
    _of_library("rubberband-4-r3", rubberband_library.finer),
    _of_library(
        "rubberband-4-r3-formant",
        partial(rubberband_library.finer, keep_formants=True),
        keeps_formants=True,
    ),
    _of_library("rubberband-4-live", rubberband_library.live),
    simple("signalsmith", signalsmith, "python_stretch"),
    simple("bungee", bungee_shift, "bungee_python"),
    simple("librosa", librosa_shift, "librosa"),
    simple("pedalboard", pedalboard_shift, "pedalboard"),
    simple("sox", sox_shift, program="sox", version=partial(says, "sox", "--version")),
    simple(
        "soundtouch",
        soundtouch_shift,
        program="soundstretch",
        version=partial(says, "soundstretch"),
    ),
    *(
        Peer(
            name="world-formant" if keep else "world",
            prepare=partial(prepare_world, keep_formants=keep),
            needs=("pyworld",),
            keeps_formants=keep,
            version=partial(package_version, "pyworld"),
        )
        for keep in (False, True)
    ),
    simple(CONTROL, unshifted),
)


def find_peers(names: Sequence[str] | None = None) -> tuple[list[Peer], list[str]]:
    """The peers called ``names`` (all by default) that can run, and a line for each that cannot."""
    known = {peer.name: peer for peer in PEERS}
    unknown = sorted(set(names or ()) - set(known))
    if unknown:
        raise ValueError(f"unknown peers {unknown}, known are {sorted(known)}.")
    wanted = [peer for peer in PEERS if names is None or peer.name in names]
    reasons = {peer.name: peer.missing() for peer in wanted}
    present = [peer for peer in wanted if reasons[peer.name] is None]
    return present, [f"{name} is missing: {why}" for name, why in reasons.items() if why]


def versions(peers: Sequence[Peer]) -> dict[str, str]:
    """What was measured, by name: a package with its version, a program's or a library's own."""
    return {peer.name: peer.version() for peer in peers if peer.version is not None}
