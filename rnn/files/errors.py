"""What can be wrong with a file that is to be written, told apart from all else that can be."""

from __future__ import annotations


class NotWrittenError(OSError):
    """A file could not be written; ``filename`` says which.

    What else went wrong while a file was written, such as a library that could not be loaded, is
    never one of these.
    """


class NoPlaceError(NotWrittenError):
    """A folder cannot take a file; ``filename`` is the folder's."""


class AlreadyThereError(NotWrittenError, FileExistsError):
    """Something has the name already, and was not to be replaced."""


class NotAFileError(AlreadyThereError):
    """Something that is no file, such as a folder or a device, has the name; it stays."""
