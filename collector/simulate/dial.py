"""Connecting to the broker without waiting for it: TCP and TLS step by step, then handed to paho."""

from __future__ import annotations

import errno
import os
import selectors
import socket
import ssl
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

import paho.mqtt.client as mqtt

from collector.agent.link import Endpoint, make_client, tls_context

if TYPE_CHECKING:
    from pathlib import Path

Address = tuple[socket.AddressFamily, Any]
READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE


class Directory:
    """TLS contexts and addresses, found once for a fleet: a name is looked up in its first dial alone."""

    def __init__(self) -> None:
        self._contexts: dict[Path | None, ssl.SSLContext] = {}
        self._addresses: dict[tuple[str, int], list[Address]] = {}

    def context(self, endpoint: Endpoint) -> ssl.SSLContext:
        if endpoint.ca_file not in self._contexts:
            self._contexts[endpoint.ca_file] = tls_context(endpoint)
        return self._contexts[endpoint.ca_file]

    def address(self, endpoint: Endpoint) -> Address:
        """OSError where the name is unknown."""
        key = (endpoint.host, endpoint.port)
        if not self._addresses.get(key):
            found = socket.getaddrinfo(*key, type=socket.SOCK_STREAM)
            self._addresses[key] = [(family, address) for family, _, _, _, address in found]
        return self._addresses[key][0]

    def failed(self, endpoint: Endpoint, address: Address) -> None:
        """Nobody listens there: the next dial tries the name's next address, and after the last the first."""
        addresses = self._addresses[endpoint.host, endpoint.port]
        if addresses[0] == address:  # else another dial has found it out before
            addresses.append(addresses.pop(0))


class Handshake:
    """One attempt; its file descriptor stays the same from the first step to the last."""

    def __init__(self, endpoint: Endpoint, directory: Directory) -> None:
        """OSError where it fails at once."""
        self.wants = WRITE
        self._endpoint = endpoint
        self._directory = directory
        self._address = family, address = directory.address(endpoint)
        self._tls: ssl.SSLSocket | None = None
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        self._socket.setblocking(False)
        code = self._socket.connect_ex(address)
        if code not in {0, errno.EINPROGRESS}:
            self._socket.close()
            self._fail(code)

    def fileno(self) -> int:
        return (self._tls or self._socket).fileno()

    def step(self) -> ssl.SSLSocket | None:
        """Go on; the finished socket, or None while it `wants` to read or write. OSError ends it."""
        if self._tls is None:
            code = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if code:
                self._fail(code)
            context = self._directory.context(self._endpoint)
            self._tls = context.wrap_socket(
                self._socket, server_hostname=self._endpoint.host, do_handshake_on_connect=False
            )
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            self.wants = READ
            return None
        except ssl.SSLWantWriteError:
            self.wants = WRITE
            return None
        return self._tls

    def close(self) -> None:
        (self._tls or self._socket).close()

    def _fail(self, code: int) -> NoReturn:
        self._directory.failed(self._endpoint, self._address)
        raise OSError(code, os.strerror(code))


class _Dialled(mqtt.Client):
    """A client on a connection that exists already; paho by itself would make one, and wait for it."""

    def __init__(self, made: ssl.SSLSocket, *words: Any, **options: Any) -> None:
        super().__init__(*words, **options)
        self._made = made

    def _create_socket(self) -> ssl.SSLSocket:  # what paho calls where it would connect
        return self._made


def client_on(made: ssl.SSLSocket, client_id: str, endpoint: Endpoint, directory: Directory) -> mqtt.Client:
    """A client that will speak on this socket once its `connect` is called."""
    return make_client(client_id, endpoint, directory.context(endpoint), partial(_Dialled, made))
