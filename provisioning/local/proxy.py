"""An HTTP proxy before InfluxDB that fails on demand, in each way that leaves the asker knowing less."""

from __future__ import annotations

import enum
import json
import threading
from collections import Counter
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

_FORWARD_WITHIN = 30.0  # seconds


class Fault(enum.Enum):
    """How a request fares while it holds."""

    NONE = "passes on"
    UNAVAILABLE = "answers 503"
    HANGING = "takes requests, keeps silent, and passes them on in the end"
    CUT = "passes on, and cuts the connection before the answer"
    DENYING = "passes on, and answers 500 although it is stored"


class Proxy:
    """Listens when the constructor returns; set `target` before the first request, `fault` at any time."""

    def __init__(self) -> None:
        self.target = 0  # port on loopback
        self.met: Counter[Fault] = Counter()  # requests, by what became of them
        self.answered: Counter[int] = Counter()  # InfluxDB's own answers, by status
        self._fault = Fault.NONE
        self._changed = threading.Condition()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.proxy = self
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, name="proxy"
        )
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def fault(self) -> Fault:
        return self._fault

    @fault.setter
    def fault(self, fault: Fault) -> None:
        with self._changed:
            self._fault = fault
            self._changed.notify_all()

    def meet(self) -> Fault:
        """The fault for one request; returns from a hanging one when it no longer holds."""
        with self._changed:
            fault = self._fault
            self.met[fault] += 1
            if fault is Fault.HANGING:
                self._changed.wait_for(lambda: self._fault is not Fault.HANGING)
            return fault

    def count(self, status: int) -> None:
        with self._changed:
            self.answered[status] += 1

    def close(self) -> None:
        self.fault = Fault.NONE
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Server(ThreadingHTTPServer):
    proxy: Proxy
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Whoever asked has been killed: nobody is left to tell."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        fault = self.server.proxy.meet()
        if fault is Fault.UNAVAILABLE:  # in influxd's own words when too much is under way
            self._answer(503, "text/plain; charset=utf-8", b"request throttled, queue full\n")
            return
        try:
            answer = self._forward(body)
            self.server.proxy.count(answer[0])
        except (OSError, HTTPException):
            self.close_connection = True  # as influxd's own death looks to who asked
            return
        if fault is Fault.CUT:
            self.close_connection = True
        elif fault is Fault.DENYING:
            self._answer(500, "application/json", json.dumps({"error": "timeout"}).encode() + b"\n")
        else:
            self._answer(*answer)

    def do_GET(self) -> None:
        self.do_POST()

    def _forward(self, body: bytes) -> tuple[int, str, bytes]:
        onward = HTTPConnection("127.0.0.1", self.server.proxy.target, timeout=_FORWARD_WITHIN)
        try:
            headers = {
                name: self.headers[name]
                for name in ("Content-Type", "Content-Encoding", "Authorization")
                if name in self.headers
            }
            onward.request(self.command, self.path, body, headers)
            answer = onward.getresponse()
            return answer.status, answer.headers.get("Content-Type", ""), answer.read()
        finally:
            onward.close()

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        if kind:
            self.send_header("Content-Type", kind)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if status != 204:
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing to say."""
