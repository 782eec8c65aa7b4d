"""The effect: a memory applied to a song, as a whole or block by block."""
