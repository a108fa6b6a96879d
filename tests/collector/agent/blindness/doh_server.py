"""A DNS-over-HTTPS server, and a plain web server, on addresses of a network namespace of its own.

python doh.py FOLDER DOH_ADDRESS WEB_ADDRESS [NAME…]: answers each NAME (and all below it) with WEB_ADDRESS.
"""

import base64
import http.server
import ssl
import struct
import sys
import threading
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from cryptography import x509  # noqa: F401 - says early that the test's own needs are met


def names_of(query: bytes) -> str:
    at, labels = 12, []
    while length := query[at]:
        labels.append(query[at + 1 : at + 1 + length].decode())
        at += 1 + length
    return ".".join(labels)


def answer(query: bytes, address: str, zone: tuple[str, ...]) -> bytes:
    """A for names of the zone; an empty answer for other types, and NXDOMAIN for other names."""
    name = names_of(query).lower()
    end = 12 + len(name) + 2 + 4 if name else 12 + 5
    kind = struct.unpack("!H", query[end - 4 : end - 2])[0]
    known = any(name == own or name.endswith("." + own) for own in zone)
    found = known and kind == 1
    flags = 0x8180 | (0 if known else 3)
    head = query[:2] + struct.pack("!HHHHH", flags, 1, int(found), 0, 0)
    record = struct.pack("!HHHIH", 0xC00C, 1, 1, 60, 4) + bytes(map(int, address.split(".")))
    return head + query[12:end] + (record if found else b"")


class Doh(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    address = ""
    zone: tuple[str, ...] = ()
    asked: Path

    def do_GET(self) -> None:
        text = parse_qs(urlsplit(self.path).query).get("dns", [""])[0]
        self.reply(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))

    def do_POST(self) -> None:
        self.reply(self.rfile.read(int(self.headers["Content-Length"])))

    def reply(self, query: bytes) -> None:
        with self.asked.open("a") as file:
            file.write(names_of(query) + "\n")
        body = answer(query, self.address, self.zone)
        self.send_response(200)
        self.send_header("Content-Type", "application/dns-message")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class Web(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = b"<title>here</title>reached"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def serve(address: str, handler: type, folder: Path) -> None:
    server = http.server.ThreadingHTTPServer((address, 443), handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever).start()


def main() -> None:
    folder, doh, web, *zone = sys.argv[1:]
    Doh.address, Doh.zone, Doh.asked = web, tuple(zone), Path(folder) / "asked"
    serve(doh, Doh, Path(folder))
    serve(web, Web, Path(folder))
    (Path(folder) / "ready").touch()


if __name__ == "__main__":
    main()
