"""A real HTTPS server of one file that can also cut, stall, lie and refuse, one way a request."""

import re
import ssl
import threading
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

from collector.clock import SystemClock
from provisioning.authority import ensure_certificate


class Server:
    """`ways` is used up one a request; afterwards the server is honest. `asked` holds each Range, or None."""

    def __init__(self, folder: Path, content: bytes, *, tls: bool = True) -> None:
        ensure_certificate(folder, ["127.0.0.1"], SystemClock().wall())
        self.ca_file = folder / "ca.pem"
        self.content = content
        self.ways: deque[str] = deque()
        self.asked: list[str | None] = []
        self.release = threading.Event()  # ends every stall
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.handle_error = lambda *_: None  # a client that refuses our certificate is no news
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(folder / "server.pem", folder / "server.key")
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        scheme = "https" if tls else "http"
        self.url = f"{scheme}://127.0.0.1:{self._server.server_address[1]}/blocklist"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.release.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.close_connection = True
                outer.asked.append(self.headers["Range"])
                way = outer.ways.popleft() if outer.ways else "honest"
                outer.answer(self, way)

            def log_message(self, *_: object) -> None:
                pass

        return Handler

    def answer(self, request: BaseHTTPRequestHandler, way: str) -> None:
        if way.isdigit():
            request.send_error(int(way))
            return
        if way == "redirect":
            request.send_response(302)
            request.send_header("Location", self.url)
            request.end_headers()
            return
        asked = re.fullmatch(r"bytes=(\d+)-", request.headers["Range"] or "")
        start = int(asked[1]) if asked and way != "no-range" else 0
        body, total = self.content[start:], len(self.content)
        if way == "wrong":
            body = bytes(byte ^ 1 for byte in body)
        elif way == "longer":
            body += b"more"
        elif way == "other-size":
            total += 1
        self._head(request, way, start, len(body), total)
        self._body(request, way, body)

    def _head(self, request: BaseHTTPRequestHandler, way: str, start: int, size: int, total: int) -> None:
        request.send_response(206 if start else 200)
        request.send_header("Content-Length", str(size))
        if start:
            first = start - 1 if way == "lying-range" else start
            request.send_header("Content-Range", f"bytes {first}-{total - 1}/{total}")
        request.end_headers()

    def _body(self, request: BaseHTTPRequestHandler, way: str, body: bytes) -> None:
        if way in {"cut", "stall"}:
            body = body[: len(body) // 2]
        if way == "drip":
            for byte in body:
                request.wfile.write(bytes([byte]))
                if self.release.wait(0.02):
                    return
        request.wfile.write(body)
        request.wfile.flush()
        if way == "stall":
            self.release.wait()
