"""What of the trace session can be checked anywhere: its structures, and how an event is taken out of them."""

import ctypes

import pytest

from collector.agent.platform import windows_etw as etw


@pytest.mark.parametrize(
    ("structure", "size"),
    [
        (etw.Guid, 16),
        (etw.Wnode, 48),
        (etw.Properties, 120),
        (etw.Descriptor, 16),
        (etw.Header, 80),
        (etw.EventRecord, 112),
        (etw.LogFile, 448),
    ],
)
def test_structures_have_the_sizes_of_64_bit_windows(structure, size):
    assert ctypes.sizeof(structure) == size


@pytest.mark.parametrize(
    ("structure", "field", "offset"),
    [
        (etw.Wnode, "guid", 24),
        (etw.Properties, "mode", 64),
        (etw.Properties, "events_lost", 88),
        (etw.Properties, "real_time_buffers_lost", 100),
        (etw.Properties, "name_at", 116),
        (etw.Header, "process", 12),
        (etw.Header, "descriptor", 40),
        (etw.EventRecord, "data_size", 86),
        (etw.EventRecord, "data", 96),
        (etw.LogFile, "session", 8),
        (etw.LogFile, "mode", 28),
        (etw.LogFile, "on_buffer", 400),
        (etw.LogFile, "on_record", 424),
        (etw.LogFile, "context", 440),
    ],
)
def test_fields_stand_where_windows_looks(structure, field, offset):
    assert getattr(structure, field).offset == offset


def test_a_session_asks_for_real_time_and_leaves_room_for_its_name():
    named = etw.properties()
    assert named.properties.wnode.size == ctypes.sizeof(named)
    assert named.properties.name_at == 120
    assert ctypes.sizeof(named) - 120 >= 2 * (len(etw.SESSION) + 1)
    assert named.properties.mode == 0x100


def test_the_provider_is_the_dns_client():
    assert etw.PROVIDER.bytes_le[:4] == bytes.fromhex("6e12951c")


def test_an_event_is_copied_out_of_the_systems_memory():
    data = ctypes.create_string_buffer(b"abcdef", 6)
    record = etw.EventRecord(data_size=6, data=ctypes.addressof(data))
    record.header.process = 77
    record.header.descriptor.id = 3008
    record.header.descriptor.version = 2
    taken = etw.event(record)
    data[0] = b"X"
    assert taken == etw.Event(3008, 2, 77, b"abcdef")
    assert etw.event(etw.EventRecord()).data == b""


def test_a_refusal_is_told_from_another_fault():
    assert isinstance(etw.fault(5, "StartTrace"), PermissionError)
    other = etw.fault(1450, "StartTrace")
    assert not isinstance(other, PermissionError)
    assert other.strerror == "StartTrace failed with 1450"
