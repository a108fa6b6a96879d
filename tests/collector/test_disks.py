"""Room on disks: of folders that are there, are not there yet, and cannot be asked."""

import logging
import shutil
from pathlib import Path

import pytest

from collector import lineprotocol
from collector.disks import Disks, Room, nearest, room
from collector.schema import BY_NAME


def test_a_folder_that_is_not_there_yet_is_its_nearest_parents(tmp_path):
    assert nearest(tmp_path) == tmp_path
    assert nearest(tmp_path / "a" / "b") == tmp_path
    assert room(tmp_path / "a" / "b").total == shutil.disk_usage(tmp_path).total


@pytest.mark.parametrize(("free", "used"), [(100, 0), (25, 75), (0, 100)])
def test_used_is_what_others_than_root_cannot_have(free, used):
    assert Room(100, free).used == used


def test_a_disk_without_a_size_is_not_full():
    assert Room(0, 0).used == 0


def test_each_folder_has_a_point(tmp_path):
    folders = (tmp_path, tmp_path / "later")
    found = list(Disks(folders).points(60))
    assert [point.tags for point in found] == [{"folder": str(folder)} for folder in folders]
    for point in found:
        assert set(point.fields) == {field.name for field in BY_NAME["disk"].fields}
        assert 0 < point.fields["used"] < 100
        assert 0 < point.fields["free"] <= shutil.disk_usage(tmp_path).total
        assert lineprotocol.encode(point).endswith(" 60")


def test_a_folder_that_cannot_be_asked_is_told_of_once(tmp_path, caplog):
    class Sealed(type(Path())):
        """As one under a folder that we may not enter."""

        sealed = True

        def exists(self):
            if self.sealed:
                raise PermissionError(13, "Permission denied", str(self))
            return super().exists()

    caplog.set_level(logging.WARNING)
    sealed = Sealed(tmp_path / "sealed")
    disks = Disks([sealed, tmp_path])
    for minute in (0, 60):
        assert [point.tags["folder"] for point in disks.points(minute)] == [str(tmp_path)]
    Sealed.sealed = False
    assert len(list(disks.points(120))) == 2
    Sealed.sealed = True
    assert len(list(disks.points(180))) == 1
    assert len(caplog.records) == 2
