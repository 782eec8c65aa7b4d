"""Forward through time and back again for one network on a processor, compiled.

The same as :mod:`rnn.trainable.gradients.through_time`, where the mathematics is: tests hold the
two together. A network's weights, and a few steps of its trials, stay in the cache from the first
step to the last, and nothing is waited for in between; networks are shared out among threads.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np

from rnn.compiled import compiled

fused = partial(compiled, fuse=True)

_BLOCK = 10  # steps whose part in the gradient is added up in one product
_NEGLIGIBLE = 1e-20


class Network(NamedTuple):
    """The weights that act of one network, in steps."""

    matrix: np.ndarray  # (unit + output, column): unit rows times alpha
    initial: np.ndarray  # (unit,)
    alpha: np.ndarray  # (unit,)
    noise: np.ndarray  # (unit,): standard deviation that a step adds


class Lesson(NamedTuple):
    """What a network is given, and what is asked of it."""

    given: np.ndarray  # (time, trial, column - unit): inputs, contexts and 1
    noise: np.ndarray  # (time or more, trial, unit): standard normal
    targets: np.ndarray  # (time, trial, output)
    mask: np.ndarray  # (time, trial), which sums to 1


class Scratch(NamedTuple):
    """Memory to work in."""

    rates: np.ndarray  # (time + 1, trial, column)
    slopes: np.ndarray  # (time, trial, unit) or more, in the rate form


class Slope(NamedTuple):
    """What becomes the gradient."""

    matrix: np.ndarray  # (unit + output, column): by the matrix before alpha
    initial: np.ndarray  # (unit,): by the initial state


@fused
def learn(rate_form, network, lesson, penalty, scratch, slope):  # type: ignore[no-untyped-def]
    """Gradient, outputs, loss and Ω of one network.

    Args:
        rate_form: or the current form.
        network: a :class:`Network`.
        lesson: a :class:`Lesson`.
        penalty: weight of Ω.
        scratch: a :class:`Scratch`.
        slope: a :class:`Slope`, which is filled.

    Returns:
        Outputs (time, trial, output), loss and Ω.
    """
    matrix, initial, alpha, noise_scale = network
    given, noise, targets, mask = lesson
    rates, slopes = scratch
    gradient, slope_initial = slope
    n_times, n_trials, n_outputs = targets.shape
    n = initial.size
    n_columns = matrix.shape[1]
    number = matrix.dtype.type  # a double among singles would slow down whole loops
    zero, one = number(0.0), number(1.0)
    keep = one - alpha
    across = np.ascontiguousarray(matrix.T)
    through = np.ascontiguousarray(matrix[:n, :n])
    outputs = np.empty_like(targets)
    state = np.empty((n_trials, n), matrix.dtype)
    # By loops: to assign one array to another takes seconds to compile.
    for b in range(n_trials):
        for i in range(n):
            state[b, i] = initial[i]
    summed = np.empty((n_trials, n + n_outputs), matrix.dtype)
    for time in range(n_times + 1):
        for b in range(n_trials):
            columns, own = rates[time, b], state[b]
            if rate_form:
                for i in range(n):
                    columns[i] = own[i]
            else:
                for i in range(n):
                    columns[i] = max(own[i], zero)
            for i in range(n, n_columns):
                columns[i] = given[time, b, i - n] if time < n_times else zero
            columns[n_columns - 1] = one
        np.dot(rates[time], across, summed)
        if time > 0:
            for b in range(n_trials):
                for o in range(n_outputs):
                    outputs[time - 1, b, o] = summed[b, n + o]
        if time == n_times:
            break
        for b in range(n_trials):
            own, driven, kicks = state[b], summed[b], noise[time, b]
            if rate_form:
                steep = slopes[time, b]
                for i in range(n):
                    bent = np.tanh(driven[i] / alpha[i])
                    steep[i] = one - bent * bent
                    driven[i] = alpha[i] * bent
            for i in range(n):
                own[i] = driven[i] + keep[i] * own[i] + noise_scale[i] * kicks[i]

    loss, omega = 0.0, 0.0
    each = 1.0 / n_trials
    adjoint = np.zeros((n_trials, n), matrix.dtype)
    sent = np.zeros((_BLOCK, n_trials, n), matrix.dtype)
    pulled = np.empty((n_trials, n), matrix.dtype)
    length = np.zeros(n_trials, matrix.dtype)
    part = np.empty((n, n_columns), matrix.dtype)
    gradient[:] = zero
    for time in range(n_times, -1, -1):
        place = time % _BLOCK
        for b in range(n_trials):
            later, own = sent[place, b], adjoint[b]
            if rate_form and time < n_times:
                steep = slopes[time, b]
                for i in range(n):
                    later[i] = own[i] * steep[i]
            else:
                for i in range(n):
                    later[i] = own[i]
        np.dot(sent[place], through, pulled)
        for b in range(n_trials):
            row, own, columns = pulled[b], adjoint[b], rates[time, b]
            # A rate stands still where its state is below 0; in the rate form the two are one.
            if not rate_form:
                for i in range(n):
                    row[i] = row[i] if columns[i] > zero else zero
            for i in range(n):
                row[i] += keep[i] * own[i]
            norm, pull = zero, zero
            if penalty > 0.0:
                norm = number(np.sqrt(np.dot(row, row)))
                if length[b] > _NEGLIGIBLE and norm > _NEGLIGIBLE:
                    excess = norm / length[b] - one
                    omega += each * excess * excess
                    pull = number(2.0 * penalty * each * excess / (norm * length[b]))
            for i in range(n):
                own[i] = row[i]
            share = mask[time - 1, b] if time > 0 else zero
            if share != zero:
                for o in range(n_outputs):
                    off = outputs[time - 1, b, o] - targets[time - 1, b, o]
                    loss += share * off * off / n_outputs
                    wrong = number(2.0 * share * off / n_outputs)
                    slope_out, out = gradient[n + o], matrix[n + o]
                    for i in range(n_columns):
                        slope_out[i] += wrong * columns[i]
                    if rate_form:
                        for i in range(n):
                            own[i] += wrong * out[i]
                    else:
                        for i in range(n):
                            own[i] += wrong * out[i] if columns[i] > zero else zero
            if penalty > 0.0:
                length[b] = number(np.sqrt(np.dot(own, own))) if share != zero else norm
                # The rates have done their work here: what Ω adds to their product joins them.
                if rate_form:
                    for i in range(n):
                        columns[i] += pull * row[i]
                else:
                    for i in range(n):
                        columns[i] += pull * row[i] if columns[i] > zero else zero
        if place == 0:
            last = min(n_times + 1, time + _BLOCK)
            rows = sent[: last - time].reshape(-1, n)
            np.dot(rows.T, rates[time:last].reshape(-1, n_columns), part)
            for i in range(n):
                for j in range(n_columns):
                    gradient[i, j] += part[i, j]
    for i in range(n):
        slope_initial[i] = zero
        for j in range(n_columns):
            gradient[i, j] *= alpha[i]
        for b in range(n_trials):
            slope_initial[i] += adjoint[b, i]
    return outputs, loss, omega
