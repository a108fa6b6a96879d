"""Every capture through the reader: what must be said is said, nothing else, and nothing grows."""

import dataclasses

import pytest

from collector.agent.observation import Contact, Lookup
from collector.agent.packets import stream, table
from collector.agent.packets.reader import Reader

pytestmark = pytest.mark.material


def read(capture, reader):
    return [seen for frame, at, link in capture.frames() for seen in reader.feed(frame, at, link)]


def names(observations):
    return {
        name for seen in observations for name in (seen.names if isinstance(seen, Lookup) else (seen.name,))
    }


def test_all_thirty_five_are_there(capture):
    assert len(list(capture.frames())) == capture.about["packets"]


def test_a_capture_gives_the_names_it_must_and_none_it_must_not(capture):
    found = names(read(capture, Reader()))
    must, may = set(capture.about["names_must"]), set()
    for flow in capture.about["flows"]:
        may |= {item["name"] for kind in ("must", "may") for item in flow.get(kind, [])}
    assert must <= found
    assert not found & set(capture.about["must_not"])
    assert found <= may | must


def test_a_name_comes_from_the_client_and_server_of_its_flow(capture):
    seen = read(capture, Reader())
    for flow in capture.about["flows"]:
        for item in flow["must"]:
            client = tuple(flow["client"].rsplit("|", 1))
            server = tuple(flow["server"].rsplit("|", 1))
            if item["as"] == "sni":
                ends = [
                    (c.client, (c.address, c.port))
                    for c in seen
                    if isinstance(c, Contact) and c.name == item["name"]
                ]
                assert any((a, str(p)) == client and (b, str(q)) == server for (a, p), (b, q) in ends)
            elif item["as"] == "question":
                asked = {s.client for s in seen if isinstance(s, Lookup) and item["name"] in s.names}
                assert (client[0], int(client[1])) in asked


def test_a_connection_is_one_contact(capture):
    contacts = [seen for seen in read(capture, Reader()) if isinstance(seen, Contact)]
    ends = [(contact.client, contact.address, contact.port) for contact in contacts]
    assert len(ends) == len(set(ends))


def test_a_hello_is_understood_at_the_latest_at_the_frame_that_completes_it(capture):
    due = [item["frame"] for flow in capture.about["flows"] for item in flow["must"] if item["as"] == "sni"]
    reader, came = Reader(), []
    for number, (frame, at, link) in enumerate(capture.frames(), 1):
        came += [number for seen in reader.feed(frame, at, link) if isinstance(seen, Contact)]
    assert len(came) == len(due)
    assert all(early <= late for early, late in zip(sorted(came), sorted(due), strict=True))


def test_real_ech_is_told_from_a_decoy(capture):
    hidden = {seen.ech for seen in read(capture, Reader()) if isinstance(seen, Contact)}
    assert hidden <= {capture.about.get("signs", {}).get("ech") == "real"}


def test_an_offer_of_ech_in_an_answer_is_seen(capture):
    offered = any(seen.ech for seen in read(capture, Reader()) if isinstance(seen, Lookup))
    assert offered == capture.about.get("signs", {}).get("ech_in_https_rr", False)


def test_without_the_extra_quic_is_counted_and_all_else_stays(capture):
    reader = Reader(unlock=None)
    found = names(read(capture, reader))
    quic = [
        flow for flow in capture.about["flows"] if flow["proto"] == "udp" and flow["server"].endswith("|443")
    ]
    assert set(capture.about["names_must"]) <= found or quic
    assert (reader.counters.quic_unsupported > 0) == bool(quic)


def test_nothing_grows_when_a_capture_comes_again_and_again(capture):
    reader = Reader()
    for turn in range(5):
        for frame, _, link in capture.frames():
            reader.feed(frame, turn * 100.0, link)
        assert len(reader.tcp) + len(reader.quic) <= 2 * table.MOST
        assert reader.tcp.size + reader.quic.size <= 64 * stream.LIMIT
        assert not reader.tcp.lost
        assert not reader.quic.lost
    counted = dataclasses.asdict(reader.counters)
    assert counted["frames"] == 5 * capture.about["packets"]


def test_each_frame_cut_anywhere_is_no_trouble(capture):
    reader = Reader()
    for frame, at, link in list(capture.frames())[:6]:
        for cut in range(0, len(frame), 1 + len(frame) // 64):
            reader.feed(frame[:cut], at, link)
