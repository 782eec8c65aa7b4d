"""Where channels are heard as PyAV tells it, asked so that the process goes on after.

Of channels in an order of their own, as in films of Apple's programs, PyAV (18.1) hands out a copy
of the layout that points at its owner's list. Both free it, which aborts the process: so a copy
that may be of that kind is never given back. It has some 50 bytes.
"""

from __future__ import annotations

import ctypes
from typing import Any

from ctxaudio.sound.speakers import Layout

_WITHOUT_A_LIST = ("mono", "stereo")


def layout_in(owner: Any) -> Layout:
    """The layout of PyAV's stream or frame, in the order of its channels."""
    layout = owner.layout
    if layout.name not in _WITHOUT_A_LIST:
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(layout))
    return tuple(each.name for each in layout.channels)
