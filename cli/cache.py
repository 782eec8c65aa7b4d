"""``ctxaudio cache``: the memories that are remembered."""

from __future__ import annotations

import json

import click

from cli.output import tell


@click.command()
@click.option("--clear", is_flag=True, help="Remove them all, and all that is known of songs.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")
def cache(clear: bool, as_json: bool) -> None:
    """Show the memories that shift, play and live remember.

    A song that was taught before, with the same settings, is not taught again. The memories that
    were not used for longest go when there is no more room; CTXAUDIO_CACHE_DIR names another
    folder, and --no-cache of those commands leaves all as it is.
    """
    from ctxaudio.memory.remembered import users_facts, users_memories

    memories = users_memories()
    if clear:
        users_facts().clear()
    sizes = memories.clear() if clear else memories.sizes()
    if as_json:
        facts = {
            "folder": str(memories.folder),
            "cleared": clear,
            "memories": len(sizes),
            "bytes": sum(sizes),
            "most_bytes": memories.most_bytes,
        }
        tell(json.dumps(facts))
        return
    count = f"{len(sizes)} {'memory' if len(sizes) == 1 else 'memories'}"
    tell(
        f"{memories.folder}: {count}, {sum(sizes) / 1e6:.1f} MB"
        f"{', removed' if clear else f' of {memories.most_bytes / 1e6:.0f} MB at most'}"
    )
