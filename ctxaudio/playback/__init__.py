"""Playing: a memory, a song and a sound card. Where time is real, and nothing may wait.

``playhead`` makes what is heard next, ``live_input`` does so from a microphone, ``player`` runs
either ahead of the sound card in a thread of its own. Nothing else in the package knows of threads
or devices.
"""
