"""From sound to features: frames, bands, and how far an example stands from the song."""
