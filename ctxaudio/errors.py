"""The one error that a file or a sound can cause."""


class DataError(ValueError):
    """A file or a sound that cannot be used; the message is one line for the user."""
