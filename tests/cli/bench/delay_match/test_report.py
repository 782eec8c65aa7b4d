"""What a run of ``bench delay-match`` leaves: numbers, tables, figures, a page and networks."""

from __future__ import annotations

import pytest

from rnn.experiments.delay_match import settings
from rnn.experiments.delay_match.tables import training_table
from rnn.experiments.table import text_lines
from rnn.trainable.files import load_networks, load_training
from tests.support.command import ctxaudio
from tests.support.delay_match import COMMAND, LONG_S, TESTED_S, delays, tiny
from tests.support.reports import Page, is_png, loads


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
        *(f"delays-{preset}.{e}" for preset in settings.PRESETS for e in ("networks", "training")),
        *shown.images,
    }


def test_the_page_has_the_tables_that_are_printed(whole):
    folder, _ = whole
    report = loads((folder / "report.json").read_text())
    printed = delays("--seeds", "2").out.decode()
    shown = Page((folder / "index.html").read_text())
    for title, table in zip(shown.text["h2"], shown.text["pre"], strict=False):
        assert f"{title}\n{table}\n" in printed
    assert printed.startswith(
        "delays: training\n" + text_lines(training_table(report["presets"], ""))[0]
    )
    assert max(map(len, printed.splitlines())) <= 80
    assert "modern: all 4 networks reached the criterion (" in printed
    assert "study: 0 of 4 networks reached the criterion; 4 stopped" in printed
    assert "study: no network has reached the criterion." in printed


def test_networks_are_kept(whole):
    folder, _ = whole
    for preset in settings.PRESETS:
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
