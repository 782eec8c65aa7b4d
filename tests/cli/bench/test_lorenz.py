"""``ctxaudio bench``: what it says, what it writes, and that a run that was killed goes on."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from rnn.experiments.lorenz.report import tables_of
from rnn.experiments.table import text_lines
from rnn.experiments.workers import WorkerError
from tests.support.command import ROOT, ctxaudio, failed, imported_by
from tests.support.reports import Page, is_png, loads

HEAVY = {"dask", "distributed", "joblib", "matplotlib", "numba", "numpy", "rich", "rnn", "scipy"}
# Networks so small that they take no time, asked briefly.
SMALL = ("--set", "n_units=40", "--set", "density=0.2", "--set", "keep_s=2")
BRIEF = ("--runs", "2", "--seconds", "5")
# A truth that is found at once, and pictures and turns that take no time: what they show does not
# matter here.
ROUGH = {
    "rnn.systems.lorenz": {"SETTLE_S": 3.0},
    "rnn.experiments.lorenz.truth": {"TRUE_RUNS": 4, "TRUE_S": 10.0, "N_SAMPLES": 2},
    "rnn.experiments.lorenz.extrapolation": {"RAMP_S": 4.0, "SETTLE_S": 1.0},
    "rnn.experiments.lorenz.portraits": {"RAMP_S": 4.0, "DRAWN_S": 2.0},
}
# The command in a process of its own, with that.
SCRIPT = f"""
import importlib, sys
from cli.main import entry
for module, values in {ROUGH!r}.items():
    vars(importlib.import_module(module)).update(values)
entry(sys.argv[1:])
"""


@pytest.fixture(autouse=True, scope="module")
def rough():
    with pytest.MonkeyPatch.context() as patch:
        for module, values in ROUGH.items():
            for name, value in values.items():
                patch.setattr(f"{module}.{name}", value)
        yield


def started(*args):
    """The command in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, *map(str, args)],
        env=os.environ | {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


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
        (("lorenz", "translate", "--seconds", "nan"), "expected a finite number, got nan"),
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


def test_a_picture_that_is_there_is_replaced_only_when_that_was_asked_for(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    picture = tmp_path / "lorenz-translate+25.png"
    picture.write_text("precious")
    args = ("bench", "lorenz", "translate", "--context", "25", "--plot")
    # Refused before the work, which would take hours.
    said = failed(ctxaudio(*args, "--seeds", "10000"))
    assert "lorenz-translate+25.png exists already; --force replaces it" in said
    assert picture.read_text() == "precious"


@pytest.mark.parametrize("where", ["--plot", "--out"])
def test_a_folder_that_cannot_be_written_is_known_before_the_work(where, tmp_path, monkeypatch):
    """Whoever runs this: no file can be made in what the system says about itself."""
    sealed = Path("/proc/sys/net")
    if not sealed.is_dir():
        pytest.skip("needs /proc")
    monkeypatch.chdir(sealed if where == "--plot" else tmp_path)
    args = ("--context", "25", "--plot") if where == "--plot" else ("--out", sealed)
    result = ctxaudio("bench", "lorenz", "translate", *args, "--seeds", "10000")
    assert failed(result).startswith("ctxaudio: cannot write to ")


def test_a_scheduler_that_is_not_there_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("rnn.experiments.workers.CONNECT_S", 0.5)
    address = "tcp://127.0.0.1:9"
    result = ctxaudio("bench", "lorenz", "translate", *SMALL, *BRIEF, "--cluster", address)
    assert f"no Dask scheduler answers at '{address}'" in failed(result)
    assert list(tmp_path.iterdir()) == []


def test_a_worker_that_was_killed_is_one_line(monkeypatch):
    def killed(n_jobs):
        raise WorkerError("a process was ended from outside")

    monkeypatch.setattr("rnn.experiments.lorenz.sweep.processes", killed)
    result = ctxaudio("bench", "lorenz", "translate", "--context", "25", *SMALL, *BRIEF)
    assert failed(result) == "ctxaudio: a process was ended from outside\n"


# One context.


def test_one_context_is_a_table_and_a_picture(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = ctxaudio("bench", "lorenz", "translate", "--context", "25", "--plot", *SMALL, *BRIEF)
    assert result.code == 0
    title, head, first, *more = filter(None, result.out.decode().splitlines())
    assert title == "translate (modern, 1 draw)"
    assert {"context", "kept", "distance", "exponent"} < set(head.split())
    assert first.split()[0] == "+25"
    assert [line.split()[0] for line in more if line.split()[0] in ("truth", "by")] == [
        "truth",
        "by",
        "by",
    ]
    assert any(line.startswith("kept: centre within 3, deviations within 15 %") for line in more)
    assert max(len(line) for line in (head, first, *more)) <= 80
    assert result.err == "ctxaudio: wrote lorenz-translate+25.png\n"
    assert [path.name for path in tmp_path.iterdir()] == ["lorenz-translate+25.png"]
    assert is_png(tmp_path / "lorenz-translate+25.png")


def test_two_contexts_are_the_flight_s(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lorenz-flight-40+30.png").write_text("replaced where that is asked for")
    args = ("--context", "-40,30", "--json", "--plot", "--force")
    result = ctxaudio("bench", "lorenz", "flight", *args, *SMALL, *BRIEF)
    assert result.code == 0
    report = loads(result.out)
    assert [row["context"] for row in report["results"]["flight"]] == [[-40.0, 30.0]]
    assert (report["draws"], report["runs"], report["seconds"]) == (1, 2, 5.0)
    assert [path.name for path in tmp_path.iterdir()] == ["lorenz-flight-40+30.png"]
    assert is_png(tmp_path / "lorenz-flight-40+30.png")


# A report, of a run that was killed and went on.


def reporting(folder):
    """A command that writes a report of three draws."""
    command = ["bench", "lorenz", "translate", "--quick", "--seeds", "3", *SMALL, *BRIEF]
    return [*command, "--jobs", "1", "--out", folder, "--json"]


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """A folder, what was in its draws when the run was killed, and the run that went on."""
    folder = tmp_path_factory.mktemp("bench") / "not" / "there"
    command = reporting(folder)
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
    assert len(report["by_chance"]["mean_error"]) == 3
    assert all(np.min(number) > 0.0 for number in report["by_chance"].values())
    assert all(seconds >= 0.0 for seconds in report["timings_s"].values())


def test_a_record_that_has_changed_is_measured_anew_with_a_note(killed, tmp_path):
    folder = shutil.copytree(killed[0], tmp_path / "copy")
    path = sorted((folder / "draws").iterdir())[1]
    path.write_text(path.read_text().replace("0.1", "0.2"))
    again = ctxaudio(*reporting(folder))
    note, wrote = again.err.splitlines()
    assert note == f"ctxaudio: {path} is measured anew: it has changed since it was written."
    assert wrote == f"ctxaudio: wrote {folder / 'index.html'}"
    assert (folder / "report.json").read_text() == (killed[0] / "report.json").read_text()
    assert files(folder / "draws")[path.name][1] == (killed[0] / "draws" / path.name).read_bytes()


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
    lines = text_lines(tables_of(report)["translate"])
    assert Page((folder / "index.html").read_text()).text["pre"][0] == "\n".join(lines)


# Addresses and settings.


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
