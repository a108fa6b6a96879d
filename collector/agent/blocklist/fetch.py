"""Getting an offered file from a static HTTPS server: resumed, bounded, verified."""

from __future__ import annotations

import hashlib
import http.client
import ipaddress
import os
import re
import ssl
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING

from collector.agent.blocklist.layout import MAX_FILE

if TYPE_CHECKING:
    import threading
    from pathlib import Path
    from typing import BinaryIO

    from collector.clock import Clock
    from collector.wire import Offer

PART = ".part"

_CHUNK = 64 * 1024
_RANGE = re.compile(r"bytes ([0-9]+)-[0-9]+/([0-9]+|\*)")


@dataclass(frozen=True)
class Limits:
    """`stall`: seconds without a byte; `total`: seconds for one attempt."""

    stall: float = 30.0
    total: float = 1800.0
    size: int = MAX_FILE


class FetchError(Exception):
    """No file this time; `permanent`: the offer itself is bad, asking again is of no use."""

    def __init__(self, summary: str, *, permanent: bool = False) -> None:
        super().__init__(summary)
        self.permanent = permanent


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """The offer names the file; whoever answers with another address is not believed."""

    def redirect_request(self, *_: object, **__: object) -> None:
        return None


class Fetcher:
    """Downloads into a folder; what is there of an earlier attempt is not asked for again."""

    def __init__(
        self,
        folder: Path,
        ca_file: Path | None,
        clock: Clock,
        stop: threading.Event,
        limits: Limits = Limits(),
    ) -> None:
        """`ca_file`: the authority that signs the server's certificate; None: those the system trusts."""
        self._folder = folder
        self._clock = clock
        self._stop = stop
        self._limits = limits
        self._ca_file = ca_file

    def fetch(self, offer: Offer) -> Path:
        """The offered file, complete and as offered; FetchError. A part stays for the next attempt."""
        _check_url(offer.url)
        if offer.size > self._limits.size:
            raise FetchError(f"{offer.size} bytes are offered; at most {self._limits.size}", permanent=True)
        self._folder.mkdir(parents=True, exist_ok=True)
        part = self._folder / f"{offer.sha256}{PART}"
        for other in self._folder.glob(f"*{PART}"):
            if other != part:  # of an offer that holds no more
                other.unlink(missing_ok=True)
        try:
            if not part.exists() or part.stat().st_size != offer.size:
                self._download(offer, part)
            if _sha256(part) != offer.sha256:
                part.unlink()
                raise FetchError("the server's file is not the offered one (SHA-256)")
        except urllib.error.HTTPError as fault:
            fault.close()
            if fault.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE:
                part.unlink(missing_ok=True)
            raise FetchError(f"the server answers {fault.code}") from None
        except (OSError, http.client.HTTPException) as fault:
            raise FetchError(f"{type(fault).__name__}: {fault}") from fault
        return part

    def _download(self, offer: Offer, part: Path) -> None:
        have = part.stat().st_size if part.exists() else 0
        if have > offer.size:
            part.unlink()
            have = 0
        request = urllib.request.Request(offer.url)  # noqa: S310 - the scheme is checked by _check_url
        if have:
            request.add_header("Range", f"bytes={have}-")
        handlers: list[urllib.request.BaseHandler] = [
            urllib.request.ProxyHandler({}),  # the settings say where to go, not the environment
            _NoRedirect(),
        ]
        if offer.url.startswith("https:"):
            context = ssl.create_default_context(cafile=None if self._ca_file is None else str(self._ca_file))
            handlers.append(urllib.request.HTTPSHandler(context=context))
        opener = urllib.request.build_opener(*handlers)
        until = self._clock.monotonic() + self._limits.total
        with opener.open(request, timeout=self._limits.stall) as answer:
            start = _start(answer, offer)
            if start not in {0, have}:
                raise FetchError(f"the server sends from byte {start}, asked for {have}")
            with part.open("ab" if start else "wb") as file:
                self._copy(answer, file, offer.size - start, until)

    def _copy(self, answer: http.client.HTTPResponse, file: BinaryIO, missing: int, until: float) -> None:
        """As many bytes as are missing; one that comes after them is none of the offered file."""
        while chunk := answer.read1(_CHUNK):
            missing -= len(chunk)
            if missing < 0:
                raise FetchError("the server's file is longer than offered")
            file.write(chunk)
            if self._stop.is_set():
                raise FetchError("stopped")
            if self._clock.monotonic() > until:
                raise FetchError(f"not complete within {self._limits.total:g} s")
        if missing:
            raise FetchError(f"the connection ended {missing} bytes early")
        file.flush()
        os.fsync(file.fileno())


def _start(answer: http.client.HTTPResponse, offer: Offer) -> int:
    """The byte with which an answer begins."""
    if answer.status == http.client.OK:
        return 0
    match = _RANGE.fullmatch(answer.headers.get("Content-Range", ""))
    if answer.status != http.client.PARTIAL_CONTENT or match is None:
        raise FetchError(f"the server answers {answer.status} without saying what it sends")
    if match[2] not in {"*", str(offer.size)}:
        raise FetchError(f"the server's file has {match[2]} bytes, {offer.size} are offered")
    return int(match[1])


def _check_url(url: str) -> None:
    """HTTPS, or HTTP to this very machine (tests, a demonstration)."""
    parts = urllib.parse.urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "https" and host:
        return
    if parts.scheme == "http" and _is_loopback(host):
        return
    raise FetchError("the offered address is not https", permanent=True)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
