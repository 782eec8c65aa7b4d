"""Forward through time and back again, by hand, for many networks at once, as a GPU likes it.

Write s for the state, r for the rates ([s]₊ in the current form, s itself in the rate form) and
M for the matrix that acts (:mod:`rnn.trainable.networks`), its unit rows times alpha. A step is

    current:  s' = (1 − alpha) s + M [r u c 1] + noise
    rate:     s' = (1 − alpha) s + alpha tanh(M [r u c 1] / alpha) + noise

With λ = ∂L/∂s, the way back is  λ = (1 − alpha) λ' + f'(s) ⊙ Mᵀ [μ' ∂L/∂z], where μ' is λ' (in the
rate form times the slope of tanh), and the gradient of M is Σ [μ' ∂L/∂z] [r u c 1]ᵀ: one product
for a block of steps instead of one for each.

Networks whose trials are longer come first, so that each step works on those still running. On a
processor :mod:`rnn.trainable.gradients.kernel` does the same faster.
"""

from __future__ import annotations

from typing import NamedTuple

import torch

from rnn.trainable.config import RateConfig

# A gradient that has vanished altogether has no direction that Ω could keep.
_NEGLIGIBLE = 1e-20
_BLOCK = 10  # steps


class Batch(NamedTuple):
    """Trials of a stack of networks, longest networks first."""

    columns: torch.Tensor  # (network, time + 1, trial, input + context + 1); the last time unused
    noise: torch.Tensor  # (stream, time, trial, unit): standard normal
    stream: torch.Tensor  # (network,): the stream of noise that a network hears
    n_steps: list[int]  # (network,): of the longest trial, falling
    targets: torch.Tensor  # (network, time, trial, output)
    mask: torch.Tensor  # (network, time, trial): shares of the loss, which sum to 1


class Acting(NamedTuple):
    """The weights that act, in steps."""

    matrix: torch.Tensor  # (network, unit + output, column): unit rows times alpha
    initial: torch.Tensor  # (network, unit)
    alpha: torch.Tensor  # (network, unit)
    noise: torch.Tensor  # (network, unit): standard deviation that a step adds


class Run(NamedTuple):
    """What the way back needs of the way there."""

    columns: torch.Tensor  # (network, time + 1, trial, column): [r u c 1] before each step
    outputs: torch.Tensor  # (network, time, trial, output)
    slopes: torch.Tensor | None  # (network, time, trial, unit): of tanh, in the rate form


class Gradient(NamedTuple):
    """Of the loss by what acts, and the loss itself."""

    matrix: torch.Tensor  # as Acting.matrix; by RateNetworks.matrix, the step left out
    initial: torch.Tensor  # (network, unit)
    loss: torch.Tensor  # (network,): mean squared error
    penalty: torch.Tensor  # (network,): Ω without its weight; 0 where it has none


def running(n_steps: list[int]) -> list[int]:
    """How many networks are still running at each time, from 0 to the longest's end.

    >>> running([3, 1])
    [2, 2, 1, 1]
    """
    counts, n = [], len(n_steps)
    for time in range(n_steps[0] + 1):
        while n_steps[n - 1] < time:
            n -= 1
        counts.append(n)
    return counts


def forward(config: RateConfig, acting: Acting, batch: Batch) -> Run:
    """Run the networks through their trials and keep their rates."""
    n, n_networks = config.n_units, len(acting.matrix)
    n_outputs = config.n_outputs
    n_times, n_trials = batch.columns.shape[1:3]
    like = acting.matrix
    columns = like.new_empty(n_networks, n_times, n_trials, like.shape[2])
    columns[..., n:] = batch.columns
    for i, n_steps in enumerate(batch.n_steps):  # what a block reaches into has to be finite
        columns[i, n_steps + 1 : n_steps + _BLOCK, :, :n] = 0.0
    outputs = like.new_zeros(n_networks, n_times - 1, n_trials, n_outputs)
    rate_form = config.form == "rate"
    slopes = like.new_empty(n_networks, n_times - 1, n_trials, n) if rate_form else None
    keep = (1.0 - acting.alpha)[:, None]
    across = acting.matrix.transpose(1, 2).contiguous()
    noisy = bool(acting.noise.any())
    state = acting.initial[:, None].expand(n_networks, n_trials, n).contiguous()
    drive = like.new_zeros(n_networks, n_trials, n + n_outputs)
    for time, m in enumerate(running(batch.n_steps)):
        state = state[:m]
        rates = columns[:m, time, :, :n]
        if rate_form:
            rates.copy_(state)
        else:
            torch.clamp(state, min=0.0, out=rates)
        if time < n_times - 1:
            kept = drive[:m, :, :n]
            if noisy:
                kicks = batch.noise[:, time].index_select(0, batch.stream[:m])
                torch.mul(kicks, acting.noise[:m, None], out=kept).addcmul_(state, keep[:m])
            else:
                torch.mul(state, keep[:m], out=kept)
        summed = torch.bmm(columns[:m, time], across[:m])
        if not rate_form:
            summed += drive[:m]
        if time > 0:
            outputs[:m, time - 1] = summed[..., n:]
        if time < n_times - 1:
            state = summed[..., :n]
            if slopes is not None:
                alpha = acting.alpha[:m, None]
                bent = torch.tanh(state / alpha)
                slopes[:m, time] = 1.0 - bent * bent
                state = torch.addcmul(drive[:m, :, :n], bent, alpha)
    return Run(columns, outputs, slopes)


def backward(
    config: RateConfig,
    acting: Acting,
    batch: Batch,
    run: Run,
    *,
    penalty: float = 0.0,
) -> Gradient:
    """The gradient of the loss, and of ``penalty`` times Ω; uses up ``run``.

    Ω (Pascanu, Mikolov and Bengio, 2013, "On the difficulty of training recurrent neural
    networks") keeps the gradient as long one step back: the sum over steps, in the mean of the
    trials, of (|λ'∂s'/∂s| / |λ'| − 1)²; steps after a trial's end count as 0. Its own gradient is
    the immediate one, by the recurrent weights while λ', the states and their slopes stand still.
    """
    n = config.n_units
    columns, outputs, slopes = run
    n_networks, n_times, n_trials = columns.shape[:3]
    error = (outputs - batch.targets) * batch.mask[..., None]
    loss = ((outputs - batch.targets) * error).sum((1, 2, 3)) / config.n_outputs
    # The output at time t - 1 is read from the rates before step t.
    wrong = torch.nn.functional.pad(error, (0, 0, 0, 0, 1, 0)) * (2.0 / config.n_outputs)
    asked = (wrong != 0.0).any(3).any(2).any(0).tolist()
    back = columns.new_zeros(n_networks, _BLOCK, n_trials, n + config.n_outputs)
    matrix = torch.zeros_like(acting.matrix)
    keep = (1.0 - acting.alpha)[:, None]
    through, both = acting.matrix[:, :n, :n].contiguous(), acting.matrix[:, :, :n].contiguous()
    out = acting.matrix[:, n:, :n].contiguous()
    adjoint = columns.new_zeros(n_networks, n_trials, n)
    omega = columns.new_zeros(n_networks)
    scale = 1.0 / n_trials
    length = columns.new_zeros(n_networks, n_trials)
    counts = running(batch.n_steps)
    for time in reversed(range(n_times)):
        m, place = counts[time], time % _BLOCK
        first, most = time - place, counts[time - place]  # of the block
        in_block = columns[:most, first : first + _BLOCK].flatten(1, 2)
        if time == n_times - 1 or place == _BLOCK - 1:
            back[:most, :, :, :n] = 0.0
            part = wrong[:most, first : first + _BLOCK]
            back[:most, : part.shape[1], :, n:] = part
            if penalty:  # Ω has no share in the readout
                flat = part.flatten(1, 2).transpose(1, 2)
                matrix[:most, n:] += torch.bmm(flat, in_block)
        # λ is 0 for networks that end here: what comes after has not begun.
        later = adjoint[:m]
        if slopes is not None and time < n_times - 1:
            later = later * slopes[:m, time]
        back[:m, place, :, :n] = later
        rates = columns[:m, time, :, :n]
        # A rate stands still where its state is below 0; in the rate form the two are one.
        bend = None if slopes is not None else torch.sign(rates)
        pulled = torch.bmm(later, through[:m]) if penalty else torch.bmm(back[:m, place], both[:m])
        if bend is not None:
            pulled *= bend
        arrived = pulled.addcmul_(adjoint[:m], keep[:m])
        if penalty:
            norm = torch.linalg.vector_norm(arrived, dim=2)
            usable = (length[:m] > _NEGLIGIBLE) & (norm > _NEGLIGIBLE)
            excess = torch.where(usable, norm / length[:m] - 1.0, 0.0)
            omega[:m] += excess.square().sum(1) * scale
            pull = torch.where(usable, excess / (norm * length[:m]), 0.0)
            pull *= 2.0 * penalty * scale
            length[:m] = norm
            # The rates have done their work here: what Ω adds to their product joins them.
            wanted = arrived * pull[..., None]
            rates += wanted if bend is None else wanted.mul_(bend)
            if asked[time]:
                direct = torch.bmm(back[:m, place, :, n:], out[:m])
                arrived += direct if bend is None else direct.mul_(bend)
                torch.linalg.vector_norm(arrived, dim=2, out=length[:m])
        adjoint[:m] = arrived
        if place == 0:
            units = slice(0, n) if penalty else slice(None)
            sent = back[:most, : in_block.shape[1] // n_trials].flatten(1, 2)[..., units]
            matrix[:most, units] += torch.bmm(sent.transpose(1, 2), in_block)
    matrix[:, :n] *= acting.alpha[:, :, None]
    return Gradient(matrix, adjoint.sum(1), loss, omega)
