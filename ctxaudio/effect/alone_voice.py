"""The voice of a memory that sings alone: what it recalls becomes sound, block after block."""

from __future__ import annotations

import numpy as np

from ctxaudio.analysis.bands import REFERENCE_HZ, BandConfig
from ctxaudio.analysis.noise_bands import LOOKS
from ctxaudio.analysis.partials import N_SLOTS
from ctxaudio.analysis.sinusoids import NO_ATTACK, SILENT_DB, Sinusoids
from ctxaudio.memory.alone.between import Placed, at_places, silence
from ctxaudio.memory.alone.memory import AloneMemory
from ctxaudio.memory.alone.recalled import AloneRecall
from ctxaudio.synthesis.noise_bands import NoiseState, make_noise
from ctxaudio.synthesis.oscillators import BankState, bank_of, oscillate

AHEAD = 2  # frames that are recalled before they sound

_SILENT = 10.0 ** (SILENT_DB / 10.0)


class AloneVoice:
    """What a memory sings with: oscillators and noise, which go on from block to block."""

    def __init__(self, memory: AloneMemory) -> None:
        self._recall = AloneRecall(memory)
        self._hop, self._rate = memory.frames.hop, memory.sample_rate
        self._n_channels, self._scale = memory.n_channels, np.float32(memory.full_scale)
        self._rng = np.random.default_rng(memory.seed)
        self._oscillators = BankState.zeros(N_SLOTS)
        # Frames that are looked at before they sound.
        self._waiting = silence(0, memory.n_channels, self._recall.noise_st).tones
        self._noise = NoiseState.zeros(memory.n_channels, self._hop)
        self._early = np.zeros((memory.n_channels, 0), np.float32)  # noise that waits for these
        self._attack = NO_ATTACK  # of the frame before
        self._skipped = self._hop // 2  # samples that noise begins before the first frame

    def recall(
        self, places: np.ndarray, speed: float, contexts: np.ndarray, *, is_new: bool = False
    ) -> np.ndarray:
        """Recall some places of the song; the samples (channel, time) that are ready then.

        Those are of all frames so far but the last two.

        Args:
            places: (frame,) of :func:`ctxaudio.memory.alone.between.at_places`.
            speed: of the same.
            contexts: (frame,)
            is_new: whether the first place does not follow the one before. It is silent then: no
                partial goes on as another.
        """
        placed = at_places(self._recall, places, speed, contexts)
        if is_new:
            placed.tones.level_db[0] = SILENT_DB
        return self._sing(placed)

    def _sing(self, placed: Placed) -> np.ndarray:
        waiting = Sinusoids(*map(np.concatenate, zip(self._waiting, placed.tones, strict=True)))
        bank = bank_of(waiting, self._hop, self._rate, self._n_channels)
        sound, self._oscillators = oscillate(bank, self._hop, self._rate, self._oscillators)
        self._waiting = Sinusoids(*(part[-AHEAD:] for part in waiting))
        noise = np.concatenate([self._early, self._make_noise(placed)], axis=1)
        n = sound.shape[1]
        self._early = noise[:, n:]
        return self._scale * (sound + noise[:, :n])

    def heard_bands(self, bands: BandConfig) -> np.ndarray:
        """(2 band,) pitches in semitones above 440 Hz, then levels in dB, recalled last."""
        level_db, pitch = self._waiting.level_db[-1], self._waiting.pitch[-1]
        power = np.where(level_db > SILENT_DB, 10.0 ** (level_db / 10.0), 0.0)
        away = np.abs(pitch[:, None] - bands.centres) / bands.axis.width
        shares = np.maximum(1.0 - away, 0.0) * power[:, None]
        total = shares.sum(axis=0)
        mean = (shares * pitch[:, None]).sum(axis=0) / np.maximum(total, _SILENT)
        pitches = np.where(total > _SILENT, mean, bands.centres)
        return np.concatenate([pitches, 10.0 * np.log10(np.maximum(total, _SILENT))])

    def end(self) -> np.ndarray:
        """The last samples, after which nothing sounds."""
        return self._sing(silence(AHEAD, self._n_channels, self._recall.noise_st))

    def _make_noise(self, placed: Placed) -> np.ndarray:
        noise, attack = placed.noise, placed.tones.attack
        n_channels, n_frames, _, n_bands = noise.level_db.shape
        opens = _opens(np.concatenate([[self._attack], attack]), self._hop)
        self._attack = attack[-1]
        hertz = REFERENCE_HZ * 2.0 ** (np.maximum.accumulate(placed.noise_st, axis=1) / 12.0)
        made, self._noise = make_noise(
            noise.level_db.reshape(n_channels, n_frames * LOOKS, n_bands),
            np.repeat(np.clip(noise.likeness, 0.0, 1.0), LOOKS, axis=0),
            np.repeat(hertz, LOOKS, axis=0),
            opens,
            self._hop,
            self._rate,
            self._noise,
            self._rng,
        )
        made, self._skipped = made[:, self._skipped :], 0
        return made


def _opens(attacks: np.ndarray, hop: int) -> np.ndarray:
    """Samples of each look's window that an attack comes after, from the attacks (1 + frame,) of
    frames and the one before them.
    """
    look = np.arange(LOOKS) * hop / LOOKS
    opens = np.zeros((len(attacks) - 1, LOOKS), np.int64)
    for back, attack in enumerate((attacks[1:], attacks[:-1])):
        after = look + back * hop - attack[:, None] * hop  # samples from the attack to the look
        opened = np.round(hop / 2 - after).astype(np.int64)
        opens = np.where((attack[:, None] > -0.5) & (after >= 0.0), opened, opens)
    return np.clip(opens, 0, hop).ravel()
