"""What an object file of the format ELF needs of others."""

from __future__ import annotations

import struct

_MAGIC = b"\x7fELF\x02\x01"  # of 64 bits, the least significant byte first
_SYMBOL_TABLE = 2


def undefined_symbols(content: bytes) -> tuple[str, ...] | None:
    """Names that an object uses and does not define; None if it is of another format.

    The layout is that of the System V Application Binary Interface, chapter 4.

    >>> undefined_symbols(b"MZ")
    """
    if not content.startswith(_MAGIC):
        return None
    (begin,) = struct.unpack_from("<Q", content, 0x28)
    size, n_sections = struct.unpack_from("<HH", content, 0x3A)
    # type, offset, size, index of the section with the names
    sections = [
        struct.unpack_from("<4xI16xQQI", content, begin + i * size) for i in range(n_sections)
    ]
    names = set()
    for kind, offset, length, link in sections:
        if kind != _SYMBOL_TABLE:
            continue
        strings = sections[link][1]
        for at in range(offset, offset + length, 24):
            name, section = struct.unpack_from("<I2xH", content, at)
            if name and section == 0:
                start = strings + name
                names.add(content[start : content.index(b"\0", start)].decode())
    return tuple(sorted(names))
