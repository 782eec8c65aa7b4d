"""The time map: which moment of a song is heard when, at another speed.

On the whole the song passes at ``speed``. Through each attack it passes at its own, so that the
attack stays whole, and what that costs is made up for until the next one: every onset is heard
when it is due, at its own time over the speed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ctxaudio.synthesis.stays import noise_stays

# What passes at the song's own speed, in seconds: before an attack, and after one that lasts and
# one that dies away at once.
BEFORE_S = 0.012
LASTING_S, DYING_S = 0.015, 0.07

# Between two attacks the song passes at most so many times as fast, or as slowly, as on the whole.
_UNEVEN = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class TimeMap:
    """Straight from corner to corner, in samples; time that is outside passes as it does."""

    made: np.ndarray  # (corner,) of what is made, ascending from 0 to its end
    song: np.ndarray  # (corner,) of the song, ascending from 0 to its end
    onsets: np.ndarray  # (onset, 2) where something begins: in what is made, and in the song
    stays: np.ndarray  # (stay, 2) for noise: where each begins, and how far the song is behind

    @classmethod
    def uniform(cls, n_samples: int, speed: float) -> TimeMap:
        """A song without attacks."""
        nowhere = np.zeros(0, np.int64)
        return cls.through(n_samples, speed, nowhere, nowhere, nowhere, 1)

    @classmethod
    def through(
        cls,
        n_samples: int,
        speed: float,
        attacks: np.ndarray,
        dying: np.ndarray,
        onsets: np.ndarray,
        sample_rate: int,
        hop: int = 512,
    ) -> TimeMap:
        """A song whose attacks stay whole.

        Args:
            n_samples: of the song, at least 1.
            speed: 2 is twice as fast.
            attacks: (attack,) samples, ascending, each once.
            dying: (attack,) from 0, of what lasts, to 1, of what dies away at once.
            onsets: (onset,) samples of these and all that begins more softly.
            sample_rate: in Hz.
            hop: samples of a step.

        >>> when = TimeMap.through(8000, 0.5, np.array([4000]), np.ones(1), np.array([4000]), 8000)
        >>> when.n_made
        16000
        >>> when.song_at(np.array([0, 7990, 8000, 8010, 16000])).tolist()
        [0, 3990, 4000, 4010, 8000]
        """
        n_out = n_made(n_samples, speed)
        due = np.round(attacks / speed).astype(np.int64)
        apart = (np.diff(due, prepend=0) > 0) & (attacks < n_samples) & (due < n_out)
        attacks, dying, due = attacks[apart], dying[apart], due[apart]
        song = np.concatenate([[0], attacks, [n_samples]])
        made = np.concatenate([[0], due, [n_out]])
        afters = np.concatenate([[0.0], LASTING_S + (DYING_S - LASTING_S) * dying])
        corners = []
        for i in range(len(song) - 1):
            gap, lasts = song[i + 1] - song[i], made[i + 1] - made[i]
            wanted = np.array([afters[i], BEFORE_S * (i < len(attacks))]) * sample_rate
            room = _room(gap, lasts)
            if wanted.sum() > room:
                wanted *= room / wanted.sum()
            after, before = np.floor(wanted).astype(np.int64)
            corners += [(made[i], song[i]), (made[i] + after, song[i] + after)]
            corners += [(made[i + 1] - before, song[i + 1] - before)]
        corners.append((made[-1], song[-1]))
        unique = np.unique(np.array(corners, np.float64), axis=0)
        begins = np.stack([np.interp(onsets, unique[:, 1], unique[:, 0]), onsets], axis=1)
        ends = np.array([[0, 0], [made[-1], song[-1]]])
        return cls(
            made=unique[:, 0],
            song=unique[:, 1],
            onsets=np.round(begins).astype(np.int64),
            stays=noise_stays(np.stack([due, attacks], axis=1), ends, hop),
        )

    @property
    def n_made(self) -> int:
        """How long it gets."""
        return int(self.made[-1])

    def stay_of(self, made: np.ndarray) -> np.ndarray:
        """Which stay some samples of what is made are in; what comes before is in the first."""
        return np.maximum(np.searchsorted(self.stays[:, 0], made, side="right") - 1, 0)

    def song_at(self, made: np.ndarray) -> np.ndarray:
        """The song's samples that are heard at some of what is made."""
        inside = np.round(np.interp(made, self.made, self.song)).astype(np.int64)
        first, last = int(self.made[0]), int(self.made[-1])
        return inside + np.minimum(made - first, 0) + np.maximum(made - last, 0)

    def made_at(self, song: int) -> int:
        """Where a sample of the song is heard."""
        return round(float(np.interp(song, self.song, self.made)))

    def repeated(self, first: int, last: int) -> TimeMap:
        """The song over and over, from one repetition to another; the one numbered 0 is this."""
        n_made, n_song = self.n_made, int(self.song[-1])
        times = range(first, last + 1)
        return TimeMap(
            made=np.concatenate([self.made + i * n_made for i in times]),
            song=np.concatenate([self.song + i * n_song for i in times]),
            onsets=np.concatenate(
                [self.onsets + np.array([i * n_made, i * n_song]) for i in times]
            ),
            stays=np.concatenate(
                [self.stays + np.array([i * n_made, i * (n_made - n_song)]) for i in times]
            ),
        )


def n_made(n_samples: int, speed: float) -> int:
    """How long so many samples get at a speed."""
    return max(round(n_samples / speed), 1)


def _room(gap: float, lasts: float) -> float:
    """How much of a gap may pass at the song's own speed, for the rest to pass evenly enough."""
    speed = gap / lasts
    rest = speed * _UNEVEN if speed > 1.0 else speed / _UNEVEN
    # gap - room = rest (lasts - room)
    return max((rest * lasts - gap) / (rest - 1.0), 0.0) if rest != 1.0 else float(gap)
