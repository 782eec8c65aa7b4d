"""Values from JSON that a stranger wrote, by the types that a program declares for them.

A whole number is one in JSON as well: 128.0, 1e30 and true are none. A float may be written
without a point, and is finite. Nothing is converted that was meant as something else.
"""

from __future__ import annotations

import contextlib
import sys
import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np

T = TypeVar("T")

_LARGEST = 2**63 - 1


def typed(hint: type[T], value: object, name: str = "it") -> T:
    """A value that JSON gave, as an ``int``, ``float``, a dataclass and so on.

    >>> from rnn.phrases.clock import ClockConfig
    >>> typed(ClockConfig, {"n_frames": 16, "n_bumps": 8})
    ClockConfig(n_frames=16, n_bumps=8)
    >>> typed(tuple[float, ...], [1, 0.5])
    (1.0, 0.5)

    Args:
        hint: int, float, bool, str, ``Any``; a ``Literal``; one of several, or None; a list,
            a tuple or a dict with names as keys, of such; a dataclass, which checks itself.
        value: what :func:`json.loads` returned.
        name: what it is called in an error.

    Raises:
        ValueError: if it is something else.
    """
    return _typed(hint, value, name)


def plain_number(value: object) -> Any:
    """What :func:`json.dumps` is to make of numpy's numbers, which it does not know.

    >>> import json
    >>> json.dumps({"rate": np.int64(8000)}, default=plain_number)
    '{"rate": 8000}'
    """
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"a {type(value).__name__} cannot be written as JSON.")


def _typed(hint: Any, value: Any, name: str) -> Any:
    if hint is Any:
        return value
    if is_dataclass(hint):
        return _dataclass(hint, value, name)
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Literal:
        if not any(type(value) is type(one) and value == one for one in inner):
            raise ValueError(f"{name} must be one of {_words(inner)}, got {_short(value)}")
        return value
    if origin in (types.UnionType, Union):
        return _either(inner, value, name)
    if origin in (list, tuple):
        if not isinstance(value, list):
            raise ValueError(f"{name} must be a list, got {_short(value)}")
        if origin is list or inner[-1] is ...:
            inner = (inner[0],) * len(value)
        if len(value) != len(inner):
            raise ValueError(f"{name} must be a list of {len(inner)}, got one of {len(value)}")
        named = (
            (hint, one, f"{name}[{i}]")
            for i, (hint, one) in enumerate(zip(inner, value, strict=True))
        )
        return origin(_typed(*one) for one in named)
    if origin is dict:
        _check_object(value, name)
        return {key: _typed(inner[1], one, f"{name}.{key[:40]!r}") for key, one in value.items()}
    return _plain(hint, value, name)


def _either(hints: tuple[Any, ...], value: Any, name: str) -> Any:
    """The first that it can be."""
    if value is None and type(None) in hints:
        return None
    *others, last = (hint for hint in hints if hint is not type(None))
    for hint in others:
        with contextlib.suppress(ValueError):
            return _typed(hint, value, name)
    return _typed(last, value, name)


def _plain(hint: Any, value: Any, name: str) -> Any:
    if hint is int:
        if type(value) is not int or abs(value) > _LARGEST:
            raise ValueError(f"{name} must be a whole number, got {_short(value)}")
        return value
    if hint is float:
        if type(value) not in (int, float) or not abs(value) <= sys.float_info.max:
            raise ValueError(f"{name} must be a finite number, got {_short(value)}")
        return float(value)
    if hint not in (bool, str):
        raise TypeError(f"values of {hint} are not read from JSON.")
    if type(value) is not hint:
        kind = "true or false" if hint is bool else "a text"
        raise ValueError(f"{name} must be {kind}, got {_short(value)}")
    return value


def _dataclass(hint: Any, value: Any, name: str) -> Any:
    _check_object(value, name)
    hints = get_type_hints(hint)
    declared = {field.name: field for field in fields(hint)}
    for key in value:
        if key not in declared:
            raise ValueError(f"{name} has no {key[:40]!r}")
    for key, field in declared.items():
        if key not in value and field.default is MISSING and field.default_factory is MISSING:
            raise ValueError(f"{name} lacks {key!r}")
    read = {key: _typed(hints[key], one, key) for key, one in value.items()}
    try:
        return hint(**read)
    except ArithmeticError as error:  # numbers of any size come here
        raise ValueError(f"the numbers of {name} are out of all proportion") from error


def _check_object(value: Any, name: str) -> None:
    if not isinstance(value, Mapping):
        raise ValueError(f"{name} must be a JSON object, got {_short(value)}")


def _words(values: tuple[object, ...]) -> str:
    return ", ".join(map(repr, values))


def _short(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > _LARGEST:
        return "one that is far too large"  # Python does not print numbers of thousands of digits
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "an object"
    return f"{value!r:.40}"
