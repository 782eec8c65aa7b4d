"""How far things go; light to import, so that the command line knows it before any work."""

MAX_CONTEXT = 36.0  # semitones; as far as a context may be taken
MIN_EXAMPLE_SHIFT = 0.25  # semitones; what is missed in a smaller one is extrapolated too far
MAX_EXAMPLE_SHIFT = 12.0  # semitones

MIN_SPEED, MAX_SPEED = 0.25, 4.0  # of a song
MIN_ALONE_SPEED = -2.0  # of one that is recalled, which may run backwards
MAX_ALONE_S = 86_400.0  # seconds that one takes which is recalled

MIN_RATE, MAX_RATE = 8_000, 192_000  # Hz
MAX_CHANNELS = 8
MAX_SAMPLE = 1e32  # of full scale; what is made of louder ones is beyond all numbers
