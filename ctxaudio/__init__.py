"""Shift a song's pitch by context: a network is taught the song and recalls it higher or lower.

Start at :class:`ContextShift`: ``effect = ContextShift.teach(song)``, then
``effect(song, context=5.0)``.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from ctxaudio.version import __version__ as __version__

if TYPE_CHECKING:
    from ctxaudio.analysis.examples import Example, tape_example
    from ctxaudio.effect.alone import sing, teach_alone
    from ctxaudio.effect.context_shift import ContextShift
    from ctxaudio.effect.formant_examples import formant_example
    from ctxaudio.errors import DataError
    from ctxaudio.memory.alone.cue import find_cue
    from ctxaudio.memory.alone.files import load_alone, save_alone
    from ctxaudio.memory.alone.memory import AloneMemory
    from ctxaudio.memory.alone.passage import Passage
    from ctxaudio.memory.field import Field
    from ctxaudio.memory.files import load_memory, save_memory
    from ctxaudio.memory.learned import Learned, what_was_learned
    from ctxaudio.memory.recalled import recall_field
    from ctxaudio.memory.song_memory import SongMemory
    from ctxaudio.sound.encoding import FileFormat
    from ctxaudio.sound.files import load_sound, save_sound
    from ctxaudio.sound.peak import fit_full_scale, true_peak
    from ctxaudio.sound.samples import Sound

__all__ = [
    "AloneMemory",
    "ContextShift",
    "DataError",
    "Example",
    "Field",
    "FileFormat",
    "Learned",
    "Passage",
    "SongMemory",
    "Sound",
    "find_cue",
    "fit_full_scale",
    "formant_example",
    "load_alone",
    "load_memory",
    "load_sound",
    "recall_field",
    "save_alone",
    "save_memory",
    "save_sound",
    "sing",
    "tape_example",
    "teach_alone",
    "true_peak",
    "what_was_learned",
]

# Where each name lives. It is imported when it is asked for, so that `import ctxaudio`, and with
# it the command line's help, does not wait for compiled code. Nor is anything of another package
# imported here: `python -m ctxaudio` has yet to look away from the folder it was started in.
_HOMES = {
    "analysis.examples": ("Example", "tape_example"),
    "effect.alone": ("sing", "teach_alone"),
    "effect.context_shift": ("ContextShift",),
    "effect.formant_examples": ("formant_example",),
    "errors": ("DataError",),
    "memory.alone.cue": ("find_cue",),
    "memory.alone.files": ("load_alone", "save_alone"),
    "memory.alone.memory": ("AloneMemory",),
    "memory.alone.passage": ("Passage",),
    "memory.field": ("Field",),
    "memory.files": ("load_memory", "save_memory"),
    "memory.learned": ("Learned", "what_was_learned"),
    "memory.recalled": ("recall_field",),
    "memory.song_memory": ("SongMemory",),
    "sound.encoding": ("FileFormat",),
    "sound.files": ("load_sound", "save_sound"),
    "sound.peak": ("fit_full_scale", "true_peak"),
    "sound.samples": ("Sound",),
}


def __getattr__(name: str) -> Any:
    for module, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(f"ctxaudio.{module}"), name)
    raise AttributeError(f"module 'ctxaudio' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
