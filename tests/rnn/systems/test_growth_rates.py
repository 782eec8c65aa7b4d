"""Times in which no growth can be measured are refused before a system runs."""

from __future__ import annotations

import numpy as np
import pytest

from rnn.systems import Lorenz
from rnn.systems.lyapunov import growth_rates

PLAIN = {"dt": 0.01, "settle_s": 0.1, "seconds": 0.3, "every_s": 0.1}


def rates(**times):
    return growth_rates(Lorenz(), np.zeros((1, 1)), rng=np.random.default_rng(0), **PLAIN | times)


@pytest.mark.parametrize("name", ["dt", "seconds", "every_s"])
@pytest.mark.parametrize("value", [0.0, -0.1, np.nan, np.inf, -np.inf])
def test_a_time_that_is_none_is_named(name, value):
    with pytest.raises(ValueError, match=f"seconds must hold every_s, and that dt, .*{value}"):
        rates(**{name: value})


@pytest.mark.parametrize("value", [-0.1, -1e9, np.nan, np.inf])
def test_runs_do_not_settle_for_less_than_no_time_or_for_ever(value):
    with pytest.raises(ValueError, match=f"settle_s must be finite and not negative, got {value}"):
        rates(settle_s=value)


@pytest.mark.parametrize("settle_s", [0.0, 0.1])
def test_what_was_settled_is_not_counted(settle_s):
    assert rates(settle_s=settle_s).shape == (3, 1)
