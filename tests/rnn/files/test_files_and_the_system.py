"""What the system refuses while a network is saved or read is told as what it is, for each kind."""

from __future__ import annotations

import errno
import io
import os

import pytest

from tests.support.kinds import KINDS


@pytest.fixture(params=KINDS)
def kind(request):
    return KINDS[request.param]


class Full(io.RawIOBase):
    """An open file on a full disk."""

    def write(self, data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class Failing(io.RawIOBase):
    """An open file on a disk that cannot be read."""

    name = "drawer/failing"

    def read(self, size=-1):
        raise OSError(errno.EIO, os.strerror(errno.EIO))


def test_a_place_that_cannot_take_a_file_is_an_error_of_the_system_and_keeps_what_it_has(
    kind, tmp_path
):
    thing = kind.load(kind.path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"before")
    before = sorted(tmp_path.rglob("*"))
    for target, number in (
        (tmp_path / "missing" / "a", errno.ENOENT),
        (tmp_path / "file" / "a", errno.ENOTDIR),
        (tmp_path / "folder", errno.EEXIST),
        (tmp_path / ("x" * 256), errno.ENAMETOOLONG),
        (Full(), errno.ENOSPC),
    ):
        with pytest.raises(OSError) as error:
            kind.save(thing, target)
        assert error.value.errno == number
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / "file").read_bytes() == b"before"


def test_an_open_file_that_cannot_be_read_is_not_called_damaged(kind):
    with pytest.raises((OSError, ValueError), match="Input/output error") as error:
        kind.load(Failing())
    assert "damaged" not in str(error.value)
    assert "object at" not in str(error.value)
