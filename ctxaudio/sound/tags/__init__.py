"""What a sound file says of its song: read of one format, and written in another's words."""
