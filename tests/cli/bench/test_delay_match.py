"""``ctxaudio bench delay-match``: what it says and writes, and that a run that was stopped goes on.

The networks and tasks are so small that they are trained in a moment.
"""

from __future__ import annotations

import io
import os
import signal
import sys
from dataclasses import replace
from functools import partial

import pytest

from cli.bench import delay_match_report as report_of
from cli.bench import delay_match_run as running
from cli.bench.delay_match_table import training_table
from cli.output import Reporter
from rnn.experiments.delay_match import study
from rnn.tasks import DelayMatch
from rnn.trainable import Assignment, OptimiserConfig, Plan, RateConfig, TrainingConfig, begin
from rnn.trainable import training as trainings
from rnn.trainable.analysis.account import explain
from rnn.trainable.files import load_networks, load_training
from tests.support.command import ctxaudio, failed, imported_by
from tests.support.reports import Page, is_png, loads

HEAVY = {"matplotlib", "numba", "numpy", "rich", "rnn", "safetensors", "scipy", "torch"}
COMMAND = ("bench", "delay-match")
TESTED_S = (0.0, 0.1, 0.3)
LONG_S = (1.0, 6.0)
TASK = DelayMatch(form="input", fixation_s=0.04, pulse_s=0.16, decision_s=0.08)


def tiny(variant, preset, *, seeds, quick=False, sgd=False):
    """Networks of 12 units: those of one preset learn the task, those of the other have no time."""
    delays = ((0.0, 0.0), (0.1, 0.1)) if variant != "ranges" else ((0.1, 0.1), (0.0, 0.3))
    if (variant, preset) == ("inputs", "modern"):
        delays = ((0.0, 0.1),)
    return Plan(
        RateConfig(
            n_units=12, n_inputs=2, recurrent_noise=0.02, weight_spread=0.3, input_scale=0.5
        ),
        TrainingConfig(
            optimiser=OptimiserConfig(method="sgd" if sgd else "adam", learning_rate=0.01),
            batch=32,
            validate_every=10,
            validation_trials=10,
            max_updates=100 if preset == "modern" else 12,
        ),
        tuple(
            Assignment(task=replace(TASK, shortest_s=low, longest_s=high), seed=seed)
            for low, high in delays
            for seed in range(seeds)
        ),
    )


@pytest.fixture(scope="module", autouse=True)
def small():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(study, "plan_for", tiny)
        patch.setattr(report_of, "QUICK_DELAYS_S", TESTED_S)
        patch.setattr(report_of, "QUICK_LONG_DELAYS_S", LONG_S)
        patch.setattr(report_of, "TRIALS", 10)
        brief = partial(explain, longest_run_s=10.0, longest_delay_s=2.0, n_starts=8)
        patch.setattr(report_of, "explain", brief)
        yield


@pytest.fixture
def undrawn():
    """Figures take longer than all the rest."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(report_of, "write_report", lambda *_: None)
        yield


def delays(*args, out=None):
    return ctxaudio(*COMMAND, "delays", "--quick", *args, *(() if out is None else ("--out", out)))


def untimed(report):
    """A report without what differs from run to run."""
    presets = report["presets"].items()
    left = {"training_s", "updates_before"}
    return {name: value for name, value in report.items() if name != "timings_s"} | {
        "presets": {n: {k: v for k, v in one.items() if k not in left} for n, one in presets}
    }


# Help and mistakes.


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_it_explains_itself(option):
    result = ctxaudio(*COMMAND, option)
    assert (result.code, result.err) == (0, "")
    assert result.out.decode().startswith("Usage: ctxaudio bench delay-match")
    assert "delay-match" in ctxaudio("bench", option).out.decode()


@pytest.mark.parametrize("args", [("--help",), ("delays", "--seeds", "0")])
def test_help_and_mistakes_import_nothing_heavy(args):
    assert HEAVY.isdisjoint(imported_by(*COMMAND, *args))


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        ((), "Missing argument"),
        (("sing",), "'sing' is not one of 'delays', 'ranges', 'inputs'"),
        (("delays", "--seeds", "0"), "--seeds"),
        (("delays", "--seeds", "1001"), "--seeds"),
        (("delays", "--preset", "old"), "'old' is not one of 'both', 'modern', 'study'"),
        (("delays", "--optimiser", "lbfgs"), "'lbfgs' is not one of 'adam', 'sgd'"),
        (("delays", "--preset", "modern", "--optimiser", "sgd"), "sgd is for the study's network"),
        (("delays", "--devce", "cpu"), "Did you mean"),
    ],
)
def test_a_mistake_is_one_line_with_code_2(args, reason, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert reason in failed(ctxaudio(*COMMAND, *args), 2)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("device", ["cuda:99", "turbo", "", "gpu\n\x1b[31m"])
def test_a_device_that_cannot_compute_is_one_line(device, tmp_path):
    said = failed(delays("--device", device, out=tmp_path / "out"))
    assert "expected a device that torch can use here (cpu" in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("module", "extra", "out"),
    [("torch", "train", None), ("torch", "train", "out"), ("matplotlib", "plot", "out")],
)
def test_a_package_that_is_missing_names_its_extra(module, extra, out, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        "ctxaudio.extras.find_spec", lambda name: None if name == module else object()
    )
    said = failed(delays(out=out))
    assert said.startswith(f"ctxaudio: this needs {module}: ")
    assert said.endswith(f" pip install '.[{extra}]'.\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("place", ["file", "file/deeper"])
def test_a_folder_that_cannot_be_made_is_one_line(place, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("precious")
    assert f"cannot write to {place}: " in failed(delays(out=place))
    assert (tmp_path / "file").read_text() == "precious"


# What is left of a whole run.


@pytest.fixture(scope="module")
def whole(small, tmp_path_factory):
    """A folder and the run that filled it, with both presets and two seeds."""
    folder = tmp_path_factory.mktemp("delay-match") / "not" / "there"
    return folder, delays("--seeds", "2", "--json", out=folder)


def test_a_report_is_written_as_it_was_printed(whole):
    folder, result = whole
    assert (result.code, result.err) == (0, f"ctxaudio: wrote {folder / 'index.html'}\n")
    assert result.out.count(b"\n") == 1
    printed = loads(result.out)
    assert set(printed.pop("timings_s")) >= {"Training, modern", "Training, study"}
    assert loads((folder / "report.json").read_text()) == printed
    assert (printed["variant"], printed["seeds"], printed["quick"]) == ("delays", 2, True)


def test_the_numbers_of_a_report_agree(whole):
    report = loads(whole[1].out)
    assert list(report["presets"]) == ["modern", "study"]
    for preset, result in report["presets"].items():
        plan = tiny("delays", preset, seeds=2)
        assert result["network"]["n_units"] == plan.network.n_units
        assert result["training"]["max_updates"] == plan.training.max_updates
        assert result["trained_s"] == [[0.0, 0.0], [0.1, 0.1]]
        assert result["delays_s"] == list(TESTED_S)
        assert list(result["maps"]) == ["overall", "AA", "BB", "AB", "BA"]
        for rows in result["maps"].values():
            assert [len(row) for row in rows] == [len(TESTED_S)] * 2
        assert len(result["networks"]) == 4
        assert result["training_s"] > 0.0
        assert result["updates_before"] == 0
    modern, others = report["presets"].values()
    assert modern["reached"] == [2, 2]
    assert modern["mean_updates"] == [sum(row) / 2 for row in modern["updates"]]
    assert modern["memory"]["trained_s"] == [0.1, 0.1]
    assert modern["memory"]["sentence"].endswith(".")
    assert others["reached"] == [0, 0]
    assert others["updates"] == [[12, 12]] * 2
    assert others["mean_updates"] == [None, None]
    assert others["memory"] is None


def test_the_page_shows_every_figure_and_links_the_numbers(whole):
    folder, _ = whole
    shown = Page((folder / "index.html").read_text())
    assert sorted(shown.images) == [
        "delays-modern-map.png",
        "delays-modern-memory.png",
        "delays-study-map.png",
        "delays-updates.png",
    ]
    assert {path.name for path in folder.glob("*.png")} == set(shown.images)
    assert all(is_png(folder / name) for name in shown.images)
    assert shown.links == ["report.json"]
    assert {path.name for path in folder.iterdir()} == {
        "index.html",
        "report.json",
        *(f"delays-{preset}.{e}" for preset in study.PRESETS for e in ("networks", "training")),
        *shown.images,
    }


def test_the_page_has_the_tables_that_are_printed(whole):
    folder, _ = whole
    report = loads((folder / "report.json").read_text())
    printed = delays("--seeds", "2").out.decode()
    shown = Page((folder / "index.html").read_text())
    for title, table in zip(shown.text["h2"], shown.text["pre"], strict=False):
        assert f"{title}\n{table}\n" in printed
    assert printed.startswith("delays: training\n" + training_table(report["presets"])[0])
    assert max(map(len, printed.splitlines())) <= 80
    assert "modern: all 4 networks reached the criterion (" in printed
    assert "study: 0 of 4 networks reached the criterion; 4 stopped" in printed
    assert "study: no network has reached the criterion." in printed


def test_networks_are_kept(whole):
    folder, _ = whole
    for preset in study.PRESETS:
        plan = tiny("delays", preset, seeds=2)
        networks = load_networks(folder / f"delays-{preset}.networks")
        assert (networks.config, len(networks)) == (plan.network, 4)
        state = load_training(plan, folder / f"delays-{preset}.training")
        assert len(state.active) == 0


@pytest.mark.parametrize(
    ("variant", "pictures"),
    [
        ("ranges", {"ranges-updates", "ranges-modern-map", "ranges-study-map"}),
        ("inputs", {"inputs-curves", "inputs-study-map"}),
    ],
)
def test_other_variants_have_their_own_figures_and_tables(variant, pictures, tmp_path):
    result = ctxaudio(*COMMAND, variant, "--quick", "--out", tmp_path)
    assert result.code == 0
    assert {path.stem for path in tmp_path.glob("*.png")} == pictures | {f"{variant}-modern-memory"}
    printed = result.out.decode()
    assert max(map(len, printed.splitlines())) <= 80
    if variant == "ranges":
        assert "0–0.3" in printed
    else:
        report = loads((tmp_path / "report.json").read_text())["presets"]
        assert report["modern"]["delays_s"] == [*TESTED_S, *LONG_S]
        assert report["study"]["delays_s"] == list(TESTED_S)
        assert "worst network  its worst condition" in printed


def test_one_preset_is_all_that_is_trained(tmp_path, undrawn):
    result = delays("--preset", "study", "--optimiser", "sgd", "--json", out=tmp_path)
    report = loads(result.out)
    assert list(report["presets"]) == ["study"]
    assert report["presets"]["study"]["training"]["optimiser"]["method"] == "sgd"
    assert (tmp_path / "delays-study-sgd.networks").is_file()
    assert not list(tmp_path.glob("*modern*"))


def test_without_a_folder_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = delays("--preset", "study", "--quiet")
    assert (result.code, result.err) == (0, "")
    assert list(tmp_path.iterdir()) == []


# A run that was stopped goes on.


def stopped_by(what, after_updates):
    """Training, in which something happens after some updates."""

    def train(plan, state, *, after):
        def counted(state):
            if state.n_updates.max() == after_updates:
                what()
            after(state)

        return trainings.train(plan, state, after=counted)

    return train


def interrupted(number=signal.SIGINT):
    os.kill(os.getpid(), number)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_goes_on_to_the_same_end(
    number, code, whole, tmp_path, monkeypatch, undrawn
):
    monkeypatch.setattr(running, "train", stopped_by(partial(interrupted, number), 7))
    result = delays("--seeds", "2", out=tmp_path)
    assert (result.code, result.out) == (code, b"")
    kept = tmp_path / "delays-modern.training"
    assert f"kept {kept}: the same command goes on from there\n" in result.err
    assert [path.name for path in tmp_path.iterdir()] == [kept.name]
    assert load_training(tiny("delays", "modern", seeds=2), kept).n_updates.tolist() == [7] * 4
    monkeypatch.undo()
    goes_on(whole, tmp_path, before=28)


def test_a_run_that_was_killed_goes_on_from_its_last_checkpoint(
    whole, tmp_path, monkeypatch, undrawn
):
    def killed():
        raise SystemExit(9)

    monkeypatch.setattr(running, "CHECKPOINT_S", 0.0)
    monkeypatch.setattr(running, "train", stopped_by(killed, 7))
    assert delays("--seeds", "2", out=tmp_path).code == 9
    monkeypatch.undo()
    goes_on(whole, tmp_path, before=24)


def goes_on(whole, folder, *, before):
    """The same command does the rest, and leaves what an uninterrupted run does."""
    expected = loads(whole[1].out)
    report = loads(delays("--seeds", "2", "--json", out=folder).out)
    assert report["presets"]["modern"]["updates_before"] == before
    assert untimed(report) == untimed(expected)
    for name in ("delays-modern.networks", "delays-study.networks", "delays-modern.training"):
        assert (folder / name).read_bytes() == (whole[0] / name).read_bytes()


def test_what_is_finished_is_not_trained_again(whole, tmp_path, monkeypatch, undrawn):
    folder, result = whole
    for path in folder.glob("*.training"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(running, "train", lambda *args, **_: pytest.fail("it was trained"))
    again = delays("--seeds", "2", "--json", out=tmp_path)
    assert untimed(loads(again.out)) == untimed(loads(result.out))
    for path in folder.glob("*.networks"):
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()


def test_a_checkpoint_that_is_damaged_is_one_line(whole, tmp_path):
    path = tmp_path / "delays-modern.training"
    content = bytearray((whole[0] / path.name).read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    said = failed(delays("--seeds", "2", out=tmp_path))
    assert str(path) in said
    assert "contents have changed" in said
    assert "remove it to begin anew" in said
    assert path.read_bytes() == content


def test_a_checkpoint_of_other_options_is_one_line(whole, tmp_path):
    path = tmp_path / "delays-modern.training"
    path.write_bytes((whole[0] / path.name).read_bytes())
    said = failed(delays("--seeds", "1", out=tmp_path))
    assert str(path) in said
    assert "another plan" in said
    assert "remove it" in said


def test_a_checkpoint_that_cannot_be_read_is_one_line(tmp_path):
    (tmp_path / "delays-modern.training").mkdir()
    assert "delays-modern.training: Is a directory" in failed(delays(out=tmp_path))


def test_a_folder_that_takes_no_file_is_known_before_the_work(tmp_path, monkeypatch):
    monkeypatch.setattr(running, "train", lambda *args, **_: pytest.fail("it was trained"))
    monkeypatch.setattr("rnn.file_parts._UNNAMED", None)
    monkeypatch.setattr("rnn.file_parts.secrets.token_hex", lambda _: "a/b")
    assert f"cannot write to {tmp_path}: " in failed(delays(out=tmp_path))


# What goes wrong in a training.


@pytest.fixture
def failing(monkeypatch):
    """The first network of two has no finite loss, and no restart is left to it."""

    def begun(plan, device):
        state = begin(plan, device)
        state.networks.weights.matrix[0] = float("nan")
        state.restarts[0] = plan.training.max_restarts
        return state

    monkeypatch.setattr(running, "begin", begun)


def test_networks_that_fail_are_notes_and_numbers(failing, tmp_path, undrawn):
    result = delays("--json", out=tmp_path)
    assert result.code == 0
    notes = result.err.splitlines()
    for preset in study.PRESETS:
        about = f"ctxaudio: delays, {preset}: network 0 (seed 0): its loss was no longer finite"
        assert any(note.startswith(about) and "at update 1" in note for note in notes)
        kept = load_networks(tmp_path / f"delays-{preset}.networks")
        assert kept.weights.matrix.isfinite().all()
    modern = loads(result.out)["presets"]["modern"]
    assert [network["outcome"] for network in modern["networks"]] == ["failed", "reached"]
    assert modern["mean_updates"][0] is None
    assert modern["memory"]["network"] == 1
    lines = training_table({"modern": modern})
    assert lines[2].split()[:3] == ["0", "0/1", "-"]
    assert lines[-1].endswith("1 of 2 networks reached the criterion; 1 failed; 2 restarts")


def test_networks_that_do_not_fit_are_one_line(monkeypatch):
    def too_large(*_, **__):
        raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: 1e15 bytes")

    monkeypatch.setattr(running, "train", too_large)
    assert failed(delays()) == "ctxaudio: not enough memory for what was asked.\n"


def test_a_network_that_cannot_be_explained_is_a_sentence(monkeypatch, tmp_path):
    def unexplained(*_, **__):
        raise ArithmeticError("the network grows without bounds within the delay.")

    monkeypatch.setattr(report_of, "explain", unexplained)
    result = delays("--preset", "modern", out=tmp_path)
    assert "Cannot be explained: the network grows without bounds" in result.out.decode()
    assert not (tmp_path / "delays-modern-memory.png").exists()


# The bar.


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize("option", [None, "--quiet", "--json"])
def test_a_terminal_sees_how_many_are_done(option, monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERM", "xterm")
    reporter = Reporter(quiet=option == "--quiet", as_json=option == "--json")
    with reporter.count("Training", 7) as show:
        show(3, "120 updates")
    assert ("3/7" in terminal.getvalue()) == (option is None)
    assert ("120 updates" in terminal.getvalue()) == (option is None)
    assert reporter.timings_s["Training"] >= 0.0


def test_a_bar_tells_of_the_networks_that_are_still_trained():
    state = begin(tiny("delays", "modern", seeds=1))
    assert running.beside(state) == "update 0, 2 left, loss -, 50 %"
    state.n_updates[:] = 1200
    state.outcome[0] = trainings.REACHED
    state.loss[:], state.smoothed[:] = (7.0, 0.25), (1.0, 0.75)
    assert running.beside(state) == "update 1,200, 1 left, loss 0.2500, 75 %"
    state.outcome[1] = trainings.STOPPED
    assert running.beside(state) == "update 1,200"
