"""The pages that a reader is given, and what stands in them: commands, code, links."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from tests.support.command import ROOT

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Page(NamedTuple):
    """A Markdown page of the project."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    def blocks(self, kind: str) -> list[str]:
        """What stands in the fences of a kind."""
        return [text for language, text in FENCE.findall(self.text) if language == kind]

    def commands(self) -> list[str]:
        """Lines of shell, without what is said beside them."""
        lines = (line for block in self.blocks("sh") for line in block.splitlines())
        return [line.strip() for line in lines if line.strip()]

    def code(self) -> list[str]:
        """All code: lines of fences, and what stands in backticks."""
        fenced = [line for _, text in FENCE.findall(self.text) for line in text.splitlines()]
        return [*fenced, *re.findall(r"`([^`\n]+)`", FENCE.sub("", self.text))]

    def links(self) -> list[str]:
        return re.findall(r"\]\(([^)\s]+)\)", FENCE.sub("", self.text))


PAGES = [
    Page(path)
    for path in [
        *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "samples/README.md")),
        *sorted((ROOT / "docs").rglob("*.md")),
    ]
]
BY_NAME = {page.name: page for page in PAGES}


def said(line: str) -> str:
    """A line of shell without its comment.

    >>> said("ctxaudio devices   # what there is")
    'ctxaudio devices'
    """
    return re.sub(r"\s+#.*", "", line)
