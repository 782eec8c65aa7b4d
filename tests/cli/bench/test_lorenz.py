"""``ctxaudio bench``: what it says, what it writes, and that a run that was killed goes on."""

from __future__ import annotations

import signal
import time

import numpy as np
import pytest

from cli.bench import figures
from cli.bench.files import save_figure
from cli.bench.table import bifurcation_table, contexts_table, mechanism_table
from rnn.experiments.lorenz.summary import summarise_contexts, summarise_draws
from rnn.experiments.lorenz.truth import Floor
from tests.support.command import ctxaudio, failed, imported_by, started
from tests.support.reports import Page, is_png, loads

HEAVY = {"dask", "distributed", "joblib", "matplotlib", "numba", "numpy", "rich", "rnn", "scipy"}
# Networks so small that they take no time, asked briefly.
SMALL = ("--set", "n_units=40", "--set", "density=0.2", "--set", "keep_s=2")
BRIEF = ("--runs", "2", "--seconds", "5")
MEASURED = ("mean", "std", "mean_error", "std_ratio", "distance", "exponent", "return_map")
FLOOR = Floor(np.full(3, 0.5), np.full(3, 0.03), 0.05, 0.06, 0.01)


def files(folder):
    return {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.iterdir()}


# Help and mistakes.


@pytest.mark.parametrize("command", [("bench",), ("bench", "lorenz")])
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_each_command_explains_itself(command, option):
    result = ctxaudio(*command, option)
    assert (result.code, result.err) == (0, "")
    assert result.out.decode().startswith(" ".join(["Usage: ctxaudio", *command]))


@pytest.mark.parametrize(
    "args",
    [
        ("--help",),
        ("bench", "--help"),
        ("bench", "lorenz", "--help"),
        ("bench", "lorenz", "translate", "--context", "nan"),
    ],
)
def test_help_and_mistakes_import_nothing_heavy(args):
    assert HEAVY.isdisjoint(imported_by(*args))


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        (("sing",), "No such command 'sing'"),
        (("lorenz", "sing"), "'sing' is not one of 'translate'"),
        (("lorenz", "translate", "--seeds", "0"), "--seeds"),
        (("lorenz", "translate", "--seeds", "-1"), "--seeds"),
        (("lorenz", "translate", "--runs", "0"), "--runs"),
        (("lorenz", "translate", "--jobs", "0"), "--jobs"),
        (("lorenz", "translate", "--seconds", "-1"), "--seconds"),
        (("lorenz", "translate", "--seconds", "0.5"), "--seconds"),
        (("lorenz", "translate", "--seconds", "nan"), "seconds must be at least 5 and finite"),
        (("lorenz", "translate", "--preset", "old"), "'old' is not one of 'modern', 'study'"),
        (("lorenz", "translate", "--contxt", "5"), "Did you mean"),
        (("lorenz", "translate", "--context", "nan"), "expected contexts within"),
        (("lorenz", "translate", "--context", "-inf"), "expected contexts within"),
        (("lorenz", "translate", "--context", "1e7"), "expected contexts within"),
        (("lorenz", "translate", "--context", ""), "expected numbers such as 25 or -40,30"),
        (("lorenz", "translate", "--context", "5,"), "expected numbers such as 25 or -40,30"),
        (("lorenz", "translate", "--context", "-40,30"), "has 1 context, got 2: -40, +30."),
        (("lorenz", "multi", "--context", "-40,30"), "has 1 context, got 2: -40, +30."),
        (("lorenz", "flight", "--context", "-40"), "has 2 contexts, got 1: -40."),
        (("lorenz", "flight", "--context", "1,2,3"), "has 2 contexts, got 3: +1, +2, +3."),
        (("lorenz", "bifurcation", "--context", "5"), "does not go with bifurcation"),
        (("lorenz", "mechanism", "--context", "5"), "does not go with mechanism"),
        (("lorenz", "all", "--context", "5"), "does not go with all"),
        (("lorenz", "translate", "--set", "ridge"), "expected a name and a number"),
        (("lorenz", "translate", "--set", "ridge=nan"), "expected a name and a number"),
        (("lorenz", "translate", "--set", "ridge=-1"), "ridge must be finite and not negative"),
        (("lorenz", "translate", "--set", "n_units=2.5"), "n_units must be a whole number"),
        (("lorenz", "translate", "--set", "sing=1"), "there is no number 'sing' to set"),
    ],
)
def test_a_mistake_is_one_line_with_code_2(args, reason, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    said = failed(ctxaudio("bench", *args), code=2)
    assert reason in said
    assert "\N{REPLACEMENT CHARACTER}" not in said
    assert list(tmp_path.iterdir()) == []


def test_a_mistake_leaves_no_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for mistake in (("--seconds", "nan"), ("--set", "sing=1"), ("--context", "1,2")):
        failed(ctxaudio("bench", "lorenz", "translate", *mistake, "--out", "out"), code=2)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("place", ["file", "file/deeper"])
def test_a_folder_that_cannot_be_made_is_known_before_the_work(place, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("precious")
    start = time.monotonic()
    result = ctxaudio("bench", "lorenz", "all", "--seeds", "1000", "--out", place)
    assert f"cannot write to {place}: " in failed(result)
    assert time.monotonic() - start < 30.0
    assert (tmp_path / "file").read_text() == "precious"


def test_a_picture_that_cannot_be_written_is_known_before_the_work(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lorenz-translate+25.png").mkdir()
    args = ("lorenz", "translate", "--seeds", "1000", "--context", "25", "--plot")
    assert "lorenz-translate+25.png" in failed(ctxaudio("bench", *args))


def test_a_scheduler_that_is_not_there_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("rnn.experiments.lorenz.sweep.CONNECT_S", 0.5)
    address = "tcp://127.0.0.1:9"
    result = ctxaudio("bench", "lorenz", "translate", *SMALL, *BRIEF, "--cluster", address)
    assert f"no Dask scheduler answers at '{address}'" in failed(result)
    assert list(tmp_path.iterdir()) == []


# One context.


def test_one_context_is_a_table_and_a_picture(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = ctxaudio("bench", "lorenz", "translate", "--context", "25", "--plot", *SMALL, *BRIEF)
    assert result.code == 0
    title, head, first, *more = result.out.decode().splitlines()
    assert title == "translate (modern, 1 draw)"
    assert {"context", "kept", "distance", "exponent"} < set(head.split())
    assert first.split()[0] == "+25"
    assert any(line.split()[:3] == ["two", "true", "runs"] for line in more)
    assert max(len(line) for line in (head, first, *more)) <= 80
    assert result.err == "ctxaudio: wrote lorenz-translate+25.png\n"
    assert [path.name for path in tmp_path.iterdir()] == ["lorenz-translate+25.png"]
    assert is_png(tmp_path / "lorenz-translate+25.png")


def test_two_contexts_are_the_flight_s(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = ctxaudio(
        "bench", "lorenz", "flight", "--context", "-40,30", "--json", "--plot", *SMALL, *BRIEF
    )
    assert result.code == 0
    report = loads(result.out)
    assert [row["context"] for row in report["results"]["flight"]] == [[-40.0, 30.0]]
    assert (report["draws"], report["runs"], report["seconds"]) == (1, 2, 5.0)
    assert [path.name for path in tmp_path.iterdir()] == ["lorenz-flight-40+30.png"]
    assert is_png(tmp_path / "lorenz-flight-40+30.png")


# A report, of a run that was killed and went on.


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """A folder, what was in its draws when the run was killed, and the run that went on."""
    folder = tmp_path_factory.mktemp("bench") / "not" / "there"
    command = ["bench", "lorenz", "translate", "--quick", "--seeds", "3", *BRIEF]
    command += ["--jobs", "1", "--out", folder, "--json"]
    process = started(*command)
    with process:
        deadline = time.monotonic() + 120.0
        while not list(folder.glob("draws/*.json")):
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    before = {
        name: seen for name, seen in files(folder / "draws").items() if name.endswith(".json")
    }
    assert not (folder / "report.json").exists()
    return folder, before, ctxaudio(*command)


def test_a_killed_run_goes_on_from_what_is_there(killed):
    folder, before, result = killed
    assert result.code == 0
    assert 1 <= len(before) < 3
    after = files(folder / "draws")
    assert {name: after[name] for name in before} == before
    records = [loads(content) for name, (_, content) in after.items() if name.endswith(".json")]
    assert sorted(record["job"]["seed"] for record in records) == [0, 1, 2]


def test_the_report_of_a_killed_run_is_of_all_draws(killed):
    report = loads(killed[2].out)
    assert (report["preset"], report["draws"], report["runs"], report["seconds"]) == (
        "modern",
        3,
        2,
        5.0,
    )
    rows = report["results"]["translate"]
    assert [row["context"] for row in rows] == [[-40.0], [-20.0], [20.0], [40.0]]
    for row in rows:
        assert sum(row["outcomes"].values()) == 3
        assert row["success_rate"] == pytest.approx(row["outcomes"].get("kept", 0) / 3)
        assert row["std_ratio"]["n"] == 3 - row["outcomes"].get("diverged", 0)
        assert len(row["std_ratio"]["median"]) == 3
        assert row["exponent"]["low"] <= row["exponent"]["median"] <= row["exponent"]["high"]
    assert len(report["two_true_runs"]["mean_error"]) == 3
    assert all(np.min(number) > 0.0 for number in report["two_true_runs"].values())
    assert all(seconds >= 0.0 for seconds in report["timings_s"].values())


def test_the_report_is_written_as_it_was_printed(killed):
    folder, _, result = killed
    printed = loads(result.out)
    del printed["timings_s"]
    assert loads((folder / "report.json").read_text()) == printed
    assert result.out.count(b"\n") == 1
    assert result.err == f"ctxaudio: wrote {folder / 'index.html'}\n"


def test_the_page_shows_every_figure_and_links_the_numbers(killed):
    folder, _, _ = killed
    shown = Page((folder / "index.html").read_text())
    assert len(shown.images) == len(set(shown.images)) == 2
    assert {path.name for path in folder.glob("*.png")} == set(shown.images)
    assert all(is_png(folder / name) for name in shown.images)
    assert shown.links == ["report.json"]
    assert shown.text["h2"][0] == "translate (modern, 3 draws)"
    assert {path.name for path in folder.iterdir()} == {
        "draws",
        "index.html",
        "report.json",
        *shown.images,
    }


def test_the_page_has_the_table_that_is_printed(killed):
    folder, _, _ = killed
    report = loads((folder / "report.json").read_text())
    floor = Floor(*[np.array(number) for number in report["two_true_runs"].values()])
    lines = contexts_table(report["results"]["translate"], floor)
    assert Page((folder / "index.html").read_text()).text["pre"][0] == "\n".join(lines)


# The tables and the figures themselves.


def lost(context):
    return {"context": context, "outcome": "diverged"} | dict.fromkeys(MEASURED)


@pytest.fixture
def all_lost():
    """Rows of two contexts, at which every one of two draws diverged."""
    return summarise_contexts([{"result": {"contexts": [lost([-40.0]), lost([40.0])]}}] * 2)


def test_a_table_of_which_every_draw_is_lost_has_dashes(all_lost):
    head, *lines = contexts_table(all_lost, FLOOR)
    assert lines[0].split() == ["-40", "0/2", *["-"] * 8]
    assert lines[1].split() == ["2", "diverged"]
    assert lines[2].split()[0] == "+40"
    # A dash ends where the number above or below it does.
    assert {len(line) for line in (head, lines[0], lines[2], lines[-1])} == {len(head)}


def test_a_table_of_two_contexts_names_both():
    rows = summarise_contexts([{"result": {"contexts": [lost([-40.0, 30.0]), lost([0.0, 0.0])]}}])
    named = [line for line in contexts_table(rows, FLOOR) if "0/1" in line]
    assert named[0].strip().startswith("-40, +30 ")
    assert named[1].strip().startswith("0, 0 ")


def test_a_bifurcation_of_which_every_draw_is_lost_has_dashes():
    result = lost([5.0]) | {
        "hopf_eigenvalues": [None, None],
        "hopf_swings": [None, 1.75],
        "wings": None,
    }
    lines = bifurcation_table(summarise_draws([{"result": result}] * 2))
    eigenvalues, swings, exponent, wings, outcome = lines[1:]
    assert eigenvalues.split()[-5:] == ["1.7368", "-", "-", "-", "0"]
    assert swings.split()[-5:] == ["1.7368", "1.7500", "1.7500", "1.7500", "2"]
    assert exponent.split()[-4:] == wings.split()[-4:] == ["-", "-", "-", "0"]
    assert "2 diverged" in outcome


def test_a_mechanism_s_table_has_a_line_for_each_number():
    names = ("zeroth_correlation", "zeroth_error", "first_correlation", "first_error")
    result = dict.fromkeys((*names, "output_error"), 0.25)
    lines = mechanism_table(summarise_draws([{"result": result}] * 3))
    assert len(lines) == 6
    assert all(float(line.split()[-2]) == 0.25 and line.split()[-1] == "3" for line in lines[1:])
    missing = {name: {"n": 0, "median": None, "low": None, "high": None} for name in result}
    assert all(line.split()[-4:] == ["-", "-", "-", "0"] for line in mechanism_table(missing)[1:])


def test_figures_are_drawn_of_what_is_left_where_draws_are_lost(all_lost, tmp_path):
    found = {"context": [5.0], "outcome": "kept"} | dict.fromkeys(MEASURED, 0.5)
    found |= dict.fromkeys(("mean_error", "std_ratio"), [0.5] * 3)
    (row,) = summarise_contexts([{"result": {"contexts": [found]}}])
    with (tmp_path / "errors.png").open("wb") as file:
        save_figure(figures.errors([*all_lost, row], FLOOR, "lost"), file)
    assert is_png(tmp_path / "errors.png")


def test_figures_of_which_every_draw_is_lost_are_drawn(all_lost, tmp_path):
    with (tmp_path / "errors.png").open("wb") as file:
        save_figure(figures.errors(all_lost, FLOOR, "lost"), file)
    assert is_png(tmp_path / "errors.png")


@pytest.mark.parametrize("address", ["nonsense", "", "foo://bar:3"])
def test_what_is_no_address_of_a_scheduler_is_one_line(address):
    result = ctxaudio(
        "bench", "lorenz", "translate", *SMALL, *BRIEF, "--seeds", "1", "--cluster", address
    )
    assert "a Dask scheduler" in failed(result).replace("no Dask", "a Dask")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--seconds", "1"), "5.0<=x"),
        (("--seconds", "-1"), "-1.0 is not in the range"),
        (("--set", "keep_s=0.001"), "keep_s must hold two of the frames"),
        (("--set", "every=100000"), "keep_s must hold two of the frames"),
        (("--set", "dt=1e-311"), "dt must go into 0.01 s"),
    ],
)
def test_settings_that_could_not_be_taught_are_refused_at_once(args, message):
    assert message in failed(ctxaudio("bench", "lorenz", "translate", *args), 2)


@pytest.mark.parametrize("experiment", ["bifurcation", "flight"])
def test_contexts_that_an_experiment_brings_itself_are_not_set(experiment):
    result = ctxaudio("bench", "lorenz", experiment, "--set", "taught_low=-1")
    assert "taught_low cannot be set" in failed(result, 2)


@pytest.mark.parametrize("args", [("bench",), ("bench", "lorenz")])
def test_what_is_missing_is_one_readable_line(args):
    assert "\N{REPLACEMENT CHARACTER}" not in failed(ctxaudio(*args), 2)
