"""Atanasov's delay-match study (2016), and the same tasks with a network that learns them better.

Three variants: *delays*, networks each trained at one delay and tested at all; *ranges*, networks
each trained on a range of delays around the same middle; *inputs*, the form of the task in which
a pulse comes by one of two inputs, which the study could hardly train.
"""

from __future__ import annotations

from dataclasses import replace

from rnn.tasks.delay_match import DelayMatch
from rnn.trainable.config import RateConfig
from rnn.trainable.optimiser import OptimiserConfig
from rnn.trainable.plan import Assignment, Plan, TrainingConfig

VARIANTS = ("delays", "ranges", "inputs")
PRESETS = ("modern", "study")

DELAYS_S = tuple(0.5 * k for k in range(11))  # trained and tested
LONG_DELAYS_S = (7.5, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 90.0)  # tested beyond the training
RANGES_S = DELAYS_S  # of delays around MIDDLE_S
MIDDLE_S = 2.5
TEST_FIXATION_S = 0.5
# What is tested in a quick run, whose networks are trained at up to 1 s, or 2 s.
QUICK_DELAYS_S = (0.0, 0.5, 1.0, 1.5, 2.0)
QUICK_LONG_DELAYS_S = (5.0, 10.0, 20.0)

# The study's network: four fifths of it excite, it is sparse, and its weights are large at first.
STUDY_NETWORK = RateConfig(
    excitatory_share=0.8,
    excitatory_density=0.1,
    inhibitory_density=0.5,
    self_connections=False,
    weights="gamma",
    spectral_radius=1.5,
)
STUDY_TRAINING = TrainingConfig(
    optimiser=OptimiserConfig(method="adam", learning_rate=1e-3),
    batch=20,
    gradient_weight=2.0,
    # Trained at one long delay from the start, most draws of this network never find the answer.
    patience=1600,
    max_restarts=30,
)
# As in the study's own code; it takes tens of thousands of updates.
STUDY_SGD = OptimiserConfig(method="sgd", learning_rate=0.01)

# Units that nearly keep what they have are a memory from the start.
MODERN_NETWORK = RateConfig(weights="identity")
MODERN_TRAINING = TrainingConfig(optimiser=OptimiserConfig(learning_rate=1e-3), batch=64)


def plan_for(
    variant: str, preset: str, *, seeds: int, quick: bool = False, sgd: bool = False
) -> Plan[DelayMatch]:
    """What is to be trained: all networks of a variant.

    Raises:
        ValueError: if there is no such variant or preset.
    """
    if variant not in VARIANTS:
        raise ValueError(f"there is no variant {variant!r}; there are {', '.join(VARIANTS)}.")
    if preset not in PRESETS:
        raise ValueError(f"there is no preset {preset!r}; there are {' and '.join(PRESETS)}.")
    study = preset == "study"
    network, training = (
        (STUDY_NETWORK, STUDY_TRAINING) if study else (MODERN_NETWORK, MODERN_TRAINING)
    )
    if variant == "inputs":
        network = replace(network, n_inputs=2)
    if study and sgd:
        training = replace(
            training,
            optimiser=STUDY_SGD,
            validate_every=500,
            max_updates=150_000,
            patience=None,  # at chance for long is how it learns
        )
    elif study and variant == "inputs":
        # Longer than most of those take that learn it at all.
        training = replace(training, max_restarts=3, max_updates=5_000)
    elif variant == "inputs":
        training = replace(
            training,
            every_delay=True,
            validate_every=25,
            validation_delays=len(DELAYS_S),
            validation_trials=50 * len(DELAYS_S),
        )
    tasks = _tasks(variant, study=study, quick=quick)
    if not study:
        # What is not the same in training and in the test is not learned: the fixation is.
        tasks = [replace(task, fixation_s=TEST_FIXATION_S) for task in tasks]
    return Plan(
        network,
        training,
        tuple(Assignment(task=task, seed=seed) for task in tasks for seed in range(seeds)),
    )


def tested_delays(variant: str, preset: str, *, quick: bool) -> tuple[float, ...]:
    """At which delays, in s, the networks of a variant are tested."""
    delays = QUICK_DELAYS_S if quick else DELAYS_S
    if (variant, preset) == ("inputs", "modern"):
        return delays + (QUICK_LONG_DELAYS_S if quick else LONG_DELAYS_S)
    return delays


def _tasks(variant: str, *, study: bool, quick: bool) -> list[DelayMatch]:
    if variant == "ranges":
        ranges = RANGES_S if not quick else (0.0, 1.0)
        middle = MIDDLE_S if not quick else 0.5
        return [DelayMatch(shortest_s=middle - r / 2.0, longest_s=middle + r / 2.0) for r in ranges]
    if variant == "inputs" and not study:
        longest = 2.0 if quick else DELAYS_S[-1]
        return [DelayMatch(form="input", longest_s=longest, widening_s=0.5)]
    delays = DELAYS_S if not quick else (0.0, 0.5, 1.0)
    one = DelayMatch(form="input" if variant == "inputs" else "frequency")
    return [replace(one, shortest_s=delay, longest_s=delay) for delay in delays]
