"""Records of draws on disk: whole or not there, sealed by a digest, and checked when read."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rnn.experiments.lorenz.extrapolation import MEASURED, OUTCOMES
from rnn.experiments.lorenz.jobs import MECHANISMS, RECORD_VERSION, Job
from rnn.files.whole_file import write_whole

_VECTORS = ("mean", "std", "mean_error", "std_ratio")
_TOLERANCE = ("std", "centre", "exponent")
_AGREEMENT = (
    "zeroth_correlation",
    "zeroth_error",
    "first_correlation",
    "first_error",
    "output_error",
)
_BIFURCATION = ("hopf_eigenvalues", "hopf_swings", "hopf_tolerance", "wings")


class RecordError(ValueError):
    """A record that is none, or of another job; the message is one line that says why."""


def write_record(folder: Path, record: dict[str, Any]) -> None:
    """Write the record of a draw; it appears whole or not at all.

    Raises:
        OSError: if it cannot be written, with the name that it was to have.
    """
    text = json.dumps(record | {"digest": digest(record)}, allow_nan=False)
    write_whole(folder / Job(**record["job"]).path, text.encode())


def read_record(folder: Path, job: Job) -> dict[str, Any] | None:
    """The record of just this job; None where there is none.

    Raises:
        RecordError: if what is there is not as it was written, or of another job or version.
    """
    try:
        text = (folder / job.path).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise RecordError(f"it cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise RecordError("it is no text") from error
    try:
        record = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise RecordError("it is no JSON") from error
    if not isinstance(record, dict) or not {"version", "job", "result"} <= set(record):
        raise RecordError("it is no record of a draw")
    if record["version"] != RECORD_VERSION:
        raise RecordError(f"it is of version {record['version']!r:.20}, not {RECORD_VERSION}")
    if record.pop("digest", None) != digest(record):
        raise RecordError("it has changed since it was written")
    if record["job"] != job.as_json():
        raise RecordError("it is of a draw that was asked for otherwise")
    check_result(job, record["result"])
    return record


def digest(record: dict[str, Any]) -> str:
    """Equal for equal records, however their JSON is written."""
    plain = json.dumps(record, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()


def check_result(job: Job, result: Any) -> None:
    """Whether a result is what a job gives.

    Raises:
        RecordError: if a part is missing, too many, or of another kind.
    """
    if job.name in MECHANISMS:
        _has(result, _AGREEMENT)
        for name in _AGREEMENT:
            _is_number(result[name], name)
    elif job.name == "bifurcation":
        _check_context(result, _BIFURCATION)
        for name in ("hopf_eigenvalues", "hopf_swings"):
            _is_vector(result[name], name, 2, optional=True)
        _is_number(result["hopf_tolerance"], "hopf_tolerance")
        _is_number(result["wings"], "wings", optional=result["outcome"] == "diverged")
    else:
        _has(result, ("contexts",))
        rows = result["contexts"]
        if not isinstance(rows, list):
            raise RecordError("its contexts are no list")
        for row in rows:
            _check_context(row)
        if [row["context"] for row in rows] != job.as_json()["asked"]:
            raise RecordError("its contexts are not those that were asked for")


def _check_context(row: Any, more: Sequence[str] = ()) -> None:
    """What :func:`rnn.experiments.lorenz.extrapolation.compare` says of one context."""
    _has(row, ("context", "outcome", "tolerance", *MEASURED, *more))
    if not isinstance(row["context"], list) or not row["context"]:
        raise RecordError("a context is no list")
    _is_vector(row["context"], "context", len(row["context"]))
    if row["outcome"] not in OUTCOMES:
        raise RecordError(f"there is no outcome {row['outcome']!r:.20}")
    _has(row["tolerance"], _TOLERANCE)
    for name in _TOLERANCE:
        _is_number(row["tolerance"][name], name)
    for name in MEASURED:
        if row["outcome"] == "diverged":
            if row[name] is not None:
                raise RecordError(f"{name} is known of a run that diverged")
        elif name in _VECTORS:
            _is_vector(row[name], name, 3)
        else:
            _is_number(row[name], name, optional=name == "return_map")


def _has(part: Any, names: Sequence[str]) -> None:
    if not isinstance(part, dict) or set(part) != set(names):
        raise RecordError(f"it does not hold just {', '.join(names)}")


def _is_vector(value: Any, name: str, length: int, *, optional: bool = False) -> None:
    if not isinstance(value, list) or len(value) != length:
        raise RecordError(f"{name} has not {length} numbers")
    for number in value:
        _is_number(number, name, optional=optional)


def _is_number(value: Any, name: str, *, optional: bool = False) -> None:
    if value is None and optional:
        return
    # JSON's whole numbers know no bounds, and what is no number is not smaller than any.
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not (number and abs(value) <= sys.float_info.max):
        raise RecordError(f"{name} is no number")


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
