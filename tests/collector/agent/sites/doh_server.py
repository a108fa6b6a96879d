"""A DNS-over-HTTPS server (HTTP/1.1 is enough for Chromium), run in a network namespace; says when it listens.

python doh_server.py CERTIFICATE KEY ADDRESS ANSWER ZONE: ANSWER for each name in ZONE, NXDOMAIN for all others.
"""

import base64
import ssl
import struct
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

A = 1


def answer(query: bytes, address: str, zone: str) -> bytes:
    """A query of one question; an empty answer for other types than A."""
    labels, at = [], 12
    while length := query[at]:
        labels.append(query[at + 1 : at + 1 + length].decode().lower())
        at += 1 + length
    end = at + 5
    (kind,) = struct.unpack("!H", query[at + 1 : at + 3])
    known = ".".join(labels).endswith(zone)
    found = known and kind == A
    head = query[:2] + struct.pack("!5H", 0x8180 if known else 0x8183, 1, int(found), 0, 0)
    record = struct.pack("!HHHIH", 0xC00C, A, 1, 60, 4) + bytes(map(int, address.split(".")))
    return head + query[12:end] + (record if found else b"")


class Doh(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    address = zone = ""

    def do_GET(self) -> None:
        text = parse_qs(urlsplit(self.path).query)["dns"][0]
        self.reply(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))

    def do_POST(self) -> None:
        self.reply(self.rfile.read(int(self.headers["Content-Length"])))

    def reply(self, query: bytes) -> None:
        body = answer(query, self.address, self.zone)
        self.send_response(200)
        self.send_header("Content-Type", "application/dns-message")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def main(certificate: str, key: str, own: str, address: str, zone: str) -> None:
    Doh.address, Doh.zone = address, zone
    server = ThreadingHTTPServer((own, 443), Doh)
    server.daemon_threads = True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
