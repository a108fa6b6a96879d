"""A restart knows what was firing, what was to be said, and what was to be written."""

from datetime import UTC, datetime

from alerts.engine.dispatch import Alert, Group, Notification
from alerts.engine.memory import NAME, Memory, MemoryFile
from alerts.engine.outbox import Letter
from alerts.engine.state import Instance, Phase

T0 = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
KEY = (("pc", "07"), ("venue", "yb-0012"))
ALERT = Alert("Chơi ngoài giờ", KEY, (("basis", "x"),), 60.0, T0, T0)
MEMORY = Memory(
    {"policy-x": [Instance(KEY, Phase.ALERTING, T0, T0, T0, (("B", 60.0), ("C", None)), "", T0)]},
    {"venue=yb-0012": Group("{}", T0, T0, {"k": None}, firing={"k": ALERT})},
    [Letter("quannet-mail", "email", T0, Notification(KEY, (ALERT,), (), "quannet-mail"))],
    ["violation firing=1i 1"],
)


def test_what_is_saved_is_loaded(tmp_path):
    MemoryFile(tmp_path / "new").save(MEMORY)
    assert MemoryFile(tmp_path / "new").load() == MEMORY


def test_without_change_nothing_is_written(tmp_path):
    file = MemoryFile(tmp_path)
    file.save(MEMORY)
    (tmp_path / NAME).unlink()
    file.save(MEMORY)
    assert not (tmp_path / NAME).exists()
    file.save(Memory())
    assert (tmp_path / NAME).exists()


def test_a_damaged_file_is_set_aside_and_said(tmp_path, caplog):
    (tmp_path / NAME).write_text("{", "utf-8")
    assert MemoryFile(tmp_path).load() == Memory()
    assert (tmp_path / NAME).with_suffix(".damaged").exists()
    assert "set aside" in caplog.text


def test_a_file_of_an_older_release_is_set_aside_and_said_once(tmp_path, caplog):
    (tmp_path / "watch-1.json").write_text("{}", "utf-8")
    assert MemoryFile(tmp_path).load() == Memory()
    assert (tmp_path / "watch-1.old").exists()
    assert MemoryFile(tmp_path).load() == Memory()
    assert caplog.text.count("of an older release") == 1


def test_a_disk_that_takes_nothing_is_said_once_and_stops_nothing(tmp_path, caplog):
    (tmp_path / "file").write_text("", "utf-8")
    file = MemoryFile(tmp_path / "file")  # no folder can be made there
    file.save(MEMORY)
    file.save(MEMORY)
    assert caplog.text.count("cannot be saved") == 1


def test_without_a_folder_nothing_is_kept():
    MemoryFile(None).save(MEMORY)
    assert MemoryFile(None).load() == Memory()
