"""Speed of training many networks at once: ``python -m benchmarks.train_speed``.

Network-updates a second, all in: trials drawn, noise, gradient, clipping, the optimiser's step.
Beside it, in the same run and with the same tasks, a loop over single networks in plain torch with
autograd, and one over networks of nn4n where it is installed. Neither has the vanishing-gradient
term Ω, so the stack is timed without it, and with it for itself.

The stack shares out whole networks to ``--threads`` threads, each of which works alone. The loops
have one thread: torch would share out each of many small products, and its threads would wait for
each other, and for those of the stack, longer than they work.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch

from benchmarks.runner import say, write_json
from rnn.experiments.delay_match.settings import plan_for
from rnn.tasks import DelayMatch
from rnn.trainable.networks import draw_network
from rnn.trainable.plan import Plan
from rnn.trainable.training import advance, begin
from rnn.trainable.workers import Workers

Update = Callable[[], None]


def main(arguments: Sequence[str] | None = None) -> None:
    """Time, print, and write JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="of the stack")
    parser.add_argument("--rounds", type=int, default=5, help="alternating; the median counts")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args(arguments)
    if options.threads < 1:
        parser.error(f"--threads must be at least 1, got {options.threads}.")
    n_threads = options.threads if options.device == "cpu" else 1
    torch.set_num_threads(1)
    results: dict[str, object] = {
        "threads": {"stack": n_threads, "loops": 1},
        "device": options.device,
    }
    for preset in ("study", "modern"):
        plan = plan_for("delays", preset, seeds=5)
        plain = replace(plan, training=replace(plan.training, gradient_weight=0.0))
        n = len(plan.assignments)
        ways: dict[str, tuple[int, Update]] = {
            "stacked": (n, stacked(plain, options.device, n_threads)),
            "loop, plain torch": (11, loop(plain, options.device, plain_network)),
        }
        if plan.training.gradient_weight:
            ways["stacked, with Ω"] = (n, stacked(plan, options.device, n_threads))
        if find_spec("nn4n"):
            ways["loop, nn4n"] = (11, loop(plain, options.device, nn4n_network))
        else:
            say("nn4n is left out: it is not installed (pip install nn4n)")
        for _, update in ways.values():
            update()
        rates: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(options.rounds):
            for name, (count, update) in ways.items():
                start = time.perf_counter()
                update()
                if options.device != "cpu":
                    torch.cuda.synchronize()
                rates[name].append(count / (time.perf_counter() - start))
        found = {name: float(np.median(rate)) for name, rate in rates.items()}
        print(
            f"{preset}: {n} networks, {options.device}; threads: {n_threads} of the stack, "
            "1 of the loops"
        )
        for name, rate in found.items():
            ratio = found["stacked"] / rate
            print(f"  {name:18} {rate:8.1f} network-updates/s; the stack is {ratio:.1f} times it")
        results[preset] = found
    write_json(options.json, results)


def stacked(plan: Plan[DelayMatch], device: str, n_threads: int) -> Update:
    """One update of all networks of a plan, as they are trained here."""
    training = replace(plan.training, validate_every=10**9, max_updates=10**9)
    plan = replace(plan, training=training)
    state = begin(plan, device)

    def update() -> None:
        with Workers(n_threads) as workers:
            advance(plan, state, workers)

    return update


def loop(
    plan: Plan[DelayMatch], device: str, make: Callable[[Plan[DelayMatch], int, str], Update]
) -> Update:
    """One update of a network of each delay, one after the other."""
    tasks = list(dict.fromkeys(assignment.task for assignment in plan.assignments))
    firsts = [next(i for i, a in enumerate(plan.assignments) if a.task == task) for task in tasks]
    updates = [make(plan, i, device) for i in firsts]

    def update() -> None:
        for one in updates:
            one()

    return update


class PlainNetwork(torch.nn.Module):
    """The same network as a module that autograd differentiates."""

    def __init__(self, plan: Plan[DelayMatch], seed: int, device: str) -> None:
        super().__init__()
        drawn = draw_network(plan.network, rng=np.random.default_rng(seed)).to(device)
        self.config = plan.network
        self.alpha = plan.training.dt_s / plan.network.shortest_tau_s
        n, n_inputs = self.config.n_units, self.config.n_inputs
        matrix, mask = drawn.weights.matrix[0], drawn.wiring.mask[0]
        self.recurrent = torch.nn.Parameter(matrix[:n, :n].clone())
        self.inputs = torch.nn.Parameter(matrix[:n, n : n + n_inputs].clone())
        self.bias = torch.nn.Parameter(matrix[:n, -1].clone())
        self.readout = torch.nn.Parameter(matrix[n:, :n].clone())
        self.offset = torch.nn.Parameter(matrix[n:, -1].clone())
        self.initial = torch.nn.Parameter(drawn.weights.initial[0].clone())
        self.mask, self.readout_mask = mask[:n, :n].clone(), mask[n:, :n].clone()

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """Outputs (time, trial, output) for inputs (time, trial, input)."""
        config, alpha = self.config, self.alpha
        dale = config.excitatory_share is not None
        recurrent = (self.recurrent.clamp(min=0.0) if dale else self.recurrent) * self.mask
        inputs = inputs + config.input_noise * (2.0 / alpha) ** 0.5 * torch.randn_like(inputs)
        driven = inputs.clamp(min=0.0) @ self.inputs.T + self.bias
        state = self.initial.expand(inputs.shape[1], -1)
        rates = state.clamp(min=0.0)
        all_rates = []
        for drive in driven:
            kicks = config.recurrent_noise * (2.0 * alpha) ** 0.5 * torch.randn_like(state)
            state = (1.0 - alpha) * state + alpha * (rates @ recurrent.T + drive) + kicks
            rates = state.clamp(min=0.0)
            all_rates.append(rates)
        return torch.stack(all_rates) @ (self.readout * self.readout_mask).T + self.offset


def plain_network(plan: Plan[DelayMatch], i: int, device: str) -> Update:
    """An update of a :class:`PlainNetwork` by Adam."""
    network = PlainNetwork(plan, plan.assignments[i].seed, device)
    return _update(plan, i, device, network, network)


def nn4n_network(plan: Plan[DelayMatch], i: int, device: str) -> Update:
    """An update of a network of nn4n, with the signs and the sparsity of ours."""
    from nn4n.model import CTRNN

    config = plan.network
    n, n_inputs = config.n_units, config.n_inputs
    mask = draw_network(config, rng=np.random.default_rng(0)).wiring.mask[0, :n, :n].numpy()
    network = CTRNN(
        dims=[n_inputs, n, config.n_outputs],
        tau=1000.0 * config.shortest_tau_s,
        dt=1000.0 * plan.training.dt_s,
        preact_noise=config.recurrent_noise,
        biases="zero",
        init_state="learn",
        sparsity_masks=[np.ones((n_inputs, n)), np.abs(mask), np.ones((n, config.n_outputs))],
        suppress_warnings=True,
    )
    network.to(device)
    return _update(plan, i, device, network, lambda inputs: network(inputs)[0])


def _update(
    plan: Plan[DelayMatch],
    i: int,
    device: str,
    network: torch.nn.Module,
    outputs_of: Callable[[torch.Tensor], torch.Tensor],
) -> Update:
    training, task = plan.training, plan.assignments[i].task
    rng = np.random.default_rng(i)
    optimiser = torch.optim.Adam(network.parameters(), lr=training.optimiser.learning_rate)

    def update() -> None:
        trials = task.draw(training.batch, training.dt_s, rng=rng)
        inputs, targets, mask = (
            torch.from_numpy(part).to(device)
            for part in (trials.inputs, trials.targets, trials.mask)
        )
        error = (outputs_of(inputs) - targets).square().mean(2)
        loss = (error * mask).sum() / mask.sum()
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(network.parameters(), training.optimiser.clip)
        optimiser.step()

    return update


if __name__ == "__main__":
    main()
