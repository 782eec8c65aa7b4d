"""A record that is not as it was written is not used, whatever was done to it."""

from __future__ import annotations

import copy
import json
import resource
import signal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rnn.experiments.lorenz.jobs import RECORD_VERSION
from rnn.experiments.lorenz.records import (
    RecordError,
    check_result,
    digest,
    read_record,
    write_record,
)
from rnn.experiments.lorenz.summary import summarise_contexts, summarise_draws
from tests.support.draws import bifurcation_result, job, mechanism_result, row

OF_CONTEXTS = job(asked=((5.0,), (-20.0,)))
CASES = [
    (OF_CONTEXTS, {"contexts": [row((5.0,), "kept", 1.5), row((-20.0,), "diverged")]}),
    (job("flight", asked=((5.0, -3.0),)), {"contexts": [row((5.0, -3.0), "too short", 2.0)]}),
    (job("bifurcation"), bifurcation_result()),
    (job("bifurcation"), bifurcation_result("diverged", None)),
    (job("mechanism-translate"), mechanism_result()),
]
BAD = [None, "x", [], {}, True, float("nan"), float("inf"), 10**400]


def record_of(job, result):
    return {"version": RECORD_VERSION, "job": job.as_json(), "result": copy.deepcopy(result)}


def leaves(part, path=()):
    """The places of all values in a record."""
    items = part.items() if isinstance(part, dict) else enumerate(part)
    for key, value in items:
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from leaves(value, (*path, key))


def changed(part, path, value):
    part = copy.deepcopy(part)
    inner = part
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return part


@pytest.mark.parametrize(("job", "result"), CASES)
def test_a_record_is_read_as_it_was_written(job, result, tmp_path):
    record = record_of(job, result)
    write_record(tmp_path, record)
    assert read_record(tmp_path, job) == record
    assert [path.name for path in tmp_path.iterdir()] == [job.path]


def test_where_there_is_none_there_is_none(tmp_path):
    assert read_record(tmp_path, OF_CONTEXTS) is None


@pytest.mark.parametrize(("job", "result"), CASES)
def test_any_value_that_has_changed_is_noticed(job, result, tmp_path):
    record = record_of(job, result)
    sealed = record | {"digest": digest(record)}
    for path in leaves(sealed):
        for value in (*BAD, 0.125):
            other = changed(sealed, path, value)
            if repr(other) == repr(sealed):
                continue
            (tmp_path / job.path).write_text(json.dumps(other))
            with pytest.raises(RecordError) as error:
                read_record(tmp_path, job)
            assert str(error.value).isprintable()


@pytest.mark.parametrize(("job", "result"), CASES)
def test_a_result_of_another_kind_is_refused_though_it_is_sealed(job, result, tmp_path):
    for path in leaves(result):
        for value in BAD:
            other = changed(result, path, value)
            if repr(other) == repr(result) or (value is None and maybe_unknown(path, result)):
                check_result(job, other)
                continue
            with pytest.raises(RecordError):
                check_result(job, other)


def maybe_unknown(path, result):
    """What may be None of a run that goes on."""
    return "return_map" in path or (str(path[0]).startswith("hopf_") and len(path) == 2)


@pytest.mark.parametrize(("job", "result"), CASES)
def test_a_part_that_is_missing_or_too_many_is_refused(job, result):
    for path in leaves(result):
        inner = copy.deepcopy(result)
        parent = inner
        for key in path[:-1]:
            parent = parent[key]
        del parent[path[-1]]
        with pytest.raises(RecordError):
            check_result(job, inner)
    with pytest.raises(RecordError):
        check_result(job, result | {"more": 1.0})


@pytest.mark.parametrize(("job", "result"), CASES)
def test_what_is_accepted_can_be_summed_up(job, result):
    summarise = summarise_contexts if "contexts" in result else summarise_draws
    json.dumps(summarise([record_of(job, result)] * 2), allow_nan=False)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.one_of(st.binary(max_size=40), st.just(b"[" * 100_000), st.just(b"\xff{}")))
def test_any_other_file_is_refused(content, tmp_path):
    (tmp_path / OF_CONTEXTS.path).write_bytes(content)
    with pytest.raises(RecordError):
        read_record(tmp_path, OF_CONTEXTS)


def test_a_record_that_was_written_before_records_were_sealed_is_refused(tmp_path):
    record = record_of(*CASES[0])
    for version in (1, RECORD_VERSION):
        (tmp_path / OF_CONTEXTS.path).write_text(json.dumps(record | {"version": version}))
        with pytest.raises(RecordError, match=r"it is of version 1|it has changed"):
            read_record(tmp_path, OF_CONTEXTS)


def test_a_folder_in_the_place_of_a_record_is_refused(tmp_path):
    (tmp_path / OF_CONTEXTS.path).mkdir()
    with pytest.raises(RecordError, match="it cannot be read: Is a directory"):
        read_record(tmp_path, OF_CONTEXTS)


def test_a_record_that_cannot_be_written_whole_is_named_and_leaves_nothing(tmp_path):
    """As on a full disk: no file may be longer than some bytes."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
        with pytest.raises(OSError, match="File too large") as error:
            write_record(tmp_path, record_of(*CASES[0]))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
    assert error.value.filename == str(tmp_path / OF_CONTEXTS.path)
    assert list(tmp_path.iterdir()) == []
