"""``python -m ctxaudio`` is the command ``ctxaudio``."""

import os
import sys


def _pass_over_working_folder() -> None:
    """Import nothing from the folder that the user happens to be in, whatever lies there.

    ``python -m`` looks there before anywhere else. Where ctxaudio itself was found there, as in a
    clone of its source, it stays.
    """
    home = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
    if not sys.flags.safe_path and sys.path[0] != home:
        del sys.path[0]


if __name__ == "__main__":
    _pass_over_working_folder()  # first, for pathlib and click could lie there as well
    from cli.main import entry  # the one place where ctxaudio names the command line

    entry()
