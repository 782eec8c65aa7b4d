"""A memory replays the cycle it was taught, where contexts put it, and survives on disk."""

from __future__ import annotations

import dataclasses
import io
import json
from itertools import pairwise

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given
from hypothesis import strategies as st

from rnn import (
    AttractorMemory,
    FlowConfig,
    ReservoirConfig,
    Schedule,
    TriangularFactor,
    draw_reservoir,
    drive,
    free_run,
    load_attractors,
    save_attractors,
    teach_attractors,
)
from rnn.attractors import memory as attractors
from rnn.codec import digest
from rnn.systems import trajectory

RESERVOIR = draw_reservoir(
    ReservoirConfig(
        n_units=60,
        n_inputs=2,
        density=0.15,
        spectral_abscissa=0.9,
        operating_point=(0.3, 0.8),
        input_scale=0.1,
        context_scale=0.03,
    ),
    rng=np.random.default_rng(0),
)
FLOW = FlowConfig(rate=30.0, dt=0.01)
PERIOD_S = 1.0
TAUGHT = np.array([[-1.0, -0.5, 0.0, 0.5, 1.0] * 4])  # (context, run)


def cycle(state):
    """A limit cycle: the unit circle, once round in a period."""
    x, y = state
    pull = 2.0 * (1.0 - x**2 - y**2)
    turn = 2.0 * np.pi / PERIOD_S
    return np.stack([pull * x - turn * y, pull * y + turn * x])


def moved_cycles(contexts, n_steps, block=1000):
    """Examples of the cycle that each context moves along x by as much as it is."""
    start = 1.5 * np.random.default_rng(1).standard_normal((2, contexts.shape[1]))
    shift = np.array([[1.0], [0.0]]) @ contexts
    for stages, last in trajectory(cycle, start, FLOW.dt, n_steps, block=block):
        yield stages + shift, last + shift


def teach(contexts=TAUGHT, n_steps=1500, block=1000, *, discard_steps=30, ridge=1e-10, every=1):
    return teach_attractors(
        RESERVOIR,
        FLOW,
        moved_cycles(contexts, n_steps, block),
        contexts,
        discard_steps=discard_steps,
        ridge=ridge,
        every=every,
    )


@pytest.fixture(scope="module")
def memory():
    return teach()


def replay(memory, context, *, n_steps=1000):
    """Where the cycle replayed at a context is centred, its radius, and its period in seconds."""
    asked = np.array([[context]])
    state, near = memory.start(asked)
    _, state = free_run(memory, Schedule.ramp(near, asked, 4.0), state, n_steps=600)
    outputs, _ = free_run(memory, Schedule.constant(asked), state, n_steps=n_steps)
    points = outputs[:, 0, 0] + 1j * outputs[:, 0, 1]
    phase = np.unwrap(np.angle(points - points.mean()))
    turns = (phase[-1] - phase[0]) / (2.0 * np.pi)
    period_s = (n_steps - 1) * FLOW.dt / turns
    return points.mean(), np.abs(points - points.mean()).mean(), period_s


def saved_bytes(memory):
    target = io.BytesIO()
    save_attractors(memory, target)
    return target.getvalue()


def arrays_of(memory):
    """Every array of a memory."""
    reservoir = memory.reservoir
    recurrent = reservoir.recurrent
    return (
        *(recurrent.data, recurrent.indices, recurrent.indptr),
        *(reservoir.inputs, reservoir.context, reservoir.bias),
        *memory.readout,
        memory.contexts,
        memory.states,
    )


def assert_same(found, expected):
    for part, expected_part in zip(found, expected, strict=True):
        np.testing.assert_array_equal(part, expected_part)


@pytest.fixture
def path(memory, tmp_path):
    path = tmp_path / "cycle.memory"
    path.write_bytes(saved_bytes(memory))
    return path


def test_what_was_taught_is_replayed_in_its_time(memory):
    centre, radius, period_s = replay(memory, 0.0)
    assert period_s == pytest.approx(PERIOD_S, rel=0.01)
    assert radius == pytest.approx(1.0, rel=0.05)
    assert abs(centre) < 0.01


@pytest.mark.parametrize(
    ("context", "tolerance"), [(1.0, 0.01), (0.25, 0.02), (-1.5, 0.05), (1.5, 0.05), (-2.0, 0.1)]
)
def test_contexts_move_it_as_taught_and_beyond(memory, context, tolerance):
    centre, _, period_s = replay(memory, context)
    assert centre.real == pytest.approx(context, abs=tolerance)
    assert centre.imag == pytest.approx(0.0, abs=tolerance)
    assert period_s == pytest.approx(PERIOD_S, rel=0.1)


SWEEP = Schedule(
    np.array([0.05, 0.2, 0.3]), np.array([[0.0, 1.0], [0.5, -1.0], [0.2, 0.0]]).reshape(3, 1, 2)
)


@given(cuts=st.lists(st.integers(0, 13), min_size=1, max_size=3), every=st.integers(1, 3))
def test_a_split_run_is_the_whole_run_to_the_last_bit(memory, cuts, every):
    edges = [0, *sorted({cut for cut in cuts if 0 < cut < 13}), 13]
    state, parts = memory.states[:, :2], []
    for start, stop in pairwise(every * np.array(edges)):
        part, state = free_run(
            memory, SWEEP, state, n_steps=stop - start, first_step=start, every=every
        )
        parts.append(part)
    whole = free_run(memory, SWEEP, memory.states[:, :2], n_steps=13 * every, every=every)
    assert_same((np.concatenate(parts), state), whole)


@pytest.mark.parametrize("every", [1, 3, 10])
def test_a_run_does_not_show_its_blocks(memory, every, monkeypatch):
    whole = free_run(memory, SWEEP, memory.states[:, :2], n_steps=40)
    monkeypatch.setattr(attractors, "BLOCK_STEPS", 7)
    outputs, last = free_run(memory, SWEEP, memory.states[:, :2], n_steps=40, every=every)
    assert_same((outputs, last), (whole[0][every - 1 :: every], whole[1]))


def test_a_run_starts_from_the_nearest_taught_in_turn(memory):
    contexts = np.array([[0.0, 1.0, 0.0, 0.0, 1.0], [0.0, 0.0, 0.0, 5.0, 0.0]])
    memory = AttractorMemory(
        RESERVOIR, FLOW, memory.readout, contexts, np.arange(5.0) + np.zeros((60, 1))
    )
    asked = np.array([[0.1, 0.9, -7.0, 0.1, 3.0, 0.2, 1.0], [0.2, 0.1, 0.0, 4.0, 0.0, 0.0, 0.0]])
    states, near = memory.start(asked)
    chosen = [0, 1, 2, 3, 4, 0, 1]
    np.testing.assert_array_equal(states, np.tile(np.array(chosen, float), (60, 1)))
    np.testing.assert_array_equal(near, contexts[:, chosen])


@pytest.mark.parametrize(("discard_steps", "every"), [(0, 1), (15, 1), (15, 3), (39, 1)])
@pytest.mark.parametrize("block", [6, 42])
def test_what_is_fitted_are_the_frames_after_those_discarded(discard_steps, every, block):
    contexts = TAUGHT[:, :3]
    memory = teach(contexts, 42, block, discard_steps=discard_steps, ridge=1e-4, every=every)
    ((stages, last),) = moved_cycles(contexts, 42)
    states, end = drive(RESERVOIR, FLOW, stages, contexts)
    points = np.concatenate([stages[1:, 0], last[None]])
    factor = TriangularFactor.zeros(60, 2)
    for step in range(42):
        if step >= discard_steps and (step + 1) % every == 0:
            factor = factor.add(states[step], points[step].T)
    expected = factor.fit(ridge=1e-4)
    np.testing.assert_allclose(memory.readout.weights, expected.weights, atol=1e-9)
    np.testing.assert_allclose(memory.readout.offset, expected.offset, atol=1e-9)
    assert_same((memory.states, memory.contexts), (end, contexts))


@pytest.mark.parametrize("discard_steps", [42, 1000])
def test_nothing_left_to_learn_is_refused(discard_steps):
    message = f"no step is left to learn from: 42 taught, {discard_steps} discarded"
    with pytest.raises(ValueError, match=message):
        teach(TAUGHT, 42, discard_steps=discard_steps)


def test_no_example_is_refused():
    with pytest.raises(ValueError, match="no step is left to learn from: 0 taught"):
        teach(n_steps=0, discard_steps=0)


def test_a_saved_memory_is_the_same_to_the_last_bit_and_goes_on_so(memory, path):
    loaded = load_attractors(path)
    assert_same(arrays_of(loaded), arrays_of(memory))
    assert (loaded.flow, loaded.reservoir.leak) == (FLOW, RESERVOIR.leak)
    runs = [
        free_run(memory, SWEEP, memory.states[:, :2], n_steps=30) for memory in (memory, loaded)
    ]
    assert_same(*runs)


def test_a_memory_has_one_file(memory, path):
    content = path.read_bytes()
    assert saved_bytes(memory) == saved_bytes(load_attractors(path)) == content


def refused(path, content, message=""):
    path.write_bytes(content)
    with pytest.raises(
        ValueError, match=f"no attractor memory, or is damaged: .*{message}"
    ) as error:
        load_attractors(path)
    assert str(error.value).isprintable()


def signed(path, changed=(), **header):
    """The file with arrays and header changed, signed as if it had been made so."""
    saved = path.read_bytes()
    end = 8 + int.from_bytes(saved[:8], "little")
    header = json.loads(saved[8:end])["__metadata__"] | header
    arrays = safetensors.numpy.load(saved) | dict(changed)
    header["digest"] = digest(header["about"], arrays)
    return safetensors.numpy.save(arrays, header)


def test_signing_alone_changes_nothing(memory, path):
    path.write_bytes(signed(path))
    assert_same(arrays_of(load_attractors(path)), arrays_of(memory))


@pytest.mark.parametrize("at", [-1, -1000, -10_000])
def test_a_changed_weight_is_noticed(path, at):
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    refused(path, bytes(content), "changed since it was made")


@pytest.mark.parametrize("length", [0, 7, 8, 200, 10_000, -1])
def test_a_part_of_a_file_is_refused(path, length):
    refused(path, path.read_bytes()[:length])


@pytest.mark.parametrize("content", [b"no memory\n\x1b[31m" * 9, b"\x80\x04.", b"RIFF" + bytes(99)])
def test_another_kind_of_file_is_refused(path, content):
    refused(path, content)


def test_arrays_of_another_program_are_refused(path):
    refused(path, safetensors.numpy.save({"states": np.zeros(3)}), "expected rnn attractor memory")


def test_another_version_is_refused(path):
    path.write_bytes(signed(path, format_version="2"))
    with pytest.raises(
        ValueError, match="of another version: expected rnn attractor memory 1, got 2"
    ):
        load_attractors(path)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("bias", np.zeros(59), "bias must have shape"),
        ("readout_offset", np.zeros(3), "readout_offset must have shape"),
        ("states", np.zeros((60, 1)), "states must have shape"),
        ("contexts", np.zeros(20), ""),
        ("readout_weights", np.full((60, 2), np.nan), "readout_weights holds values that are not"),
        ("recurrent_indices", np.full(RESERVOIR.recurrent.nnz, 60, np.int32), ""),
        ("recurrent_indices", np.full(RESERVOIR.recurrent.nnz, -1, np.int32), ""),
        ("recurrent_data", np.zeros(3), ""),
    ],
)
def test_arrays_that_make_no_network_are_refused(path, name, value, message):
    refused(path, signed(path, {name: value}), message)


@pytest.mark.parametrize(
    "about",
    [
        "[]",
        "null",
        "{",
        "{}",
        '{"flow": {"rate": 1.0, "dt": 0.0}, "leak": 1.0}',
        '{"flow": {"rate": 1.0, "dt": 0.1, "speed": 1.0}, "leak": 1.0}',
        '{"flow": {"rate": 1.0, "dt": 0.1}, "leak": null}',
    ],
)
def test_a_description_that_is_none_is_refused(path, about):
    refused(path, signed(path, about=about))


def test_a_file_that_cannot_be_read_says_so(tmp_path):
    for path in (tmp_path / "missing", tmp_path):
        with pytest.raises(OSError, match=r"No such file|Is a directory"):
            load_attractors(path)


def test_what_is_not_finite_is_not_saved(memory):
    broken = dataclasses.replace(memory, states=np.full_like(memory.states, np.nan))
    with pytest.raises(ValueError, match="states holds values that are not finite"):
        save_attractors(broken, io.BytesIO())


def test_contexts_that_are_none_have_no_nearest(memory):
    with pytest.raises(ValueError, match="contexts must be finite"):
        memory.start(np.array([[np.nan]]))


def test_blocks_that_break_the_rhythm_of_the_fit_are_refused():
    with pytest.raises(ValueError, match="multiple of every, 4"):
        teach(block=6, every=4)


def test_no_time_replays_nothing(memory):
    state, start = memory.start(np.array([[0.0]]))
    outputs, last = free_run(memory, Schedule.constant(start), state, n_steps=0)
    assert outputs.shape[:2] == (0, 1)
    np.testing.assert_array_equal(last, state)
