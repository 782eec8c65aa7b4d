"""The compiled loops of the continuous-time reservoir.

A run by itself has eight units in the lanes of :mod:`rnn.lanes`; of several, eight have a lane
each, and a recurrent weight is loaded once for all of them. Each run's sums are in the same order
either way. Arrays of work are flat, (unit, run) by rows, filled up to eights with zeros.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

import numpy as np
import scipy.sparse

from rnn.compiled import compiled
from rnn.lanes import LANES, gather, load, load_row, scatter, spread, store
from rnn.readout import Readout

fused = partial(compiled, fuse=True)

# A row's weights are summed in groups of so many: the sums of a group do not wait for each other.
GROUP = 4
# Fewer runs than this take less time one by one.
FEW = 3
LOG2_E = 1.4426950408889634
# ln 2 in two parts; the first has few digits, so that small whole multiples of it are exact.
LN_2_HIGH, LN_2_LOW = 0.6931471803691238, 1.9082149292705877e-10


class Slices(NamedTuple):
    """A sparse matrix by slices of eight rows, filled up with zeros to whole groups.

    A slice has the first weight of each of its rows, the second of each, and so on: SELL-C-sigma
    (Kreutzer et al. 2014). The longest rows come first, for slices to be of rows of one length.
    """

    weights: np.ndarray
    columns: np.ndarray  # of 32 bits
    starts: np.ndarray  # (slice + 1,)
    rows: np.ndarray  # (slice * LANES,) 32 bits: which of the matrix, or empty behind its last


class Flow(NamedTuple):
    """The right side of the reservoir's equation, ``rate (-r + tanh(A r + B x + C c + d))``."""

    recurrent: Slices
    inputs: np.ndarray  # (input, unit), see :func:`filled`
    context: np.ndarray  # (unit, context)
    bias: np.ndarray  # (unit,)
    rate: float
    dt: float  # of a step


def sliced(matrix: scipy.sparse.csr_array) -> Slices:
    """A matrix as the loops here read it."""
    counts = np.diff(matrix.indptr)
    lengths = np.pad(counts, (0, -len(counts) % LANES))
    rows = np.argsort(-lengths, kind="stable")
    n_groups = -(-lengths[rows[::LANES]] // GROUP)
    starts = np.concatenate([[0], np.cumsum(n_groups * GROUP * LANES)])
    rank = np.argsort(rows)[: len(counts)]
    begins = starts[rank // LANES] + rank % LANES  # of each row; its weights are LANES apart
    places = np.repeat(begins - LANES * matrix.indptr[:-1], counts) + LANES * np.arange(matrix.nnz)
    # To lie across two cache lines costs loads of eight weights a tenth of the time.
    weights = np.zeros(starts[-1] + LANES)
    weights = weights[-weights.ctypes.data // weights.itemsize % LANES :][: starts[-1]]
    columns = np.zeros(starts[-1], np.uint32)
    weights[places], columns[places] = matrix.data, matrix.indices
    return Slices(weights, columns, starts, rows.astype(np.uint32))


def filled(numbers: np.ndarray) -> np.ndarray:
    """Numbers as doubles, with zeros behind the last of the last axis up to whole eights."""
    *others, n = numbers.shape
    whole = np.zeros((*others, n + -n % LANES))
    whole[..., :n] = numbers
    return whole


def side_by_side(n_runs: int) -> Iterator[tuple[int, int]]:
    """Runs that are best advanced together: the first of them, and how many.

    >>> list(side_by_side(19)), list(side_by_side(10))
    ([(0, 8), (8, 8), (16, 3)], [(0, 8), (8, 1), (9, 1)])
    """
    first = 0
    while first < n_runs:
        left = n_runs - first
        yield first, min(left, LANES) if left >= FEW else 1
        first += LANES if left >= FEW else 1


@fused
def tanh(x):  # type: ignore[no-untyped-def]
    """The hyperbolic tangent of each of x (any,), in place, to 3e-16.

    tanh |x| = (1 - e) / (1 + e) with e = exp(-2 |x|) = 2^k exp(g), |g| <= ln 2 / 2, and exp(g) by
    its series. Without a branch or a call, the loop runs on whole vectors; libm's does not.
    """
    for i in range(x.size):
        y = min(abs(x[i]), 20.0) * -2.0
        k = np.rint(y * LOG2_E)
        g = (y - k * LN_2_HIGH) - k * LN_2_LOW
        e = 1.0 / 6227020800.0
        e = e * g + 1.0 / 479001600.0
        e = e * g + 1.0 / 39916800.0
        e = e * g + 1.0 / 3628800.0
        e = e * g + 1.0 / 362880.0
        e = e * g + 1.0 / 40320.0
        e = e * g + 1.0 / 5040.0
        e = e * g + 1.0 / 720.0
        e = e * g + 1.0 / 120.0
        e = e * g + 1.0 / 24.0
        e = e * g + 1.0 / 6.0
        e = e * g + 0.5
        e = e * g + 1.0
        e = e * g + 1.0
        # The bits of the double 2^k: its exponent alone.
        e *= np.int64((np.int64(k) + 1023) << 52).view(np.float64)
        x[i] = np.copysign((1.0 - e) / (1.0 + e), x[i])


@fused
def add_products(matrix: Slices, width, state, out):  # type: ignore[no-untyped-def]
    """``out += A r`` of a run, or of eight: ``width`` is 1 or 8."""
    weights, columns, starts, rows = matrix
    for first in range(0, rows.size, LANES):
        begin, end = starts[first // LANES], starts[first // LANES + 1]
        if width == 1:
            total = gather(out, rows, first)
            for p in range(begin, end, GROUP * LANES):
                q, r, s = p + LANES, p + 2 * LANES, p + 3 * LANES
                total = total + (
                    (
                        load(weights, p) * gather(state, columns, p)
                        + load(weights, q) * gather(state, columns, q)
                    )
                    + (
                        load(weights, r) * gather(state, columns, r)
                        + load(weights, s) * gather(state, columns, s)
                    )
                )
            scatter(out, rows, first, total)
        else:
            for lane in range(LANES):
                place = rows[first + lane] * LANES
                total = load(out, place)
                for p in range(begin + lane, end, GROUP * LANES):
                    q, r, s = p + LANES, p + 2 * LANES, p + 3 * LANES
                    total = total + (
                        (
                            spread(weights, p) * load_row(state, columns, p)
                            + spread(weights, q) * load_row(state, columns, q)
                        )
                        + (
                            spread(weights, r) * load_row(state, columns, r)
                            + spread(weights, s) * load_row(state, columns, s)
                        )
                    )
                store(out, place, total)


@fused
def add_inputs(inputs, width, x, out):  # type: ignore[no-untyped-def]
    """``out += B x`` of inputs (input, unit)."""
    n_inputs, n_units = inputs.shape
    for place in range(0, n_units * width, LANES):
        total = load(out, place)
        for i in range(n_inputs):
            if width == 1:
                total = total + load(inputs, i * n_units + place) * spread(x, i)
            else:
                unit = place // LANES
                total = total + spread(inputs, i * n_units + unit) * load(x, i * LANES)
        store(out, place, total)


@fused
def levels(flow: Flow, drive, width, state, x, out):  # type: ignore[no-untyped-def]
    """``tanh(A r + B x + drive)``.

    Where ``state`` is twice as long, the second half are tangents u of the first one's runs, and
    so is ``x``. To ``out`` come ``K (A u + B x)`` of these, with K = 1 - tanh^2.
    """
    n = drive.size
    for i in range(out.size):
        out[i] = drive[i] if i < n else 0.0
    for half in range(out.size // n):
        of_half = out[half * n : (half + 1) * n]
        x_of_half = x[half * (x.size // 2) : (half + 1) * (x.size // 2)]
        add_inputs(flow.inputs, width, x_of_half, of_half)
        add_products(flow.recurrent, width, state[half * n : (half + 1) * n], of_half)
    tanh(out[:n])
    for i in range(out.size - n):
        out[n + i] *= 1.0 - out[i] * out[i]


@fused
def apply_readout(readout: Readout, n_targets, width, state, out):  # type: ignore[no-untyped-def]
    """``W r + offset`` of a run or of eight, by a readout that is :func:`filled`.

    Sums go from unit to unit; what waits for each other is beside what does not.
    """
    weights, offset = readout
    n_units, n_filled = weights.shape
    if width == 1:
        for target in range(0, n_targets, LANES):
            total = load(offset, target)
            for unit in range(n_units):
                total = total + load(weights, unit * n_filled + target) * spread(state, unit)
            store(out, target, total)
    else:
        for target in range(0, n_targets, 4):
            t0, t1 = spread(offset, target), spread(offset, target + 1)
            t2, t3 = spread(offset, target + 2), spread(offset, target + 3)
            for unit in range(n_units):
                levels, place = load(state, unit * LANES), unit * n_filled + target
                t0 = t0 + spread(weights, place) * levels
                t1 = t1 + spread(weights, place + 1) * levels
                t2 = t2 + spread(weights, place + 2) * levels
                t3 = t3 + spread(weights, place + 3) * levels
            store(out, target * LANES, t0)
            store(out, (target + 1) * LANES, t1)
            store(out, (target + 2) * LANES, t2)
            store(out, (target + 3) * LANES, t3)


@fused
def runge_kutta_steps(  # type: ignore[no-untyped-def]
    flow: Flow, stages, readout: Readout, contexts, state, every, kept, runs
):
    """Classic fourth-order Runge-Kutta steps of some of the runs, in place.

    Args:
        stages: (step, 4, input, run) values of the input at the four stages of each step. With
            no steps in it, the loop is closed: the input is what the readout says.
        readout: its targets filled up with zeros, see :func:`filled`.
        contexts: (step + 1, context, run), at the ends of the steps and linear in between.
        state: (unit, run), and behind the runs a column for each tangent of the first of them.
        every: keep what was reached after each so many steps.
        kept: (step / every, run, unit) states, or (step / every, run, target) outputs in the
            closed loop.
        runs: the first of those that are advanced, and how many, see :func:`side_by_side`.
    """
    first, n_here = runs
    context, bias, rate, dt = flow.context, flow.bias, flow.rate, flow.dt
    n_units = bias.size
    n_inputs, n_filled = flow.inputs.shape
    n_steps, n_runs = contexts.shape[0] - 1, contexts.shape[2]
    n_tangents = max(0, min(state.shape[1] - n_runs - first, n_here))
    width = 1 if n_here == 1 else LANES
    n = n_filled * width
    closed = stages.shape[0] == 0
    half = readout.offset.size * width  # of the inputs, as they are read out
    of_tangents = Readout(readout.weights, np.zeros(readout.offset.size))
    drive = np.zeros(n)
    x = np.zeros(2 * half)
    now = np.zeros(2 * n if n_tangents > 0 else n)
    level = np.zeros(now.size)
    point = np.zeros(now.size)
    total = np.zeros(now.size)
    for unit in range(n_units):
        for run in range(n_here):
            now[unit * width + run] = state[unit, first + run]
        for run in range(n_tangents):
            now[n + unit * width + run] = state[unit, n_runs + first + run]
    is_read = False  # what was kept is where the next step begins
    for step in range(n_steps):
        begin, end = contexts[step], contexts[step + 1]
        moves = False
        for c in range(context.shape[1]):
            for run in range(first, first + n_here):
                moves |= begin[c, run] != end[c, run]
        # By loops: to assign one array to another takes seconds to compile.
        for i in range(now.size):
            point[i] = now[i]
            total[i] = 0.0
        for stage in range(4):
            # The second and the third stage are both half a step ahead.
            if (step == 0 and stage == 0) or (moves and stage != 2):
                ahead = 0.5 * ((stage + 1) // 2)
                for unit in range(n_units):
                    for run in range(n_here):
                        there = bias[unit]
                        for c in range(context.shape[1]):
                            # The last stage is at the very end, where the next step begins.
                            at = end[c, first + run]
                            if stage < 3:
                                at = begin[c, first + run] + ahead * (at - begin[c, first + run])
                            there += context[unit, c] * at
                        drive[unit * width + run] = there
            if closed:
                if stage > 0 or not is_read:
                    apply_readout(readout, n_inputs, width, point, x)
                if n_tangents > 0:
                    apply_readout(of_tangents, n_inputs, width, point[n:], x[half:])
            else:
                for i in range(n_inputs):
                    for run in range(n_here):
                        x[i * width + run] = stages[step, stage, i, first + run]
            levels(flow, drive, width, point, x, level)
            share = 1.0 if stage == 0 or stage == 3 else 2.0
            length = dt if stage == 2 else 0.5 * dt
            for i in range(now.size):
                slope = rate * (level[i] - point[i])
                total[i] += share * slope
                point[i] = now[i] + length * slope
        for i in range(now.size):
            now[i] += dt / 6.0 * total[i]
        is_read = closed and (step + 1) % every == 0
        if (step + 1) % every == 0:
            keep = kept[(step + 1) // every - 1]
            if closed:
                apply_readout(readout, n_inputs, width, now, x)
                for run in range(n_here):
                    for target in range(n_inputs):
                        keep[first + run, target] = x[target * width + run]
            else:
                for run in range(n_here):
                    for unit in range(n_units):
                        keep[first + run, unit] = now[unit * width + run]
    for unit in range(n_units):
        for run in range(n_here):
            state[unit, first + run] = now[unit * width + run]
        for run in range(n_tangents):
            state[unit, n_runs + first + run] = now[n + unit * width + run]
