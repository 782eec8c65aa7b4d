"""The command line: a thin edge over ctxaudio and rnn."""
