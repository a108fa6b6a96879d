"""A web server of the test bed, run in a network namespace: HTTPS on 443, HTTP on 80; says when it listens."""

import ssl
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import AF_INET6


class Page(BaseHTTPRequestHandler):
    """One page for every address, with a picture, so that a browser opens more than one connection."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = b"<!doctype html><title>page</title><img src='/a.png'><img src='/b.png'>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class Server6(ThreadingHTTPServer):
    address_family = AF_INET6


def main(certificate: str, key: str, *addresses: str) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    for address in addresses:
        for port in (80, 443):
            server = (Server6 if ":" in address else ThreadingHTTPServer)((address, port), Page)
            server.daemon_threads = True
            if port == 443:
                # The handshake belongs into the connection's own thread: a client that says nothing blocks one.
                server.socket = context.wrap_socket(
                    server.socket, server_side=True, do_handshake_on_connect=False
                )
            threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
