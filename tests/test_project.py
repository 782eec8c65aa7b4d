"""What surrounds the code says the same as the code: versions, extras, hooks, the matrix of CI."""

from __future__ import annotations

import re
import shlex
import tomllib

import pytest
import yaml

from ctxaudio.version import __version__
from tests.support.command import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]


def loaded(name):
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def packages(extra):
    """Names of what an extra installs, the extras in it included."""
    found = set()
    for requirement in EXTRAS[extra]:
        name = re.match(r"[\w-]+", requirement).group()
        if name == PROJECT["name"]:
            for inner in re.search(r"\[(.*)\]", requirement).group(1).split(","):
                found |= packages(inner)
        else:
            found.add(name.lower().replace("_", "-"))
    return found


def test_whoever_develops_has_all_that_is_checked():
    assert set(EXTRAS) - {"dev"} <= {
        inner for extra in ("dev", "bench") for inner in re.findall(r"\w+", EXTRAS[extra][0])
    }
    assert packages("docs") | packages("train") | {"pytest", "ruff", "mypy"} <= packages("dev")


def test_what_is_installed_is_pinned():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()[1:]
    pins = [re.fullmatch(r"([\w.-]+)==[\w.]+", line).group(1) for line in lines]
    assert len(set(pins)) == len(pins)
    wanted = {re.match(r"[\w-]+", line).group().lower() for line in PROJECT["dependencies"]}
    assert wanted | packages("dev") <= {pin.lower() for pin in pins}


def test_addresses_are_those_of_the_paper():
    doi = loaded("CITATION.cff")["references"][0]["doi"]
    assert PROJECT["urls"] == {"Paper": f"https://doi.org/{doi}"}


def test_the_citation_is_complete_and_of_this_version():
    citation = loaded("CITATION.cff")
    assert citation["cff-version"] == "1.2.0"
    for key in ("message", "title", "authors"):  # what the format asks for
        assert citation[key]
    assert (citation["title"], citation["version"]) == (PROJECT["name"], __version__)
    assert citation["license"] == PROJECT["license"]
    assert citation["type"] == "software"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", citation["date-released"])
    for reference in citation["references"]:
        assert {"type", "title", "authors"} <= set(reference)
        assert re.fullmatch(r"10\.\d{4,}/\S+", reference["doi"])


def test_the_changelog_has_this_version_on_top_of_those_before():
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    titles = re.findall(r"^## \[(.*?)\](?: - (\S+))?$", changelog, re.MULTILINE)
    assert titles[0] == ("Unreleased", "")
    assert titles[1] == (__version__, loaded("CITATION.cff")["date-released"])
    assert titles[1:] == sorted(titles[1:], key=lambda title: title[1], reverse=True)


def test_hooks_run_what_the_suite_runs():
    suite = (ROOT / "scripts/test").read_text(encoding="utf-8")
    hooks = [hook for repo in loaded(".pre-commit-config.yaml")["repos"] for hook in repo["hooks"]]
    assert len(hooks) >= 3
    for hook in hooks:
        program, *_ = shlex.split(hook["entry"])
        assert hook["language"] == "system"
        assert f"\n{program}" in suite


def test_the_matrix_is_what_the_project_promises():
    # YAML 1.1 takes the key `on` for a truth.
    workflow = loaded(".github/workflows/ci.yml")
    assert workflow[True]
    matrix = workflow["jobs"]["suite"]["strategy"]["matrix"]
    promised = [line.rpartition(" ")[2] for line in PROJECT["classifiers"] if ":: 3." in line]
    assert matrix["python"] == promised
    assert PROJECT["requires-python"] == f">={promised[0]}"
    assert [name.partition("-")[0] for name in matrix["os"]] == ["ubuntu", "macos", "windows"]


@pytest.mark.parametrize(
    "step", loaded(".github/workflows/ci.yml")["jobs"]["suite"]["steps"], ids=str
)
def test_a_step_names_files_and_extras_that_exist(step):
    words = shlex.split(step.get("run", ""))
    for word in words:
        if re.match(r"(scripts|tests|samples|constraints)\b", word):
            assert (ROOT / word).exists()
        for extras in re.findall(r"^\.\[(.*)\]$", word):
            assert set(extras.split(",")) <= set(EXTRAS)
