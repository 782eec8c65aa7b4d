"""The sound card's own process: a callback that copies, and nothing else that could delay it.

Python threads take turns, and a screen that is drawn would keep the sound card waiting; here
nothing is drawn. And where a sound system dies and takes its users with it, only this process
goes.

Run by :class:`~ctxaudio.playback.output.Output`, with a JSON object as its argument. It prints a
JSON object of what the sound card is, or of what is wrong; plays from the first line on its
standard input; and ends with that input.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from typing import Any, TextIO

import numpy as np

from ctxaudio.errors import DataError
from ctxaudio.playback.shared import Shape, Shared, map_shared
from ctxaudio.playback.sound_card import CardConfig, open_stream

_STARTING = 8  # callbacks in which a sound card reports an underrun because it is just starting
_PATIENCE_S = 1.0  # for a sound system to let go


def main(argument: str) -> None:
    """Open the sound card, play, and close it."""
    answers = _own_stdout()
    asked = json.loads(argument)
    shape = Shape(*asked["shape"])
    shared = map_shared(asked["descriptor"], shape)
    os.close(asked["descriptor"])
    try:
        stream = open_stream(
            CardConfig(**asked["card"]),
            sample_rate=asked["sample_rate"],
            n_channels=shape.n_outputs,
            n_inputs=shape.n_inputs,
            callback=_duplex(shared) if shape.n_inputs else _output(shared),
        )
    except DataError as error:
        _say({"error": str(error)}, answers)
        return
    latency_s = stream.latency[1] if shape.n_inputs else stream.latency
    _say({"sample_rate": round(stream.samplerate), "latency_s": float(latency_s)}, answers)
    ended = threading.Event()
    if sys.stdin.readline():
        threading.Thread(target=_watch_input, args=(ended,), daemon=True).start()
        stream.start()
        ended.wait()
    stream.close(ignore_errors=True)


def _watch_input(ended: threading.Event) -> None:
    """Wait for the input's end, and no longer for a sound system that hangs then."""
    sys.stdin.readline()
    ended.set()
    time.sleep(_PATIENCE_S)
    os._exit(1)


def _output(shared: Shared) -> Any:
    played, counts = shared.played, shared.counts

    def callback(out: np.ndarray, n: int, _: Any, status: Any) -> None:
        given = played.read_into(out)
        out[given:] = 0.0
        counts.gaps[0] += int(given < n)
        counts.late[0] += int(status.output_underflow and counts.callbacks[0] > _STARTING)
        counts.largest[0] = max(counts.largest[0], n)
        counts.callbacks[0] += 1

    return callback


def _duplex(shared: Shared) -> Any:
    output, recorded = _output(shared), shared.recorded

    def callback(data: np.ndarray, out: np.ndarray, n: int, time: Any, status: Any) -> None:
        recorded.write(data)  # or, where nobody reads it, not
        output(out, n, time, status)

    return callback


def _own_stdout() -> TextIO:
    """Standard output, for us alone: some sound systems write there as well."""
    answers = os.fdopen(os.dup(1), "w")
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)
    return answers


def _say(facts: dict[str, Any], answers: TextIO) -> None:
    print(json.dumps(facts), file=answers, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
    # What the sound system has to say when it ends can be an abort; all is said and done here.
    os._exit(0)
