"""A preset, a variant or a number that there is not is named before anything is drawn."""

from __future__ import annotations

import numpy as np
import pytest

from rnn.experiments.delay_match.settings import plan_for
from rnn.experiments.lorenz.settings import CHANGEABLE, SWITCHES, WHOLE, setting_for

SETTING = setting_for("modern", deforming=False)
EVERY = [name for names in CHANGEABLE.values() for name in names]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", EVERY)
def test_no_number_of_a_setting_is_infinite_or_none(name, value):
    with pytest.raises(ValueError, match=r"must|between|finite") as error:
        SETTING.changed([(name, value)])
    assert "convert" not in str(error.value)  # Python's own words for it name nothing


@pytest.mark.parametrize("name", WHOLE)
def test_what_is_counted_is_a_whole_number(name):
    with pytest.raises(ValueError, match=f"{name} must be a whole number, got 2.5"):
        SETTING.changed([(name, 2.5)])


@pytest.mark.parametrize("name", SWITCHES)
def test_a_switch_is_on_or_off(name):
    with pytest.raises(ValueError, match=f"{name} must be 0 or 1, got 2"):
        SETTING.changed([(name, 2.0)])
    assert getattr(SETTING.changed([(name, 0.0)]), name) is False


def test_a_number_that_there_is_not_is_named_with_those_there_are():
    with pytest.raises(ValueError, match="no number 'size' to set; there are n_units, density"):
        SETTING.changed([("size", 1.0)])


def test_a_plan_is_of_a_variant_and_a_preset_that_there_are():
    with pytest.raises(ValueError, match="there is no variant 'more'; there are delays, "):
        plan_for("more", "study", seeds=1)
    with pytest.raises(ValueError, match="there is no preset 'best'; there are modern and study"):
        plan_for("delays", "best", seeds=1)
