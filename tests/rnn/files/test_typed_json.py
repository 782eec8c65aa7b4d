"""What JSON says is taken for what was declared, or refused with its name."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn.files.typed_json import typed
from rnn.trainable.config import RateConfig


@dataclass(frozen=True, kw_only=True)
class Inner:
    share: float | None = None
    form: Literal["current", "rate"] = "current"


@dataclass(frozen=True, kw_only=True)
class Outer:
    count: int
    inner: Inner = field(default_factory=Inner)
    names: list[str] = field(default_factory=list)
    flag: bool = False
    free: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self):
        if self.count < 1:
            raise ValueError(f"count must be at least 1, got {self.count}.")
        if round(self.count * (self.inner.share or 0.0)) > 10:
            raise ValueError("too many")


def test_what_is_left_out_is_the_default():
    assert typed(Outer, {"count": 3}) == Outer(count=3)
    value = {"count": 3, "inner": {"share": 1}, "names": ["a"], "flag": True, "free": {"a": [1]}}
    read = typed(Outer, value)
    assert read == Outer(count=3, inner=Inner(share=1.0), names=["a"], flag=True, free={"a": [1]})
    assert type(read.inner.share) is float


@pytest.mark.parametrize("value", [128.0, 1e30, True, "128", None, [128], {}, 2**63, -(10**400)])
def test_a_whole_number_is_nothing_else(value):
    with pytest.raises(ValueError, match=r"^count must be a whole number, got .{1,60}$"):
        typed(Outer, {"count": value})


@pytest.mark.parametrize("value", [True, "1", [], {}, np.inf, -np.inf, np.nan, 10**400])
def test_a_number_is_finite_and_nothing_else(value):
    with pytest.raises(ValueError, match=r"^share must be a finite number, got .{1,60}$"):
        typed(Inner, {"share": value})


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({}, "it lacks 'count'"),
        ([], "it must be a JSON object"),
        ({"count": 1, "colour": 2}, "it has no 'colour'"),
        ({"count": 1, "inner": None}, "inner must be a JSON object"),
        ({"count": 1, "inner": {"form": "spiral"}}, "form must be one of 'current', 'rate'"),
        ({"count": 1, "inner": {"form": 1}}, "form must be one of"),
        ({"count": 1, "names": "a"}, "names must be a list"),
        ({"count": 1, "names": [1]}, r"names\[0\] must be a text"),
        ({"count": 1, "flag": 1}, "flag must be true or false"),
        ({"count": 1, "free": []}, "free must be a JSON object"),
        ({"count": 0}, "count must be at least 1"),
        ({"count": 9, "inner": {"share": 1e308}}, "out of all proportion"),
    ],
)
def test_anything_else_is_named(value, message):
    with pytest.raises(ValueError, match=message):
        typed(Outer, value)


def test_a_tuple_has_its_length_and_a_union_is_the_first_that_fits():
    assert typed(tuple[float, int], [1, 2]) == (1.0, 2)
    assert typed(list[int | str | None], [1, "a", None]) == [1, "a", None]
    for hint, value, match in (
        (tuple[float, int], [1], "it must be a list of 2, got one of 1"),
        (tuple[float, int], [1, 2.0], r"it\[1\] must be a whole number"),
        (list[int | str], [None], r"it\[0\] must be a text"),
    ):
        with pytest.raises(ValueError, match=match):
            typed(hint, value)


def test_a_type_that_nobody_reads_is_the_programs_fault():
    with pytest.raises(TypeError, match="not read from JSON"):
        typed(bytes, "x")


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=3)),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)
NAMES = sorted(json.loads(json.dumps(RateConfig.__dataclass_fields__, default=str)))


@given(value=st.dictionaries(st.sampled_from(NAMES), json_values, max_size=3))
def test_a_config_is_right_or_refused_in_one_line(value):
    try:
        config = typed(RateConfig, value)
    except ValueError as error:
        assert str(error).isprintable()
    else:
        assert all(type(getattr(config, name)) is not bool for name in ("n_units", "n_inputs"))
        assert isinstance(config.n_units, int)
