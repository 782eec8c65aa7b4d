"""Shift a song's pitch by context: a network is taught the song and recalls it higher or lower.

Start at :class:`ContextShift`: ``effect = ContextShift.teach(song)``, then
``effect(song, context=5.0)``.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ctxaudio.errors import DataError
    from ctxaudio.examples import Example, tape_example
    from ctxaudio.field import Field
    from ctxaudio.memory import SongMemory, recall_field
    from ctxaudio.memory_file import load_memory, save_memory
    from ctxaudio.shift import ContextShift
    from ctxaudio.sound import Sound
    from ctxaudio.sound_file import FileFormat, load_sound, save_sound

__version__ = "0.1.0"

__all__ = [
    "ContextShift",
    "DataError",
    "Example",
    "Field",
    "FileFormat",
    "SongMemory",
    "Sound",
    "load_memory",
    "load_sound",
    "recall_field",
    "save_memory",
    "save_sound",
    "tape_example",
]

# Where each name lives. It is imported when it is asked for, so that `import ctxaudio`, and with
# it the command line's help, does not wait for compiled code.
_HOMES = {
    "errors": ("DataError",),
    "examples": ("Example", "tape_example"),
    "field": ("Field",),
    "memory": ("SongMemory", "recall_field"),
    "memory_file": ("load_memory", "save_memory"),
    "shift": ("ContextShift",),
    "sound": ("Sound",),
    "sound_file": ("FileFormat", "load_sound", "save_sound"),
}


def __getattr__(name: str) -> Any:
    for module, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(f"ctxaudio.{module}"), name)
    raise AttributeError(f"module 'ctxaudio' has no attribute {name!r}")
