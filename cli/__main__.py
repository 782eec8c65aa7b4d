"""``python -m cli`` is ``ctxaudio``."""

from cli.main import entry

entry()
