"""What a report is read with: its JSON, its PNG files and its page."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest


def loads(text):
    """JSON as it is defined, in which there is no NaN."""
    return json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} in JSON"))


def is_png(path):
    content = path.read_bytes()
    return content.startswith(b"\x89PNG\r\n\x1a\n") and content.endswith(b"IEND\xaeB`\x82")


class Page(HTMLParser):
    """The sources of images, the targets of links and the text of a page, by element."""

    def __init__(self, text):
        super().__init__()
        self.images, self.links, self.text, self.inside = [], [], {}, None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.inside = tag
        self.images += [value for name, value in attrs if (tag, name) == ("img", "src")]
        self.links += [value for name, value in attrs if (tag, name) == ("a", "href")]

    def handle_data(self, data):
        self.text.setdefault(self.inside, []).append(data.strip("\n"))
