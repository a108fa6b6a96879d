"""A database that forgets what is older than so many days, made and kept so on InfluxDB 1.x, 2.x and 3.x.

An age limit belongs to a whole database on all three, so that raw points and daily summaries have one each.
Which of them it is, the server says itself (`/ping`): the setting `api` names a way to write, and v2 is
taken by 1.8, 2.x and 3.x alike.

1.x drops whole shard groups, half an hour after the newest point in one has grown too old: a point outlives
its limit by at most one shard group. 2.x does the same with a bucket. 3.x hides what is older at once, and
removes the files when it likes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlencode

from collector.influx import Influx, Refused
from collector.influxql import ident

if TYPE_CHECKING:
    from collector.deploy import Deploy
    from collector.influx import Access

# Raw points are personal data where somebody sits at the PC: a day's span has them gone within a day of their
# limit. 16,000 PCs fill such a shard with some 10^8 points; longer ones would be no cheaper.
RAW_SHARD = timedelta(days=1)
# A day of summaries is a point a PC: spans of a day would be 1,827 open indexes of almost nothing.
SUMMARY_SHARD = timedelta(days=30)

_GO_DURATION = re.compile(r"(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)(?:\.[0-9]+)?s)?")
_POLICY = "autogen"  # the retention policy that a query means which names none


@dataclass(frozen=True)
class Limit:
    """How old a point may grow, and what span is dropped at once: a short one is exact, a long one cheap."""

    age: timedelta
    shard: timedelta


@dataclass(frozen=True)
class Held:
    """A database as it is: no `age` keeps for ever; `mapped`: InfluxQL finds it."""

    age: timedelta | None
    shard: timedelta | None = None
    mapped: bool = True

    def meets(self, limit: Limit) -> bool:
        return self.age == limit.age and self.shard in {None, limit.shard} and self.mapped


@dataclass(frozen=True)
class Settled:
    """What was found (None: no such database) and what is wanted of it."""

    database: str
    found: Held | None
    limit: Limit

    @property
    def differs(self) -> bool:
        return self.found is None or not self.found.meets(self.limit)


class Generation(Protocol):
    """How one generation of InfluxDB says and changes what it keeps. Refused where it will not."""

    def look(self) -> Held | None: ...

    def make(self, limit: Limit) -> None: ...

    def change(self, limit: Limit) -> None: ...


def settle_all(deploy: Deploy, *, only_look: bool = False) -> list[Settled]:
    """The database of raw points and that of the summaries, as the site wants them."""
    keep = deploy.keep
    return [
        settle(access, Limit(timedelta(days=days), shard), only_look=only_look)
        for access, days, shard in (
            (deploy.influx, keep.raw_days, RAW_SHARD),
            (deploy.summaries, keep.summary_days, SUMMARY_SHARD),
        )
    ]


def settle(access: Access, limit: Limit, *, only_look: bool = False) -> Settled:
    """Make the database, or change its limit, where it is not as it should be; a second time does nothing."""
    influx = Influx(access)
    try:
        generation = _generation(influx, access)
        settled = Settled(access.database, generation.look(), limit)
        if settled.differs and not only_look:
            if settled.found is None:
                generation.make(limit)
            else:
                generation.change(limit)
        return settled
    finally:
        influx.close()


def _generation(influx: Influx, access: Access) -> Generation:
    version = influx.version()
    match = re.match(r"v?([0-9]+)\.", version)
    if match is None or match[1] not in _GENERATIONS:
        raise Refused(f"{access.url} is no InfluxDB 1.x, 2.x or 3.x (version {version or 'not said'})")
    return _GENERATIONS[match[1]](influx, access)


class One:
    """InfluxQL: https://docs.influxdata.com/influxdb/v1/query_language/manage-database/."""

    def __init__(self, influx: Influx, access: Access) -> None:
        self._influx = influx
        self._name = ident(access.database)
        self._policy = _POLICY

    def look(self) -> Held | None:
        try:
            series = self._influx.query(f"SHOW RETENTION POLICIES ON {self._name}")
        except Refused as fault:
            if "database not found" in str(fault):
                return None
            raise
        for row in (dict(zip(one.columns, row, strict=True)) for one in series for row in one.rows):
            if row["default"]:
                self._policy = row["name"]
                return Held(_age(row["duration"]), _age(row["shardGroupDuration"]))
        raise Refused(f"{self._name} has no default retention policy")

    def make(self, limit: Limit) -> None:
        self._influx.query(
            f"CREATE DATABASE {self._name} WITH {_clause(limit)} NAME {_POLICY}", method="POST"
        )

    def change(self, limit: Limit) -> None:
        """Shard groups that exist keep their span; new ones have the new one."""
        policy = ident(self._policy)
        self._influx.query(f"ALTER RETENTION POLICY {policy} ON {self._name} {_clause(limit)}", method="POST")


class Two:
    """Buckets: https://docs.influxdata.com/influxdb/v2/api/buckets/ and …/dbrps/.

    InfluxQL finds a bucket through a mapping of database and retention policy. Newer releases give each bucket
    a virtual one, of its own name and `autogen`; older ones, and InfluxDB Cloud, have none until it is made.
    """

    def __init__(self, influx: Influx, access: Access) -> None:
        self._influx = influx
        self._name = access.database
        self._org = access.org
        self._bucket: str | None = None

    def look(self) -> Held | None:
        status, data = self._influx.call("GET", _path("buckets", org=self._org, name=self._name))
        if status != 404:
            _must(status, data)
        found = [row for row in (data or {}).get("buckets", ()) if row["name"] == self._name]
        if not found:
            return None
        self._bucket = found[0]["id"]
        rule: dict[str, Any] = next(iter(found[0].get("retentionRules", ())), {})
        shard = rule.get("shardGroupDurationSeconds")
        return Held(_span(rule.get("everySeconds")), _span(shard), self._mapped())

    def make(self, limit: Limit) -> None:
        orgs = _must(*self._influx.call("GET", _path("orgs", org=self._org))).get("orgs", ())
        if not orgs:
            raise Refused(f"there is no organisation {self._org!r}; write its name as influx.org")
        body = {"orgID": orgs[0]["id"], "name": self._name, "retentionRules": _rules(limit)}
        self._bucket = _must(*self._influx.call("POST", "/api/v2/buckets", body))["id"]
        self._map()

    def change(self, limit: Limit) -> None:
        body = {"retentionRules": _rules(limit)}
        _must(*self._influx.call("PATCH", f"/api/v2/buckets/{self._bucket}", body))
        self._map()

    def _mapped(self) -> bool:
        data = _must(*self._influx.call("GET", _path("dbrps", org=self._org, db=self._name)))
        return any(row["bucketID"] == self._bucket for row in data.get("content") or ())

    def _map(self) -> None:
        if not self._mapped():
            body = {
                "org": self._org,
                "bucketID": self._bucket,
                "database": self._name,
                "retention_policy": _POLICY,
                "default": True,
            }
            _must(*self._influx.call("POST", "/api/v2/dbrps", body))


class Three:
    """Databases: https://docs.influxdata.com/influxdb3/core/api/database/; needs an admin token.

    3.x tells a limit through InfluxQL alone. Its page on retention says that Core changes none of an existing
    database, its API page describes the change: where it is refused, the server's words are told.
    """

    def __init__(self, influx: Influx, access: Access) -> None:
        self._influx = influx
        self._name = access.database

    def look(self) -> Held | None:
        rows = _must(*self._influx.call("GET", "/api/v3/configure/database?format=json"))
        # The API's page says {"databases": […]}, servers say [{"iox::database": …}, …].
        names = rows["databases"] if "databases" in rows else [row["iox::database"] for row in rows]
        if self._name not in names:
            return None
        asked = urlencode({"db": self._name, "q": "SHOW RETENTION POLICIES", "format": "json"})
        policies = _must(*self._influx.call("GET", f"/api/v3/query_influxql?{asked}"))
        return Held(next((_age(row["duration"]) for row in policies), None))

    def make(self, limit: Limit) -> None:
        self._configure("POST", limit)

    def change(self, limit: Limit) -> None:
        self._configure("PUT", limit)

    def _configure(self, method: str, limit: Limit) -> None:
        body = {"db": self._name, "retention_period": f"{limit.age // timedelta(hours=1)}h"}
        _must(*self._influx.call(method, "/api/v3/configure/database", body))


_GENERATIONS: dict[str, type[One | Two | Three]] = {"1": One, "2": Two, "3": Three}


def _clause(limit: Limit) -> str:
    """Whole hours: what InfluxQL, too, takes as the smallest limit."""
    hour = timedelta(hours=1)
    return f"DURATION {limit.age // hour}h SHARD DURATION {limit.shard // hour}h"


def _rules(limit: Limit) -> list[dict[str, Any]]:
    return [
        {
            "type": "expire",
            "everySeconds": int(limit.age.total_seconds()),
            "shardGroupDurationSeconds": int(limit.shard.total_seconds()),
        }
    ]


def _path(what: str, **asked: str) -> str:
    return f"/api/v2/{what}?{urlencode(asked)}"


def _span(seconds: int | None) -> timedelta | None:
    return timedelta(seconds=seconds) if seconds else None


def _age(text: str) -> timedelta | None:
    """Go's form of a duration, such as 2160h0m0s; `0s` is no limit."""
    match = _GO_DURATION.fullmatch(text)
    if match is None:
        raise Refused(f"{text!r} is no duration")
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(hours=hours, minutes=minutes, seconds=seconds) or None


def _must(status: int, data: Any) -> Any:
    """The answer, where it is a good one."""
    if 200 <= status < 300:
        return {} if data is None else data
    said = data.get("message") or data.get("error") if isinstance(data, dict) else data
    raise Refused(f"{status}: {said}")
