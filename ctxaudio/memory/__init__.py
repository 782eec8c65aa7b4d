"""What a network is taught of a song, its files, and the field it recalls."""
