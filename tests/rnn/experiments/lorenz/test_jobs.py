"""Draws in one process, in several and on a cluster give the same records, and none is lost."""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import asdict, replace

import pytest

from rnn.experiments.lorenz.jobs import RECORD_VERSION, Job, measure_draw
from rnn.experiments.lorenz.records import digest
from rnn.experiments.lorenz.sweep import run_jobs
from rnn.experiments.workers import check_cluster
from tests.support.draws import FLOOR

# Networks so small that they take no time, and not so small that they recall nothing.
SMALL = (("n_units", 40), ("density", 0.2), ("keep_s", 2.0))
JOBS = [
    Job(
        name="translate",
        preset="modern",
        seed=seed,
        asked=((5.0,),),
        runs=2,
        seconds=5.0,
        changes=SMALL,
    )
    for seed in (0, 1)
]
NOBODY = "tcp://127.0.0.1:9"


@pytest.fixture(scope="module")
def prepared(truth):
    return truth, FLOOR


@pytest.fixture(scope="module")
def wanted(prepared):
    """The records, each measured by itself."""
    return [measure_draw(job, *prepared) for job in JOBS]


@pytest.fixture(scope="module")
def stored(prepared, wanted, tmp_path_factory):
    """A folder that one process wrote, and what was yielded."""
    folder = tmp_path_factory.mktemp("jobs") / "not" / "there"
    return folder, list(run_jobs(JOBS, *prepared, n_jobs=1, folder=folder))


@pytest.fixture(scope="module")
def scheduler():
    """The address of a Dask cluster of two processes."""
    import distributed

    with distributed.LocalCluster(
        # None would be port 8787, and a warning where another cluster has it.
        n_workers=2,
        threads_per_worker=1,
        dashboard_address="127.0.0.1:0",
    ) as cluster:
        yield cluster.scheduler_address


def in_order(records):
    return sorted(records, key=lambda record: record["job"]["seed"])


def test_a_record_says_what_was_done_and_is_json(wanted):
    for job, record in zip(JOBS, wanted, strict=True):
        assert record["version"] == RECORD_VERSION
        assert record["job"] == json.loads(json.dumps(asdict(job)))
        assert [row["context"] for row in record["result"]["contexts"]] == [[5.0]]
        assert json.loads(json.dumps(record, allow_nan=False)) == record


def test_two_seeds_are_two_results(wanted):
    first, second = (record["result"]["contexts"][0] for record in wanted)
    assert "diverged" not in (first["outcome"], second["outcome"])
    assert first["mean"] != second["mean"]
    assert first["exponent"] != second["exponent"]


def test_one_process_measures_in_turn_what_each_job_gives_alone(stored, wanted):
    assert stored[1] == wanted


def test_a_folder_holds_one_whole_file_for_each_record(stored, wanted):
    folder, _ = stored
    assert sorted(path.name for path in folder.iterdir()) == sorted(job.path for job in JOBS)
    for job, record in zip(JOBS, wanted, strict=True):
        assert json.loads((folder / job.path).read_text()) == on_disk(record)


def on_disk(record):
    return record | {"digest": digest(record)}


def damaged(record):
    return json.dumps(record)[:-20]


def of_another_version(record):
    return json.dumps(on_disk(record | {"version": RECORD_VERSION + 1}))


def of_another_job(record):
    return json.dumps(on_disk(record | {"job": record["job"] | {"seconds": 6.0}}))


def no_record(record):
    return json.dumps([record])


@pytest.mark.parametrize(
    ("where", "spoilt"),
    [("processes", (damaged, of_another_version)), ("cluster", (of_another_job, no_record))],
)
def test_others_measure_the_same_anew_where_a_record_cannot_be_used(
    where, spoilt, prepared, wanted, tmp_path, request
):
    for job, record, spoil in zip(JOBS, wanted, spoilt, strict=True):
        # It would show if any of it was used.
        (tmp_path / job.path).write_text(spoil(record | {"result": "spoilt"}))
    on_cluster = where == "cluster"
    how = {"cluster": request.getfixturevalue("scheduler")} if on_cluster else {"n_jobs": 2}
    notes = []
    how |= {"folder": tmp_path, "note": notes.append}
    assert in_order(run_jobs(JOBS, *prepared, **how)) == wanted
    assert [note.split(" is measured anew: it ")[0] for note in notes] == [
        str(tmp_path / job.path) for job in JOBS
    ]
    assert len(list(tmp_path.iterdir())) == len(JOBS)
    for job, record in zip(JOBS, wanted, strict=True):
        assert json.loads((tmp_path / job.path).read_text()) == on_disk(record)


def test_what_is_there_is_not_measured_again(stored, prepared, tmp_path):
    folder = shutil.copytree(stored[0], tmp_path / "copy")
    marked = []
    for job in JOBS:
        record = json.loads((folder / job.path).read_text())
        del record["digest"]
        record["result"]["contexts"][0]["distance"] = 1e3 + job.seed
        marked.append(record)
        (folder / job.path).write_text(json.dumps(on_disk(record)))
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    notes = []
    assert list(run_jobs(JOBS, *prepared, folder=folder, note=notes.append)) == marked
    assert notes == []
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before


def test_what_is_there_comes_before_what_is_left_to_do(stored, prepared, tmp_path):
    """A report that is stopped again has lost nothing: here, before anything was measured."""
    folder = shutil.copytree(stored[0], tmp_path / "copy")
    (folder / JOBS[0].path).unlink()
    run = run_jobs(JOBS, *prepared, folder=folder)
    assert next(run)["job"]["seed"] == 1
    run.close()
    assert [path.name for path in folder.iterdir()] == [JOBS[1].path]


@pytest.mark.parametrize(
    "changes",
    [
        {"asked": ((6.0,),)},
        {"runs": 3},
        {"seconds": 5.5},
        {"changes": (*SMALL, ("ridge", 1e-20))},
    ],
)
def test_a_record_is_of_its_job_alone(changes, stored, prepared, tmp_path):
    """Any number of a job that differs makes it another, though the file has the same name."""
    folder = shutil.copytree(stored[0], tmp_path / "copy")
    other = replace(JOBS[0], **changes)
    assert other.path == JOBS[0].path
    (record,) = run_jobs([other], *prepared, folder=folder)
    assert record["job"] == json.loads(json.dumps(asdict(other)))
    assert record["result"] != stored[1][0]["result"]
    assert json.loads((folder / other.path).read_text()) == on_disk(record)


def test_a_scheduler_that_is_not_there_is_an_error_of_the_system(prepared, monkeypatch):
    monkeypatch.setattr("rnn.experiments.workers.CONNECT_S", 0.5)

    def check():
        check_cluster(NOBODY)

    start = time.monotonic()
    for ask in (lambda: list(run_jobs(JOBS, *prepared, cluster=NOBODY)), check):
        with pytest.raises(OSError, match=NOBODY):
            ask()
    assert time.monotonic() - start < 60.0


def test_a_folder_that_cannot_be_made_is_an_error_of_the_system(stored, prepared, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        list(run_jobs(JOBS[:1], *prepared, folder=tmp_path / "file" / "draws"))
