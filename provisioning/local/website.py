"""A website of one's own on loopback, with a real resolver for its name: what a trial visits with a real program.

Ports 53 and 443 need root. The name is looked up as any other: the visitor alone, in a mount namespace of
its own, sees a resolv.conf that names this resolver; the machine's own settings stay as they are.
"""

from __future__ import annotations

import os
import secrets
import shutil
import ssl
import subprocess
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Self

from collector.clock import SystemClock
from provisioning.authority import ensure_certificate
from provisioning.local.process import Child, listens
from provisioning.settings import CA_FILE, CERT_FILE, KEY_FILE

if TYPE_CHECKING:
    from pathlib import Path

VISIT_WITHIN = 10.0  # seconds

_RESOLVER = """\
no-resolv
no-hosts
bind-interfaces
except-interface=none
listen-address={resolver}
address=/{name}/{server}
"""


def possible() -> bool:
    """Whether this process may open the ports and make the namespace, and has the programs."""
    if os.geteuid() != 0 or not all(map(shutil.which, ("dnsmasq", "curl", "unshare"))):
        return False
    # A container may forbid it, and in a chroot it fails.
    return subprocess.run(["unshare", "--mount", "true"], check=False, capture_output=True).returncode == 0


class Website:
    """Served when the constructor returns; a context manager ends it."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        # All of 127/8 is this machine: addresses of its own let several run beside each other.
        net = f"127.{100 + secrets.randbelow(100)}.{1 + secrets.randbelow(254)}"
        self._resolver, self._server = f"{net}.1", f"{net}.2"
        self._ends = ExitStack()
        try:
            self._serve()
            self._resolve()
        except BaseException:
            self._ends.close()
            raise

    def visit(self) -> bool:
        """Look the name up and fetch the page, with curl; whether it was served."""
        ca = str(self._folder / CA_FILE)
        page = f"https://www.{self.name}/"
        return self.run("curl", "--silent", "--output", "/dev/null", "--cacert", ca, page) == 0

    def run(self, *command: str, within: float = VISIT_WITHIN) -> int:
        """The exit code of a program that asks this resolver, and no other, for names."""
        script = 'mount --bind "$0" /etc/resolv.conf && exec "$@"'
        words = ["unshare", "--mount", "sh", "-c", script, str(self._folder / "resolv.conf"), *command]
        return subprocess.run(words, check=False, capture_output=True, timeout=within).returncode

    def close(self) -> None:
        self._ends.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _serve(self) -> None:
        ensure_certificate(self._folder, [f"www.{self.name}"], SystemClock().wall())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._folder / CERT_FILE, self._folder / KEY_FILE)
        server = ThreadingHTTPServer((self._server, 443), _Page)
        server.daemon_threads = True
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, name="website")
        thread.start()
        self._ends.callback(server.server_close)
        self._ends.callback(thread.join)
        self._ends.callback(server.shutdown)

    def _resolve(self) -> None:
        config = self._folder / "dnsmasq.conf"
        settings = _RESOLVER.format(resolver=self._resolver, name=self.name, server=self._server)
        config.write_text(settings, "utf-8")
        (self._folder / "resolv.conf").write_text(f"nameserver {self._resolver}\n", "utf-8")
        command = ["dnsmasq", "--keep-in-foreground", f"--conf-file={config}", "--user=root", "--pid-file="]
        child = self._ends.enter_context(Child("dnsmasq", command, self._folder / "dnsmasq.log"))
        child.wait_until(lambda: listens(53, self._resolver))


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing to say."""
