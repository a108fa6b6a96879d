"""The journal keeps each message as it left, and notices one that leaves otherwise the second time."""

from collector.clock import Instant
from provisioning.exactness.journal import Journal

START = 1_772_438_400
NOW = Instant("boot-1", 10.0, START)


def test_a_message_is_kept_with_its_stamp_when_it_leaves_and_not_before():
    journal = Journal()
    spool = journal.spool()
    spool.append(["agent n=1i", "host cpu=1.0"], NOW)
    assert journal.sent == {}
    spool.stamp("boot-1", lambda mono: START + mono)
    spool.frames([1])
    spool.frames([1])
    assert journal.sent == {
        (spool.stream, 1): (f'agent n=1i,clock="server" {START + 10}', f"host cpu=1.0 {START + 10}")
    }
    assert journal.altered == []
    spool.close()


def test_a_message_that_is_sent_again_with_another_stamp_is_noticed():
    journal = Journal()
    spool = journal.spool()
    spool.append(["agent n=1i"], NOW)
    spool.stamp("boot-1", lambda mono: START + mono)
    spool.frames([1])
    with spool._db:
        spool._db.execute("UPDATE message SET stamp = stamp + 1")
    spool.frames([1])
    assert journal.altered == [(spool.stream, 1)]
    spool.close()
