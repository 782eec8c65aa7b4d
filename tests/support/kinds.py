"""Every kind of saved network: a file of each from an earlier version, and how it is used."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from ctxaudio import load_memory, save_memory
from rnn import load_attractors, save_attractors
from rnn.tasks import DelayMatch
from rnn.trainable import (
    Assignment,
    Plan,
    RateConfig,
    TrainingConfig,
    load_networks,
    load_training,
    save_networks,
    save_training,
)

DATA = Path(__file__).parents[1] / "data"
PLAN = Plan(
    RateConfig(n_units=8, n_inputs=2),
    TrainingConfig(batch=4, validate_every=2, max_updates=3, validation_trials=4),
    (Assignment(task=DelayMatch(form="input", longest_s=0.2), seed=1),),
)


class Saved(NamedTuple):
    path: Path
    load: Callable[[Any], Any]
    save: Callable[[Any, Any], None]

    @property
    def data(self):
        return self.path.read_bytes()

    def bytes_of(self, thing):
        target = io.BytesIO()
        self.save(thing, target)
        return target.getvalue()


KINDS = {
    "memory": Saved(DATA / "song.memory", load_memory, save_memory),
    "attractors": Saved(DATA / "lorenz.attractors", load_attractors, save_attractors),
    "networks": Saved(DATA / "delay-match.networks", load_networks, save_networks),
    "training": Saved(
        DATA / "delay-match.training", partial(load_training, PLAN), partial(save_training, PLAN)
    ),
}
