"""Saved files as others see them: read and written by safetensors itself, and forged."""

from __future__ import annotations

import json

import numpy as np
import safetensors.numpy
from hypothesis import strategies as st

from rnn.files.codec import digest


def header_of(data):
    """All of a header: entries by name, and the texts under ``__metadata__``."""
    return json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])


def metadata_of(data):
    return header_of(data)["__metadata__"]


def about_of(data):
    return json.loads(metadata_of(data)["about"])


def arrays_of(data):
    return dict(safetensors.numpy.load(bytes(data)))


def forged(data, *, about=None, arrays=(), signed=True, **metadata):
    """A file with parts of it replaced; None takes one out.

    It is signed as if it were true, unless told otherwise, so that nothing but the checks of the
    contents stands behind.
    """
    texts = metadata_of(data)
    if about is not None:
        texts["about"] = about if isinstance(about, str) else json.dumps(about)
    kept = arrays_of(data) | dict(arrays)
    kept = {n: np.ascontiguousarray(array) for n, array in kept.items() if array is not None}
    if signed:
        texts["digest"] = digest(texts["about"], kept)
    texts = {name: text for name, text in (texts | metadata).items() if text is not None}
    return safetensors.numpy.save(kept, texts)


def with_header(data, header, *, body=None):
    """A file with another header, of bytes or for JSON."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    end = 8 + int.from_bytes(data[:8], "little")
    return len(text).to_bytes(8, "little") + text + (data[end:] if body is None else body)


# What stands in a forged description or header instead of a number.
odd_values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.lists(st.floats(), max_size=3),
    st.sampled_from([10**400, -1, 0, 2**31, 2**63, 10**7, 128.0, 1e30, [[[]]], {}, "\x1b[2J"]),
)


@st.composite
def forged_abouts(draw, about):
    """A description, one or two of whose values, at any depth, are others."""
    about = json.loads(json.dumps(about))
    for _ in range(draw(st.integers(1, 2))):
        place = about
        while True:
            keys = sorted(place) if isinstance(place, dict) else range(len(place))
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            if isinstance(place[key], dict | list) and draw(st.integers(0, 3)):
                place = place[key]
                continue
            place[key] = json.loads(json.dumps(draw(odd_values)))
            break
    return about


@st.composite
def damaged(draw, data):
    """A file some of whose bytes, of the header or of all, are others; or a part of it."""
    end = 8 + int.from_bytes(data[:8], "little")
    if draw(st.booleans()):
        start = draw(st.sampled_from([0, 0, 0, 1, 8]))
        return data[start : draw(st.integers(0, len(data) - 1))]
    changed = bytearray(data)
    places = st.one_of(st.integers(0, 8), st.integers(0, end), st.integers(0, len(data) - 1))
    changes = st.lists(st.tuples(places, st.integers(0, 255)), min_size=1, max_size=6)
    for at, value in draw(changes):
        changed[at] = value
    return bytes(changed)


@st.composite
def forged_headers(draw, data):
    """A file whose header says other types, shapes or places; its arrays are as they were."""
    header = header_of(data)
    name = draw(st.sampled_from(sorted(header.keys() - {"__metadata__"})))
    entry = header[name]
    what = draw(st.sampled_from(["dtype", "shape", "data_offsets", "more", "less", "renamed"]))
    if what == "dtype":
        entry["dtype"] = draw(
            st.sampled_from(["F16", "BF16", "F32", "F64", "I8", "I32", "I64", "BOOL", "X", 3, None])
        )
    elif what in ("shape", "data_offsets"):
        numbers = entry[what]
        at = draw(st.integers(0, len(numbers) - 1))
        numbers[at] = draw(st.one_of(odd_values, st.integers(0, 2**40)))
    elif what == "more":
        entry[draw(st.text(max_size=3))] = draw(odd_values)
    elif what == "less":
        del entry[draw(st.sampled_from(sorted(entry)))]
    else:
        header[draw(st.text(max_size=3))] = header.pop(name)
    return with_header(data, header)
