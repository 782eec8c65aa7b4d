"""A glide: from where the context was to where it was turned, in a parabola."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ctxaudio.synthesis.glide import Glide

contexts = st.floats(-36.0, 36.0)
glides = st.builds(
    Glide, contexts, contexts, begins=st.integers(0, 10**9), length=st.integers(1, 10_000)
)


@given(glide=glides)
def test_a_glide_meets_both_its_ends(glide):
    ends = np.array([-1, 0, glide.length, glide.length + 1, 10**6]) + glide.begins
    np.testing.assert_array_equal(
        glide.at(ends), [glide.start, glide.start, glide.target, glide.target, glide.target]
    )


@given(glide=glides)
def test_a_glide_is_a_parabola_between(glide):
    at = np.linspace(0, glide.length, 21).astype(int)
    way = 1.0 - (1.0 - at / glide.length) ** 2
    expected = glide.start + way * (glide.target - glide.start)
    found = glide.at(glide.begins + at)
    np.testing.assert_allclose(found, expected, rtol=0.0, atol=1e-12)
    assert (np.diff(found) * np.sign(glide.target - glide.start) >= -1e-13).all()


@given(glide=glides, offset=st.integers(-100, 20_000), target=contexts)
def test_a_turned_glide_goes_on_from_where_it_was(glide, offset, target):
    position = max(glide.begins + offset, 0)
    after = glide.towards(target, position, 50)
    assert after.at(np.array(position)) == glide.at(np.array(position))
    # It ends there at once, or, if it was on its way there, when it would have.
    assert after.at(np.array(position + max(50, 10_000 + 100))) == target


@given(glide=glides, offset=st.integers(-100, 20_000))
def test_a_glide_is_not_disturbed_by_a_turn_to_where_it_goes(glide, offset):
    assert glide.towards(glide.target, glide.begins + offset, 7) == glide


def test_a_glide_at_rest_has_always_been_there():
    assert (Glide.rest(-7.5).at(np.array([-(10**12), 0, 1, 10**12])) == -7.5).all()
