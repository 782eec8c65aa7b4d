"""``python -m cli``, from a clone, is ``ctxaudio``."""

from cli.main import entry

if __name__ == "__main__":
    entry()
