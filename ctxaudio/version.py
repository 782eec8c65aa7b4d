"""The version of all that is installed together."""

__version__ = "0.2.0"
