"""Docstrings as the site shows them: what is run in them is code, and equations are left as set."""

from __future__ import annotations

import re
from typing import Any

import griffe

# A prompt, and all lines up to an empty one.
DOCTEST = re.compile(r"^>>> .*?(?=\n\s*\n|\Z)", re.MULTILINE | re.DOTALL)


class Docstrings(griffe.Extension):
    """Examples become fenced code; without that, Markdown takes their prompts for quotations."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Rewrite one docstring."""
        if obj.docstring is not None:
            obj.docstring.value = DOCTEST.sub(fenced, obj.docstring.value)


def fenced(example: re.Match[str]) -> str:
    """An example as a fence."""
    return f"```pycon\n{example.group()}\n```"
