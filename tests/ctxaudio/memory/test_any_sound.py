"""What is known of a song is not asked of a memory that is of none."""

from __future__ import annotations

import pytest

from ctxaudio import DataError
from ctxaudio.effect.context_shift import check_song
from ctxaudio.memory.learned import what_was_learned
from ctxaudio.memory.song_memory import check_network, for_any_sound


@pytest.mark.parametrize("ask", [what_was_learned, lambda memory: check_song(memory, None)])
def test_a_memory_of_no_song_in_particular_says_so(loudness_memory, ask):
    with pytest.raises(DataError, match="of no song in particular"):
        ask(for_any_sound(loudness_memory, 8_000))


@pytest.mark.parametrize("network", ["", "Reservoir", "lstm"])
def test_a_network_of_no_known_kind_is_refused_with_those_there_are(network):
    with pytest.raises(DataError, match=f"one of reservoir, trained, got {network!r}"):
        check_network(network)
