"""The one error that a file or a sound can cause, and how it stays one line."""


class DataError(ValueError):
    """A file or a sound that cannot be used; the message is one line for the user."""


def one_line(text: object) -> str:
    """Text from a stranger's file or its name, fit for one line of a terminal."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(text))
