"""What the sound card really gets: a process that joins JACK and records what another plays."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np


class Listener:
    """Records what another process plays on JACK, once that has opened its output.

    Not before: of two clients that begin at once, one is sometimes forgotten.
    """

    def __init__(self, path):
        self._path = path

    def begin(self):
        """Wait until there is somebody to listen to."""
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(self._path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        patience = threading.Timer(30.0, self._process.kill)
        patience.start()
        while (line := self._process.stdout.readline()) != b"listening\n":
            assert line, "nobody was heard"
        patience.cancel()

    def end(self):
        """(channel, time) samples that were heard."""
        self._process.communicate(timeout=30)
        assert self._process.returncode == 0
        return np.load(self._path)


def _player(sounddevice):
    """Number and channels of the device that is another program."""
    while True:
        for number, device in enumerate(sounddevice.query_devices()):
            if device["name"] != "system" and device["max_input_channels"]:
                return number, device["max_input_channels"]
        time.sleep(0.02)
        sounddevice._terminate()
        sounddevice._initialize()  # to look again


def _listen(path):
    import sounddevice

    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    blocks = []
    number, n_channels = _player(sounddevice)
    with sounddevice.InputStream(
        device=number, channels=n_channels, callback=lambda data, *_: blocks.append(data.copy())
    ):
        print("listening", flush=True)
        ended.wait()
    np.save(path, np.concatenate([np.zeros((0, n_channels), np.float32), *blocks]).T)


if __name__ == "__main__":
    _listen(Path(sys.argv[1]))
