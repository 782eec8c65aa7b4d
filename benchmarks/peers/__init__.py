"""Pitch shifters to compare, each behind one signature.

A shifter takes ``(samples, rate, semitones)`` with (channel, time) float32 samples and returns as
many samples. A :class:`Peer` is prepared once for a sound and then called with semitones: most do
nothing to prepare, ``ctxaudio`` teaches its memory.
"""

from benchmarks.peers.found import CONTROL, OURS, PEERS, REFERENCE, find_peers, versions
from benchmarks.peers.peer import Peer, Prepared
from benchmarks.peers.rubberband import rubberband_r3
from benchmarks.peers.stretchers import signalsmith

__all__ = [
    "CONTROL",
    "OURS",
    "PEERS",
    "REFERENCE",
    "Peer",
    "Prepared",
    "find_peers",
    "rubberband_r3",
    "signalsmith",
    "versions",
]
