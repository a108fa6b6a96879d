"""The one way to InfluxDB: lines in through influxdb-client, InfluxQL out, on 1.x, 2.x and 3.x alike."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlencode

import urllib3
from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.rest import ApiException
from influxdb_client.service.write_service import WriteService

if TYPE_CHECKING:
    from collections.abc import Sequence

Precision = Literal["s", "ms"]

_TRANSIENT = {408, 429, 500, 502, 503, 504}
# Our password, our rights, our database: an operator mends them, and the lines are as good as before.
_NOT_LET_IN = {401, 403, 404}


@dataclass(frozen=True)
class Access:
    """Where the database is. `api` is `v1` for /write (InfluxDB before 1.8), `v2` for /api/v2/write.

    `secret` is a token (2.x, 3.x) or `user:password` (1.x); it stands in no log and no repr.
    """

    url: str
    database: str
    api: str = "v2"
    org: str = "-"
    secret: str | None = None

    def __repr__(self) -> str:
        return f"Access({self.url!r}, {self.database!r}, {self.api!r})"


@dataclass(frozen=True)
class Series:
    """One series of an answer: rows as InfluxDB gives them, `time` in epoch milliseconds."""

    name: str
    tags: dict[str, str]
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def column(self, name: str) -> list[Any]:
        index = self.columns.index(name)
        return [row[index] for row in self.rows]


class Unavailable(Exception):  # noqa: N818 - a state of the world, met by waiting
    """The database cannot be reached, is overloaded or does not let us in; the same request may succeed later."""


class Refused(Exception):  # noqa: N818 - a verdict on what was sent
    """The database took the request and said no; sending it again cannot help."""


class _V1WriteService(WriteService):
    """Writes through /write, where InfluxDB before 1.8 listens."""

    def __init__(self, client: Any) -> None:
        super().__init__(client)  # type: ignore[no-untyped-call] # the library has no types

    def post_write(self, org: str, bucket: str, body: Any, **kwargs: Any) -> Any:
        del org
        return self.api_client.call_api(
            "/write",
            "POST",
            {},
            [("db", bucket), ("precision", kwargs.get("precision", "s"))],
            {"Content-Type": "text/plain; charset=utf-8"},
            body=body,
            auth_settings=[],
            _return_http_data_only=True,
            _preload_content=True,
            _request_timeout=kwargs.get("_request_timeout"),
            urlopen_kw=kwargs.get("urlopen_kw"),
        )


class Influx:
    """A connection pool to one database. Safe to share between threads."""

    def __init__(self, access: Access, *, timeout: float = 10.0) -> None:
        self._access = access
        self._url = access.url.rstrip("/")
        self._headers = {"User-Agent": "quannet"}
        if access.secret is not None:
            v1 = urllib3.make_headers(basic_auth=access.secret)["authorization"]
            self._headers["Authorization"] = v1 if access.api == "v1" else f"Token {access.secret}"
        self._client = InfluxDBClient(access.url, org=access.org, timeout=int(timeout * 1000), retries=False)
        for name, value in self._headers.items():
            self._client.api_client.set_default_header(name, value)
        api = self._client.api_client
        self._writes = _V1WriteService(api) if access.api == "v1" else WriteService(api)
        self._query = {"db": access.database, "epoch": "ms"}
        self._pool = urllib3.PoolManager(timeout=timeout, retries=False, maxsize=4)

    def write(self, lines: Sequence[str], precision: Precision = "s") -> None:
        """Store lines whose timestamps are whole seconds or milliseconds. Unavailable or Refused otherwise."""
        try:
            self._writes.post_write(
                self._access.org, self._access.database, "\n".join(lines).encode(), precision=precision
            )
        except ApiException as fault:
            message = f"{fault.status}: {_message(fault.body)}"
            if fault.status is None or fault.status in _TRANSIENT | _NOT_LET_IN:
                raise Unavailable(message) from None
            raise Refused(message) from None
        except (urllib3.exceptions.HTTPError, OSError) as fault:
            raise Unavailable(_say(fault)) from None

    def query(self, text: str, *, method: str = "GET") -> list[Series]:
        """Run one InfluxQL statement. Unavailable or Refused (with the database's words) otherwise."""
        return [
            Series(
                series.get("name", ""),
                series.get("tags", {}),
                tuple(series["columns"]),
                tuple(tuple(row) for row in series.get("values", ())),
            )
            for series in self.raw(text, method=method).get("series", ())
        ]

    def raw(self, text: str, *, method: str = "GET") -> dict[str, Any]:
        """The result object of one InfluxQL statement as the database gave it, times in epoch ms."""
        result: dict[str, Any] = self.results([text], method=method)[0]
        if "error" in result:
            raise Refused(result["error"])
        return result

    def results(self, texts: Sequence[str], *, method: str = "GET") -> list[dict[str, Any]]:
        """Those of several statements in one request; a statement that is refused has `error` in its own."""
        query = {**self._query, "q": ";".join(texts)}
        status, body = self.call(method, "/query?" + urlencode(query))
        if not isinstance(body, dict):
            raise Unavailable(f"{status}: no JSON")
        if "error" in body:
            raise Refused(body["error"])
        found: list[dict[str, Any]] = body["results"]
        return found

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Any other request: its status, and its JSON where the answer is some. Unavailable otherwise."""
        headers = dict(self._headers)
        if path.startswith("/api/v3/") and self._access.secret is not None:
            headers["Authorization"] = f"Bearer {self._access.secret}"  # the one form that all of 3.x takes
        answer = self._request(method, path, headers, body)
        if answer.status in _TRANSIENT or answer.status in {401, 403}:
            raise Unavailable(f"{answer.status}: {_message(answer.data)}")
        try:
            return answer.status, json.loads(answer.data)
        except ValueError:
            return answer.status, None

    def version(self) -> str:
        """What the server says of itself, such as 1.6.7 or v2.7.1; empty where it does not say."""
        return str(self._request("GET", "/ping", self._headers).headers.get("X-Influxdb-Version", ""))

    def _request(
        self, method: str, path: str, headers: dict[str, str], body: Any = None
    ) -> urllib3.BaseHTTPResponse:
        try:
            return self._pool.request(method, self._url + path, headers=headers, json=body)
        except (urllib3.exceptions.HTTPError, OSError) as fault:
            raise Unavailable(_say(fault)) from None

    def create_database(self) -> None:
        """1.x only; harmless where it exists."""
        self.query(f'CREATE DATABASE "{self._access.database}"', method="POST")

    def drop_database(self) -> None:
        """1.x only, with all that is in it; harmless where it does not exist."""
        self.query(f'DROP DATABASE "{self._access.database}"', method="POST")

    def close(self) -> None:
        self._client.close()
        self._pool.clear()


def _message(body: Any) -> str:
    try:
        data = json.loads(body)
    except (TypeError, ValueError):
        text = body.decode(errors="replace") if isinstance(body, bytes) else str(body)
        return text.strip()[:300]  # influxd ends some of its words with a newline
    return str(data.get("message") or data.get("error") or data)[:300]


def _say(fault: Exception) -> str:
    return f"{type(fault).__name__}: {fault}"[:300]
