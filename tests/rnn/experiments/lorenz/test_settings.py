"""The settings are the study's, and refuse what they cannot do."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import pytest

from rnn.experiments.lorenz.jobs import setting_of
from rnn.experiments.lorenz.settings import PRESETS, STUDY, setting_for
from rnn.experiments.lorenz.verdict import NEAR
from tests.support.draws import job


def test_the_study_s_numbers_are_those_of_the_paper():
    network, flow = STUDY.reservoir, STUDY.flow
    assert (network.n_units, network.n_inputs, network.density) == (450, 3, 0.1)
    assert (network.spectral_abscissa, network.operating_point) == (0.95, (0.8, 1.0))
    assert (network.input_scale, network.context_scale) == (0.008, 0.004)
    assert (flow.rate, flow.dt) == (100.0, 0.001)
    assert STUDY.contexts == (0.0, 1.0, 2.0, 3.0)
    assert (STUDY.every, STUDY.ridge, STUDY.intercept) == (1, 0.0, False)


def test_the_study_learns_from_800_000_of_880_000_steps():
    runs = len(STUDY.contexts) * STUDY.runs_per_context
    assert runs * STUDY.n_steps == 880_000
    assert runs * (STUDY.n_steps - round(STUDY.discard_s / STUDY.flow.dt)) == 800_000


def test_the_study_teaches_all_alike_and_modern_does_not():
    assert setting_for("study", deforming=True) == setting_for("study", deforming=False) == STUDY
    assert setting_for("modern", deforming=True) != setting_for("modern", deforming=False)
    assert setting_of(job("transform")) == setting_for("modern", deforming=True)
    assert setting_of(job("bifurcation")) == setting_for("modern", deforming=False)


@pytest.mark.parametrize("preset", ["", "Modern", "old"])
def test_a_preset_that_is_not_there_is_refused(preset):
    with pytest.raises(ValueError, match="there is no preset"):
        setting_for(preset, deforming=False)


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"runs_per_context": 0}, "runs_per_context must be at least 1"),
        ({"every": 0}, "every must be at least 1"),
        ({"keep_s": 0.0}, "must hold two of the frames"),
        ({"keep_s": float("nan")}, "keep_s must be a finite time"),
        ({"discard_s": -1.0}, "discard_s must be a finite time"),
        ({"discard_s": float("nan")}, "discard_s must be a finite time"),
    ],
)
def test_a_setting_refuses_what_it_cannot_do(preset, changes, reason):
    with pytest.raises(ValueError, match=reason):
        replace(setting_for(preset, deforming=False), **changes)


@pytest.mark.parametrize("config", [STUDY, STUDY.flow, STUDY.reservoir, job(), NEAR])
def test_a_config_stays_what_it_is(config):
    with pytest.raises(FrozenInstanceError):
        setattr(config, next(iter(config.__slots__)), 1)
