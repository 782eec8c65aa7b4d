"""How a trained network holds its memory: what it does in a delay, explained in one sentence.

Without noise, the states after each cue (:class:`rnn.tasks.Memory`) are followed. If they stay
apart for ever, the memory is held in fixed points or in a cycle; if two of them draw together, but
much more slowly than the units forget by themselves, it is held in slow points, or in passing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from rnn.tasks.task import Memory, Task
from rnn.trainable.analysis.cycles import BOUND, LongRun, Separation, long_runs, separation
from rnn.trainable.analysis.delay_states import delay_velocity, noisy_states, quiet_starts
from rnn.trainable.analysis.lifetime import Lifetime, predict_lifetime
from rnn.trainable.analysis.picture import Picture, project
from rnn.trainable.analysis.slow_points import SlowPoint, describe, find_slow_points, size_of
from rnn.trainable.analysis.velocity import Velocity
from rnn.trainable.analysis.words import Kind, sentence
from rnn.trainable.networks import RateNetworks

_SLOW = 5.0  # times the longest time constant of a unit: a memory, or a mode, lasts longer
_SLOW_SPEED = 0.05  # in sizes in the longest time constant of a unit: what is slow is slower
_SAME = 1e-2  # in sizes: ends that are nearer to each other than this are one
_REACH = 1.0  # in sizes: points that are nearer than this can hold a state up
_LEAST_SHOWN_S = 1.0  # of the delay in the picture
_VISITS = 8  # times in the delay at which noisy trials start a search
_JITTER = 0.1  # in sizes: how far these starts are moved by chance


@dataclass(frozen=True, slots=True)
class MemoryAccount:
    """How a network holds its memory. Cues are in the order in which the task tells them.

    "fixed points": it ends in different states, and rests there. "cycle": at least one of them
    is not a state but a cycle. "slow points": two memories draw together, but slowly, because
    they are slow near fixed or slow points. "passage": they do so slowly although they move fast,
    on long ways to the same end.
    "none": they draw together about as fast as units forget. "unclear": the network is irregular
    or grows without bounds. All of this is without noise; noise can end a memory much earlier
    than the network comes to rest, and ``lifetime`` tells when.
    """

    kind: Kind
    sentence: str
    size: float  # of the states in the delay, in which distances are told
    points: tuple[SlowPoint, ...]  # the slowest first
    distances: np.ndarray  # (point,): from the ways of the picture, in sizes
    runs: tuple[LongRun, ...]  # (cue,)
    separation: Separation  # of the two that draw together soonest
    lifetime: Lifetime
    picture: Picture


def explain(
    networks: RateNetworks,
    index: int,
    task: Task | Memory,
    dt_s: float,
    *,
    rng: np.random.Generator,
    n_starts: int = 64,
    n_components: int = 3,
    longest_run_s: float = 240.0,
    longest_delay_s: float = 60.0,
    n_trials: int = 64,
) -> MemoryAccount:
    """Explain how one network of a stack holds a cue through the delay.

    Args:
        networks: a stack.
        index: which of them.
        task: what it was trained on, or what of it is to be held.
        dt_s: the step of its runs; points and eigenvalues do not depend on it.
        rng: noise, and where searches start.
        n_starts: of the search for fixed and slow points.
        n_components: of the picture, at most one for each unit.
        longest_run_s: of the runs without noise.
        longest_delay_s: at which the lifetime is still looked for.
        n_trials: with noise, of each cue.

    Raises:
        IndexError: if there is no such network.
        ValueError: if the task is not one for these networks, asks nothing to be held, or two
            cues leave the network in one state.
        ArithmeticError: if the network grows without bounds within the delay.
    """
    search_rng, life_rng = rng.spawn(2)
    memory = task if isinstance(task, Memory) else task.memory(dt_s)
    if memory is None:
        raise ValueError("the task asks nothing to be held: there is no memory to explain.")
    velocity = delay_velocity(networks, index, memory)
    starts = quiet_starts(networks, index, memory, dt_s)
    n_shown = round(max(memory.longest_s, _LEAST_SHOWN_S) / dt_s)
    ways = velocity.trajectory(starts, n_shown, dt_s)  # (time, cue, unit)
    if not np.abs(ways).max() < BOUND:
        raise ArithmeticError("the network grows without bounds within the delay.")
    visited = ways.reshape(-1, ways.shape[2])
    size = size_of(visited)
    pairs = list(combinations(range(len(starts)), 2))
    for a, b in pairs:
        if not np.linalg.norm(starts[a] - starts[b]) > 1e-9 * np.linalg.norm(starts):
            raise ValueError(
                f"{memory.names[a]} and {memory.names[b]} leave the network in one state: "
                "does it hear them?"
            )
    runs, path, sample_s = long_runs(velocity, starts, dt_s, size=size, longest_s=longest_run_s)
    ended = all(run.kind in ("rest", "cycle") for run in runs)
    gaps = [separation(path[:, pair], sample_s, ended=ended, same=_SAME * size) for pair in pairs]
    soonest = min(range(len(pairs)), key=lambda k: (gaps[k].decay_s, gaps[k].halving_s))
    apart, nearing = gaps[soonest], pairs[soonest]
    unit_s = float(velocity.tau_s.max())
    searched = [
        _starts(networks, index, memory, dt_s, n_starts, size, search_rng),
        *(run.state[None] for run in runs if run.kind == "rest"),
    ]
    points = find_slow_points(
        velocity, np.concatenate(searched), size=size, slow=_SLOW_SPEED / unit_s
    )
    distances = np.array([np.linalg.norm(visited - p.state, axis=1).min() for p in points]) / size
    lifetime = predict_lifetime(
        networks, index, memory, dt_s, rng=life_rng, longest_s=longest_delay_s, n_trials=n_trials
    )
    holding = _holding(velocity, path[:, nearing], sample_s, points, apart, size, unit_s)
    lasts = max(apart.halving_s, lifetime.lifetime_s) >= _SLOW * unit_s
    kind = _kind(runs, apart, lasts, bool(holding))
    ends = [run.state for run in runs] if kind == "fixed points" else []
    rest = describe(velocity, np.array(ends).reshape(-1, ways.shape[2]), np.inf)
    return MemoryAccount(
        kind=kind,
        sentence=sentence(
            kind,
            runs,
            rest,
            apart,
            holding,
            lifetime,
            size,
            memory,
            [memory.names[k] for k in nearing],
        ),
        size=size,
        points=points,
        distances=distances,
        runs=runs,
        separation=apart,
        lifetime=lifetime,
        picture=project(
            ways,
            np.array([point.state for point in points]).reshape(-1, ways.shape[2]),
            dt_s,
            n_components,
        ),
    )


def _starts(
    networks: RateNetworks,
    index: int,
    memory: Memory,
    dt_s: float,
    n_starts: int,
    size: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """Where searches start, (start, unit).

    Half of them are states of noisy trials in the delay. The other half lie on lines from a state
    after one cue to a state after another: what parts the two is not visited. All are moved a
    little.
    """
    noise_rng, choice_rng, jitter_rng = rng.spawn(3)
    times_s = np.linspace(0.0, max(memory.longest_s, _LEAST_SHOWN_S), _VISITS)
    states = noisy_states(
        networks,
        index,
        memory,
        dt_s,
        times_s.tolist(),
        n_trials=-(-n_starts // _VISITS),
        rng=noise_rng,
    )
    visited = np.concatenate(list(states), 1)  # (cue, state, unit)
    pairs = np.array(list(combinations(range(len(visited)), 2)))
    ends = pairs[np.arange(n_starts) // 2 % len(pairs)].T
    one, other = (visited[end, choice_rng.integers(0, visited.shape[1], n_starts)] for end in ends)
    share = choice_rng.random((n_starts, 1))
    share[::2] = np.round(share[::2])
    starts = share * one + (1.0 - share) * other
    scale = _JITTER * size / np.sqrt(starts.shape[1])
    return starts + scale * jitter_rng.standard_normal(starts.shape)


def _holding(
    velocity: Velocity,
    path: np.ndarray,
    sample_s: float,
    points: tuple[SlowPoint, ...],
    apart: Separation,
    size: float,
    unit_s: float,
) -> list[SlowPoint]:
    """Points that explain why two runs (time, 2, unit) draw together slowly.

    That is the fixed point at which both end, if its slowest mode is about as slow; or else the
    points near the runs while both are slow.
    """
    seen_s = apart.halving_s if np.isfinite(apart.halving_s) else np.log(2.0) * apart.decay_s
    end = path[-1].mean(0)
    fixed = [point for point in points if point.kind == "fixed"]
    if fixed:
        nearest = min(fixed, key=lambda point: float(np.linalg.norm(point.state - end)))
        if nearest.time_constant_s >= max(_SLOW * unit_s, 0.5 * seen_s / np.log(2.0)):
            return [nearest]
    first = round(_SLOW * unit_s / sample_s)  # what units forget by themselves is over by then
    held = path[first : max(first + 1, round(min(seen_s / sample_s, len(path))))]
    speeds = np.stack([np.linalg.norm(velocity(held[:, i]), axis=1) for i in (0, 1)]).max(0)
    slow = held[speeds < _SLOW_SPEED / unit_s * size].reshape(-1, len(end))
    return [
        point
        for point in points
        if (point.kind == "slow" or point.time_constant_s >= _SLOW * unit_s)
        and (np.linalg.norm(slow - point.state, axis=1) < _REACH * size).any()
    ]


def _kind(runs: Sequence[LongRun], apart: Separation, lasts: bool, held_up: bool) -> Kind:
    ends = [run.kind for run in runs]
    if "growth" in ends or "irregular" in ends:
        return "unclear"
    if np.isinf(apart.decay_s) and "drift" not in ends:
        return "cycle" if "cycle" in ends else "fixed points"
    if not lasts:
        return "none"
    return "slow points" if held_up else "passage"
