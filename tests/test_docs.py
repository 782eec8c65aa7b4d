"""The documentation's site is built without a warning, holds every public name, and no stranger."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest

from tests.support.command import ROOT

# Attributes by which a page fetches something, without being asked.
FETCHES = {"src", "srcset", "data", "poster", "action"}
REFERENCE = {
    "ctxaudio": "ctxaudio",
    "rnn": "rnn",
    "rnn.systems": "rnn",
    "rnn.tasks": "rnn",
    "rnn.trainable": "rnn",
}


class Fetched(HTMLParser):
    """What a page takes from elsewhere, and the names of its places."""

    def __init__(self, page):
        super().__init__()
        self.addresses, self.places = [], set()
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name in FETCHES or (tag == "link" and name == "href"):
                self.addresses.append(value)
            if name == "id":
                self.places.add(value)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    run = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", folder],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return folder


def pages(site):
    return sorted(site.rglob("*.html"))


def test_every_page_is_there(site):
    written = {
        path.relative_to(ROOT / "docs").with_suffix("") for path in ROOT.glob("docs/**/*.md")
    }
    made = {path.relative_to(site).with_suffix("") for path in pages(site)}
    assert len(written) > 10
    assert written <= made


def test_nothing_comes_from_another_host(site):
    for path in pages(site):
        fetched = Fetched(path.read_text(encoding="utf-8")).addresses
        assert fetched
        assert not [address for address in fetched if re.match(r"(\w+:)?//", address)], path
    for path in site.rglob("*.css"):
        assert not re.search(r"(@import|url\()\s*['\"]?(\w+:)?//", path.read_text()), path


@pytest.mark.parametrize("package", REFERENCE)
def test_every_public_name_is_in_the_reference(site, package):
    page = (site / "reference" / f"{REFERENCE[package]}.html").read_text(encoding="utf-8")
    module = importlib.import_module(package)
    names = {f"{package}.{name}" for name in module.__all__ if callable(getattr(module, name))}
    assert names - {f"{package}.VectorField"} <= Fetched(page).places


def test_every_command_says_its_help(site):
    page = (site / "reference" / "cli.html").read_text(encoding="utf-8")
    for name in ("shift", "play", "live", "teach", "info", "cache", "devices", "bench-lorenz"):
        assert f"ctxaudio-{name}" in Fetched(page).places


def test_docstrings_and_equations_are_set(site):
    how = (site / "how.html").read_text(encoding="utf-8")
    assert how.count("<math") == (ROOT / "docs/how.md").read_text().count("```math")
    for path in site.glob("reference/*.html"):
        page = path.read_text(encoding="utf-8")
        assert not re.search(r":(func|class|meth|mod):", page), path
        assert "<blockquote" not in page, path  # what Markdown makes of a prompt
