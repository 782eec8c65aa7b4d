"""What the bytes of sound files tell that their decoders do not."""
