"""A task says what it is as JSON has it, and is made again from just that."""

from __future__ import annotations

import json

import numpy as np
import pytest

from rnn.tasks import DelayMatch, Task
from tests.support.own_tasks import Bump, Choice, Three


class Plain(Task):
    """No dataclass: it has to say what it is in its own way."""

    name = "plain"
    n_inputs = n_outputs = 1
    conditions = ("one",)
    draw = Bump.draw


@pytest.mark.parametrize("task", [DelayMatch(longest_s=0.3), Choice(delay_s=0.2), Three(), Bump()])
def test_a_description_makes_the_same_task(task):
    described = json.loads(json.dumps(task.describe()))
    assert type(task).from_description(described) == task


@pytest.mark.parametrize(
    ("described", "got"),
    [({}, "none"), ({"value": 0.5}, "value"), ({"value": 0.5, "tolerance": 0.1, "x": 1}, ".*x")],
)
def test_a_description_of_other_numbers_is_refused_with_those_there_are(described, got):
    with pytest.raises(ValueError, match=rf"a task 'bump' has tolerance, value, got {got}$"):
        Bump.from_description(described)


def test_a_number_of_another_kind_is_named_with_its_task():
    with pytest.raises(ValueError, match="value must be a finite number, got 'much'"):
        Bump.from_description({"value": "much", "tolerance": 0.1})


def test_a_task_that_is_no_dataclass_is_told_what_it_lacks():
    with pytest.raises(TypeError, match="'plain' is no dataclass: it needs a describe of its own"):
        Plain().describe()
    with pytest.raises(TypeError, match="'plain' is no dataclass: it needs from_description"):
        Plain.from_description({})


@pytest.mark.parametrize("name", ["high", "low", "baseline"])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_levels_of_pulses_are_finite(name, value):
    with pytest.raises(ValueError, match=f"levels must be finite, got .*{value}"):
        DelayMatch(**{name: value})
