"""``bench delay-match``: its help, and mistakes in how it is called."""

from __future__ import annotations

import resource

import pytest

from tests.support.command import ctxaudio, failed, finished, imported_by, started
from tests.support.delay_match import COMMAND, delays

HEAVY = {"matplotlib", "numba", "numpy", "rich", "rnn", "safetensors", "scipy", "torch"}


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


@pytest.mark.parametrize("megabytes", [300, 450, 600])
def test_where_memory_is_short_one_line_names_it(megabytes, tmp_path):
    def limited():
        resource.setrlimit(resource.RLIMIT_AS, (megabytes * 2**20,) * 2)

    args = (*COMMAND, "delays", "--quick", "--out", "out")
    said = failed(finished(started(*args, cwd=tmp_path, preexec_fn=limited)))
    assert "memory" in said
