"""What ``ctxaudio shift`` does: which songs go where, one song, and many."""
