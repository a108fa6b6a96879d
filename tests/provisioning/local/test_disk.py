"""A small disk that is full on demand, and gone afterwards."""

import errno

import pytest

from provisioning.local import disk
from provisioning.local.disk import SmallDisk

MIB = 1024 * 1024
_WHY = disk.impossible()


@pytest.mark.skipif(bool(_WHY), reason=_WHY)
def test_it_is_full_until_it_is_freed_and_gone_at_the_end(tmp_path):
    folder = tmp_path / "small"
    with SmallDisk(folder, MIB) as small:
        assert small.room == MIB
        small.fill()
        assert small.room == 0
        with pytest.raises(OSError, match="No space left") as caught:
            (folder / "more").write_bytes(b"x")
        assert caught.value.errno == errno.ENOSPC
        (folder / "more").unlink()
        small.free()
        assert small.room == MIB
        (folder / "more").write_bytes(b"x")
        assert folder.is_mount()
    assert not folder.is_mount()
    assert list(folder.iterdir()) == []


@pytest.mark.skipif(bool(_WHY), reason=_WHY)
def test_filled_again_it_takes_what_was_deleted_meanwhile(tmp_path):
    with SmallDisk(tmp_path / "small", MIB) as small:
        (small.folder / "old").write_bytes(bytes(MIB // 2))
        small.fill()
        (small.folder / "old").unlink()
        assert small.room > 0
        small.fill()
        assert small.room == 0


@pytest.mark.skipif(bool(_WHY), reason=_WHY)
def test_it_is_unmounted_though_a_file_is_open_there(tmp_path):
    small = SmallDisk(tmp_path / "small", MIB)
    with (small.folder / "log").open("w"):
        small.close()
        assert not small.folder.is_mount()
