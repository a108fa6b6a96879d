"""The X server is asked for its silence, by hand: a real one, and all that can go wrong with one."""

import os
import select
import shutil
import socket
import struct
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.agent.platform import x11

KEY = bytes(range(16))


@pytest.fixture(scope="module")
def xvfb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A real X server that wants a cookie; its socket."""
    if shutil.which("Xvfb") is None:
        pytest.skip("Xvfb is not installed")
    authority = tmp_path_factory.mktemp("x11") / ".Xauthority"
    authority.write_bytes(entry(KEY))
    read, write = os.pipe()
    command = [
        "Xvfb",
        "-displayfd",
        str(write),
        "-auth",
        str(authority),
        "-nolisten",
        "tcp",
        "-noreset",  # without clients it would begin anew, and its silence with it
        "-screen",
        "0",
        "64x64x8",
    ]
    server = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        assert select.select([read], [], [], 20)[0], "Xvfb does not start"
        yield Path("/tmp/.X11-unix") / f"X{os.read(read, 16).decode().strip()}"
    finally:
        os.close(read)
        server.terminate()
        server.wait(10)


def entry(key: bytes, name: bytes = b"MIT-MAGIC-COOKIE-1") -> bytes:
    parts = (b"pc-07", b"0", name, key)
    return struct.pack(">H", 256) + b"".join(struct.pack(">H", len(part)) + part for part in parts)


def test_a_real_server_tells_its_silence(xvfb: Path) -> None:
    first = x11.idle_seconds(xvfb, [KEY])
    assert first is not None
    threading.Event().wait(0.05)
    second = x11.idle_seconds(xvfb, [KEY])
    assert second is not None
    assert 0.04 < second - first < 5


def test_a_cookie_of_another_display_is_passed_over(xvfb: Path) -> None:
    assert x11.idle_seconds(xvfb, [b"\1" * 16, KEY]) is not None


def test_a_real_server_refuses_who_has_no_cookie(xvfb: Path) -> None:
    assert x11.idle_seconds(xvfb, []) is None


def test_no_server_behind_the_socket_is_no_fault(tmp_path: Path) -> None:
    assert x11.idle_seconds(tmp_path / "X0") is None


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"garbage",
        struct.pack("<BxHHH", 1, 11, 0, 65535),  # announces more than anybody sends
        struct.pack("<BxHHH", 1, 11, 0, 1) + b"\0\0\0\0",  # a set-up that is too short
    ],
    ids=["hangs-up", "garbage", "huge", "short"],
)
def test_a_strange_server_is_no_fault(tmp_path: Path, answer: bytes) -> None:
    def serve(line: socket.socket) -> None:
        line.recv(64)
        line.sendall(answer)

    assert ask(tmp_path / "X0", serve) is None


def test_a_server_that_hangs_is_left_soon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(x11, "WITHIN", 0.1)
    done = threading.Event()
    assert ask(tmp_path / "X0", lambda _: done.wait(5) and None, done) is None


def ask(
    path: Path, serve: Callable[[socket.socket], None], done: threading.Event | None = None
) -> float | None:
    """What the asker makes of a server that does as told."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def run() -> None:
            line, _ = listener.accept()
            with line:
                serve(line)

        thread = threading.Thread(target=run)
        thread.start()
        try:
            return x11.idle_seconds(path)
        finally:
            if done is not None:
                done.set()
            thread.join()


def test_cookies_are_read_from_the_usual_files(tmp_path: Path) -> None:
    home = tmp_path / "home" / "khach"
    home.mkdir(parents=True)
    (home / ".Xauthority").write_bytes(entry(b"other", b"XDM-AUTHORIZATION-1") + entry(KEY) + entry(KEY))
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / ".Xauthority").write_bytes(b"\1\0\0")  # cut short
    assert x11.cookies(tmp_path) == [KEY]
    assert x11.cookies(tmp_path / "nowhere") == []


def test_only_so_many_cookies_are_tried(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / ".Xauthority").write_bytes(b"".join(entry(bytes([n]) * 16) for n in range(50)))
    assert len(x11.cookies(tmp_path)) == 8


@given(st.binary(max_size=200))
def test_any_bytes_are_an_authority_file_or_none(data: bytes) -> None:
    try:
        found = list(x11.parse_authority(data))
    except struct.error:
        return
    assert all(key in data for key in found)
