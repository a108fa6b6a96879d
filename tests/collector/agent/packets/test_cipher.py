"""QUIC's first keys, against the examples of RFC 9001 and RFC 9369."""

import subprocess
import sys

import pytest

from collector.agent.packets import cipher

CONNECTION = bytes.fromhex("8394c8f03e515708")


@pytest.mark.parametrize(
    ("version", "key", "nonce", "header"),
    [
        (
            cipher.VERSION1,
            "1f369613dd76d5467730efcbe3b1a22d",
            "fa044b2f42a3fd3b46fb255c",
            "9f50449e04a0e810283a1e9933adedd2",
        ),
        (
            cipher.VERSION2,
            "8b1a0bc121284290a29e0971b5cd045d",
            "91f73e2351d8fa91660e909f",
            "45b95e15235d6f45a6b19cbcb0294ba9",
        ),
    ],
)
def test_keys_are_those_of_the_standard(version, key, nonce, header):
    assert [part.hex() for part in cipher.client_keys(version, CONNECTION)] == [key, nonce, header]


def test_without_the_extra_the_reader_still_reads():
    code = (
        "import sys; sys.modules['cryptography'] = None\n"
        "from collector.agent.packets import cipher, reader\n"
        "assert cipher.UNLOCK is None\n"
        "reader.Reader().feed(b'', 0.0)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_packet_sealed_otherwise_does_not_open():
    keys = cipher.UNLOCK(cipher.VERSION1, CONNECTION)
    assert keys.open(0, b"header", bytes(40)) is None
    assert keys.open(0, b"header", b"") is None
