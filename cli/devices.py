"""``ctxaudio devices``: what PortAudio sees."""

from __future__ import annotations

import json

import click

from cli.output import quiet_libraries, tell


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON a device.")
def devices(as_json: bool) -> None:
    """List the sound devices that play and live can use.

    Their --device takes a number or part of a name. < and > are the default input and output.
    """
    from ctxaudio.playback.sound_card import list_devices

    with quiet_libraries():
        found = list_devices()
    for device in found:
        if as_json:
            tell(json.dumps(device._asdict()))
            continue
        marks = ("<" if device.is_default_input else " ") + (
            ">" if device.is_default_output else " "
        )
        tell(
            f"{marks} {device.number:3d}  {device.name}, {device.host}: {device.n_inputs} in, "
            f"{device.n_outputs} out, {device.sample_rate} Hz"
        )
    if not found and not as_json:
        tell("PortAudio sees no device; is a sound card connected, or a sound server running?")
