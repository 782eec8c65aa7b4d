"""A memory that holds a song by itself: what it is taught, how that is kept, and its recall."""
