"""The compiled loops of the continuous-time reservoir.

Many trajectories advance side by side, the last axis of every array: a recurrent weight is
loaded once for all of them. Tangent vectors are further columns of the same products.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np
import scipy.sparse

from rnn.compiled import compiled
from rnn.readout import Readout

fused = partial(compiled, fuse=True)

# A row's weights are summed in groups of so many: the sums of a group do not wait for each other.
GROUP = 4
# With fewer columns than this, vectors along them cost more than they save.
NARROW = 6
LOG2_E = 1.4426950408889634
# ln 2 in two parts; the first has few digits, so that small whole multiples of it are exact.
LN_2_HIGH, LN_2_LOW = 0.6931471803691238, 1.9082149292705877e-10


class Rows(NamedTuple):
    """A sparse matrix by rows, each filled up with zeros to whole groups."""

    weights: np.ndarray
    columns: np.ndarray
    starts: np.ndarray  # (row + 1,)


class Flow(NamedTuple):
    """The right side of the reservoir's equation, ``rate (-r + tanh(A r + B x + C c + d))``."""

    recurrent: Rows
    inputs: np.ndarray  # (unit, input)
    context: np.ndarray  # (unit, context)
    bias: np.ndarray  # (unit,)
    rate: float


def grouped_rows(matrix: scipy.sparse.csr_array) -> Rows:
    """The rows of a matrix as the loops here read them."""
    counts = np.diff(matrix.indptr)
    starts = np.concatenate([[0], np.cumsum(-(-counts // GROUP) * GROUP)])
    places = np.arange(matrix.nnz) + np.repeat(starts[:-1] - matrix.indptr[:-1], counts)
    weights = np.zeros(starts[-1])
    columns = np.zeros(starts[-1], np.uint64)  # unsigned: not checked for being negative
    weights[places], columns[places] = matrix.data, matrix.indices
    return Rows(weights, columns, starts)


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
def levels(flow: Flow, drive, n_runs, state, x, out):  # type: ignore[no-untyped-def]
    """``tanh(A r + B x + drive)`` of the first ``n_runs`` columns.

    Those that follow are tangents u of the first ones: ``K (A u + B x)`` with K = 1 - tanh^2.
    """
    weights, columns, starts = flow.recurrent
    inputs = flow.inputs
    n_columns = state.shape[1]
    for unit in range(starts.size - 1):
        row = out[unit]
        for run in range(n_runs):
            row[run] = drive[unit, run]
        for run in range(n_runs, n_columns):
            row[run] = 0.0
        for i in range(inputs.shape[1]):
            weight = inputs[unit, i]
            for run in range(n_columns):
                row[run] += weight * x[i, run]
        if n_columns < NARROW:
            for run in range(n_columns):
                total = row[run]
                for p in range(starts[unit], starts[unit + 1], GROUP):
                    total += (
                        weights[p] * state[columns[p], run]
                        + weights[p + 1] * state[columns[p + 1], run]
                    ) + (
                        weights[p + 2] * state[columns[p + 2], run]
                        + weights[p + 3] * state[columns[p + 3], run]
                    )
                row[run] = total
        else:
            for p in range(starts[unit], starts[unit + 1], GROUP):
                w0, w1, w2, w3 = weights[p], weights[p + 1], weights[p + 2], weights[p + 3]
                r0, r1 = state[columns[p]], state[columns[p + 1]]
                r2, r3 = state[columns[p + 2]], state[columns[p + 3]]
                for run in range(n_columns):
                    row[run] += (w0 * r0[run] + w1 * r1[run]) + (w2 * r2[run] + w3 * r3[run])
        if n_columns > n_runs:
            tanh(row[:n_runs])
            for run in range(n_columns - n_runs):
                row[n_runs + run] *= 1.0 - row[run] * row[run]
    if n_columns == n_runs:
        tanh(out.reshape(-1))  # all at once: longer vectors than those of a row


@fused
def apply_readout(readout: Readout, n_runs, state, out):  # type: ignore[no-untyped-def]
    """``W r + offset`` of the first ``n_runs`` columns of a state, ``W u`` of the tangents.

    state (unit, column), out (target, column).
    """
    weights, offset = readout
    for target in range(out.shape[0]):
        for run in range(out.shape[1]):
            out[target, run] = offset[target] if run < n_runs else 0.0
    for unit in range(state.shape[0]):
        for target in range(weights.shape[1]):
            weight = weights[unit, target]
            for run in range(state.shape[1]):
                out[target, run] += weight * state[unit, run]


@fused
def runge_kutta_steps(  # type: ignore[no-untyped-def]
    flow: Flow, dt, stages, readout: Readout, contexts, state, every, kept
):
    """Classic fourth-order Runge-Kutta steps, in place.

    Args:
        stages: (step, 4, input, run) values of the input at the four stages of each step. With
            no steps in it, the loop is closed: the input is what the readout says.
        contexts: (step + 1, context, run), at the ends of the steps and linear in between.
        state: (unit, column), see :func:`levels`.
        every: keep what was reached after each so many steps.
        kept: (step / every, run, unit) states, or (step / every, run, target) outputs in the
            closed loop.
    """
    inputs, context, bias, rate = flow.inputs, flow.context, flow.bias, flow.rate
    n_units, n_columns = state.shape
    n_steps, n_runs = contexts.shape[0] - 1, contexts.shape[2]
    closed = stages.shape[0] == 0
    drive = np.empty((n_units, n_runs))
    x = np.empty((inputs.shape[1], n_columns))
    level = np.empty_like(state)
    point = np.empty_like(state)
    total = np.empty_like(state)
    for step in range(n_steps):
        begin, end = contexts[step], contexts[step + 1]
        # By loops: to assign one array to another takes seconds to compile.
        moves = False
        for c in range(context.shape[1]):
            for run in range(n_runs):
                moves |= begin[c, run] != end[c, run]
        for unit in range(n_units):
            for run in range(n_columns):
                point[unit, run] = state[unit, run]
        for stage in range(4):
            # The second and the third stage are both half a step ahead.
            if (step == 0 and stage == 0) or (moves and stage != 2):
                ahead = 0.5 * ((stage + 1) // 2)
                for unit in range(n_units):
                    for run in range(n_runs):
                        drive[unit, run] = bias[unit]
                    for c in range(context.shape[1]):
                        weight = context[unit, c]
                        for run in range(n_runs):
                            # The last stage is at the very end, where the next step begins.
                            now = end[c, run]
                            if stage < 3:
                                now = begin[c, run] + ahead * (end[c, run] - begin[c, run])
                            drive[unit, run] += weight * now
            if closed:
                apply_readout(readout, n_runs, point, x)
            else:
                for i in range(x.shape[0]):
                    for run in range(n_columns):
                        x[i, run] = stages[step, stage, i, run]
            levels(flow, drive, n_runs, point, x, level)
            share = 1.0 if stage == 0 or stage == 3 else 2.0
            length = dt if stage == 2 else 0.5 * dt
            for unit in range(n_units):
                for run in range(n_columns):
                    slope = rate * (level[unit, run] - point[unit, run])
                    if stage == 0:
                        total[unit, run] = slope
                    else:
                        total[unit, run] += share * slope
                    point[unit, run] = state[unit, run] + length * slope
        for unit in range(n_units):
            for run in range(n_columns):
                state[unit, run] += dt / 6.0 * total[unit, run]
        if (step + 1) % every == 0:
            keep = kept[(step + 1) // every - 1]
            if closed:
                apply_readout(readout, n_runs, state, x)
                for run in range(n_runs):
                    for target in range(x.shape[0]):
                        keep[run, target] = x[target, run]
            else:
                for unit in range(n_units):
                    for run in range(n_runs):
                        keep[run, unit] = state[unit, run]
