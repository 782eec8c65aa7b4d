"""A memory in a network that is trained: exact where it was taught and straight beyond."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest

from ctxaudio import ContextShift, DataError, load_memory, save_memory, tape_example
from ctxaudio.memory.song_memory import n_taught, teach_song
from rnn import ClockConfig, Reservoir, ReservoirConfig, draw_reservoir, recall, teach_phrases
from rnn.trainable.phrases import training as phrase_training
from rnn.trainable.phrases.loss import Aims, phrase_aims, phrase_loss
from rnn.trainable.phrases.training import PhraseTrainingConfig, train_phrases
from tests.support.command import ctxaudio, failed, imported_by, notes, read, write

CLOCK = ClockConfig(n_frames=24, n_bumps=12)
RIDGE = 1e-13
N_UNITS = 60
UPDATES = 2


@pytest.fixture(scope="module")
def reservoir():
    config = ReservoirConfig(n_units=N_UNITS, n_inputs=12, density=0.3)
    return draw_reservoir(config, rng=np.random.default_rng(1))


@pytest.fixture(scope="module")
def examples():
    """Six phrases and a half of twenty features, which move by their own amounts."""
    rng = np.random.default_rng(2)
    sequence, slope = rng.standard_normal((2, 24 * 6 + 12, 20))
    return {context: sequence + context * slope for context in (0.0, -1.0, 1.0)}


@pytest.fixture(scope="module")
def trained(reservoir, examples):
    losses = []
    config = PhraseTrainingConfig(n_updates=40)
    network = train_phrases(
        reservoir, CLOCK, examples, ridge=RIDGE, config=config, after=losses.append
    )
    return network, losses


def errors(network, examples, context):
    memory = teach_phrases(network, CLOCK, examples, ridge=RIDGE)
    moved = recall(memory, context) - recall(memory, 0.0)
    return moved - context * (examples[1.0] - examples[-1.0]) / 2.0


def test_the_loss_falls_at_every_update(trained):
    _, losses = trained
    assert len(losses) == 40
    assert np.all(np.diff(losses) < 0.0)
    assert losses[-1] < 0.1 * losses[0]


@pytest.mark.parametrize("context", [-1.0, 1.0, 12.0])
def test_what_is_recalled_moves_more_as_taught(reservoir, trained, examples, context):
    before, after = (
        np.median(np.abs(errors(network, examples, context))) for network in (reservoir, trained[0])
    )
    assert after < 0.2 * before


def test_connections_are_those_of_the_reservoir_and_it_stays_as_it_was(reservoir, trained):
    network, _ = trained
    np.testing.assert_array_equal(network.recurrent.indptr, reservoir.recurrent.indptr)
    np.testing.assert_array_equal(network.recurrent.indices, reservoir.recurrent.indices)
    config = ReservoirConfig(n_units=N_UNITS, n_inputs=12, density=0.3)
    again = draw_reservoir(config, rng=np.random.default_rng(1))
    for name in ("inputs", "context", "bias"):
        assert getattr(network, name).shape == getattr(reservoir, name).shape
        assert not np.array_equal(getattr(network, name), getattr(reservoir, name))
        np.testing.assert_array_equal(getattr(reservoir, name), getattr(again, name))
    assert (network.recurrent.data != reservoir.recurrent.data).all()
    np.testing.assert_array_equal(reservoir.recurrent.data, again.recurrent.data)


def test_a_plain_twin_finds_the_same_loss(trained, examples):
    network, losses = trained
    memory = teach_phrases(network, CLOCK, examples, ridge=RIDGE)
    states = {context: memory.states(context) for context in examples}
    padded = {
        c: np.pad(e, ((0, 12), (0, 0)), "edge").reshape(7, 24, 20) for c, e in examples.items()
    }
    loss = 0.0
    for phrase in range(7):
        targets = {context: padded[context][phrase] for context in examples}
        rows, wanted = (np.vstack([x[c] for c in examples]) for x in (states, targets))
        rows, wanted = (
            np.vstack([rows, (RIDGE * len(rows)) ** 0.5 * np.eye(N_UNITS)]),
            np.pad(wanted, ((0, N_UNITS), (0, 0))),
        )
        weights = np.linalg.lstsq(rows, wanted, rcond=None)[0]
        error = {context: states[context] @ weights - targets[context] for context in examples}
        bend = (states[1.0] + states[-1.0] - 2.0 * states[0.0]) @ weights / 2.0
        slope = (error[1.0] - error[-1.0]) / 2.0
        for part in (*error.values(), 12.0 * slope, 144.0 * bend):
            loss += np.sum(part**2)
    np.testing.assert_allclose(losses[-1], loss, rtol=1e-4)


def test_the_gradient_is_that_of_finite_differences(rng):
    contexts = np.array([0.0, -2.0, 1.5])
    states, targets = rng.standard_normal((3, 5, 8)), rng.standard_normal((3, 5, 4))
    aims = phrase_aims(contexts, targets, reach=3.0)
    _, gradient = phrase_loss(states, targets, aims, ridge=0.1)
    for _ in range(5):
        turn = rng.standard_normal(states.shape)
        above, below = (
            phrase_loss(states + h * turn, targets, aims, ridge=0.1)[0] for h in (1e-6, -1e-6)
        )
        np.testing.assert_allclose((above - below) / 2e-6, np.sum(gradient * turn), rtol=1e-5)


@pytest.mark.parametrize("contexts", [(0.0, -1.0, 1.0), (0.0, -2.0, 1.0), (0.0, 2.0, 4.0, 1.0)])
def test_slope_and_bend_are_what_an_error_becomes_at_reach(contexts):
    contexts = np.array(contexts)
    half = np.ptp(contexts) / 2.0
    targets = np.zeros((len(contexts), 1, 1))
    combinations = phrase_aims(contexts, targets, reach=12.0).combinations
    *recalled, slope, bend = combinations @ (3.0 + 0.5 * contexts)
    np.testing.assert_allclose(recalled, 3.0 + 0.5 * contexts)
    np.testing.assert_allclose((slope, bend), (0.5 * 12.0 * half, 0.0), atol=1e-9)
    np.testing.assert_allclose(combinations[-1] @ contexts**2, (12.0 * half) ** 2)


def test_one_example_beside_the_sequence_has_a_slope_and_no_bend(reservoir, examples):
    targets = np.array([[[1.0]], [[3.0]]])
    aims = phrase_aims(np.array([0.0, 1.0]), targets, reach=12.0)
    assert isinstance(aims, Aims)
    np.testing.assert_allclose(aims.wanted.ravel(), [1.0, 3.0, 12.0])
    two = {context: examples[context] for context in (0.0, 1.0)}
    losses = []
    config = PhraseTrainingConfig(n_updates=3)
    train_phrases(reservoir, CLOCK, two, ridge=RIDGE, config=config, after=losses.append)
    assert losses[2] < losses[0]


def test_nothing_to_learn_leaves_the_network_as_it_is(reservoir):
    silence = dict.fromkeys((-1.0, 0.0, 1.0), np.zeros((24, 2)))
    assert train_phrases(reservoir, CLOCK, silence, ridge=RIDGE) is reservoir


def test_a_block_without_weights_stays_without(examples):
    config = ReservoirConfig(n_units=30, n_inputs=12, bias_scale=0.0, leak=0.7)
    drawn = draw_reservoir(config, rng=np.random.default_rng(0))
    network = train_phrases(
        drawn, CLOCK, examples, ridge=RIDGE, config=PhraseTrainingConfig(n_updates=2)
    )
    assert network.leak == 0.7
    assert not network.bias.any()
    assert not np.array_equal(network.inputs, drawn.inputs)


def test_what_does_not_fit_is_refused(reservoir, examples):
    def train(clock, examples):
        return train_phrases(reservoir, clock, examples, ridge=RIDGE)

    with pytest.raises(ValueError, match="at least two contexts"):
        train(CLOCK, {0.0: examples[0.0]})
    with pytest.raises(ValueError, match="one shape"):
        train(CLOCK, {0.0: examples[0.0], 1.0: examples[1.0][1:]})
    with pytest.raises(ValueError, match="must have 9 inputs, the clock's bumps"):
        train(ClockConfig(n_frames=24, n_bumps=9), examples)
    with pytest.raises(FloatingPointError, match="no longer finite"):
        train(CLOCK, examples | {1.0: np.full_like(examples[1.0], np.nan)})
    with pytest.raises(ValueError, match="n_updates must be at least 1"):
        PhraseTrainingConfig(n_updates=0)
    for reach in (-1.0, np.inf, np.nan):
        with pytest.raises(ValueError, match="reach must be finite"):
            PhraseTrainingConfig(reach=reach)


# A song's memory, taught in a few updates.


@pytest.fixture
def few_updates(monkeypatch):
    monkeypatch.setattr("ctxaudio.memory.song_memory.TRAINING_UPDATES", UPDATES)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("trained")


@pytest.fixture(scope="module")
def song(folder):
    return write(folder / "song.wav", notes())


@pytest.fixture(scope="module")
def taught(folder, song):
    memory = folder / "song.memory"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ctxaudio.memory.song_memory.TRAINING_UPDATES", UPDATES)
        return memory, ctxaudio("teach", song, "-o", memory, "--network", "trained", "--json")


def test_teach_says_which_network_it_taught(taught):
    _, result = taught
    assert (result.code, result.err) == (0, "")
    assert json.loads(result.out)["network"] == "trained"


def test_info_names_the_network(taught):
    memory, _ = taught
    assert json.loads(ctxaudio("info", memory, "--json").out)["network"] == "trained"
    assert "network        trained\n" in ctxaudio("info", memory).out.decode()


def test_a_song_is_shifted_by_a_trained_memory(song, taught, tmp_path):
    memory, _ = taught
    target = tmp_path / "out.wav"
    result = ctxaudio("shift", song, "+5", "--memory", memory, "-o", target, "--json")
    assert (result.code, json.loads(result.out)["taught"]) == (0, [-1.0, 0.0, 1.0])
    assert target.stat().st_size > 1_000


def test_the_same_seed_gives_the_same_file(song, taught, few_updates):
    sound, told = read(song), []
    memory = ContextShift.teach(sound, network="trained", progress=told.append).memory
    assert sum(told) == n_taught(sound, "trained") == n_taught(sound) + UPDATES * 128
    target = io.BytesIO()
    save_memory(memory, target)
    assert target.getvalue() == taught[0].read_bytes()
    loaded = load_memory(taught[0])
    assert (loaded.network, loaded.contexts) == ("trained", memory.contexts)
    assert isinstance(loaded.phrases.network, Reservoir)
    assert loaded.phrases.readouts.weights.tobytes() == memory.phrases.readouts.weights.tobytes()
    for context in (-12.0, 3.0):
        shifted = ContextShift(loaded)(sound, context).samples
        np.testing.assert_array_equal(shifted, ContextShift(memory)(sound, context).samples)


def test_a_reservoir_is_what_a_file_without_a_word_of_it_holds(song, tmp_path):
    memory = tmp_path / "plain.memory"
    assert ctxaudio("teach", song, "-o", memory).code == 0
    assert b'\\"network\\"' not in memory.read_bytes()
    assert load_memory(memory).network == "reservoir"


def test_a_reservoir_is_taught_without_loading_torch(song, tmp_path):
    assert "torch" not in imported_by("teach", str(song), "-o", str(tmp_path / "a.memory"))


def test_without_torch_one_line_names_the_extra_before_any_work(tmp_path, monkeypatch):
    monkeypatch.setattr("ctxaudio.extras.find_spec", lambda name: None)
    said = failed(ctxaudio("teach", "missing.wav", "--network", "trained"))
    assert said.startswith("ctxaudio: a trained network needs torch: ")
    assert said.endswith(" pip install '.[train]'.\n")


def test_a_network_that_cannot_be_trained_is_one_line(song, tmp_path, monkeypatch):
    def broken(states, *_, **__):
        return float("nan"), states

    monkeypatch.setattr(phrase_training, "phrase_loss", broken)
    memory = tmp_path / "song.memory"
    said = failed(ctxaudio("teach", song, "-o", memory, "--network", "trained"))
    assert "the network could not be trained" in said
    assert list(tmp_path.iterdir()) == []


def test_another_kind_of_network_is_refused(song):
    assert "'reservoir', 'trained'" in failed(ctxaudio("teach", song, "--network", "x"), code=2)
    sound = notes()
    with pytest.raises(DataError, match="one of reservoir, trained, got 'x'"):
        teach_song(sound, [tape_example(sound, 1.0)], network="x")
