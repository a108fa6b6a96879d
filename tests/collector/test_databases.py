"""A database forgets what it should: on a real 1.x, and on servers that answer as 2.x and 3.x are documented to."""

import json
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest
from influxdb_client.domain.bucket_retention_rules import BucketRetentionRules
from influxdb_client.domain.dbrp_create import DBRPCreate
from influxdb_client.domain.patch_bucket_request import PatchBucketRequest
from influxdb_client.domain.post_bucket_request import PostBucketRequest

from collector.clock import SystemClock
from collector.databases import Held, Limit, settle
from collector.influx import Access, Influx, Refused, Unavailable
from collector.ingest.pipeline import Bounds
from provisioning.local.influxd import Influxd

DAY = timedelta(days=1)
RAW = Limit(90 * DAY, DAY)
SHORT = Limit(9 * DAY, DAY)
SUMMARIES = Limit(1827 * DAY, 30 * DAY)
CHECKED = "Retention policy deletion check (end)"  # as influxd logs it


# --- 1.x, real -------------------------------------------------------------------------------------------


def test_a_database_is_made_once_with_its_limit(influxd):
    access = replace(influxd.access, database="made-once")
    assert settle(access, SUMMARIES, only_look=True).differs
    assert settle(access, SUMMARIES).found is None
    again = settle(access, SUMMARIES)
    assert (again.found, again.differs) == (Held(1827 * DAY, 30 * DAY), False)
    drop(access)


def test_a_database_that_kept_for_ever_gets_its_limit_and_a_changed_one_follows(influxd):
    access = replace(influxd.access, database="for-ever")
    influx = Influx(access)
    influx.create_database()
    influx.close()
    assert settle(access, RAW).found == Held(None, 7 * DAY)
    assert settle(access, SHORT).found == Held(90 * DAY, DAY)
    assert settle(access, SHORT).found == Held(9 * DAY, DAY)
    drop(access)


def test_the_policy_that_is_the_default_is_meant_whatever_its_name(influxd):
    access = replace(influxd.access, database="named")
    influx = Influx(access)
    influx.query('CREATE DATABASE "named" WITH DURATION 30d NAME "monthly"', method="POST")
    settle(access, RAW)
    (series,) = influx.query('SHOW RETENTION POLICIES ON "named"')
    assert [row[:3] for row in series.rows] == [("monthly", "2160h0m0s", "24h0m0s")]
    influx.close()
    drop(access)


def test_what_has_grown_too_old_is_gone_from_the_answers_and_from_the_disk(tmp_path):
    now = int(SystemClock().wall().timestamp())
    old, young = now - 100 * 86_400, now - 60
    with Influxd(tmp_path / "db", retention_check="100ms") as server:
        influx = Influx(server.access)
        influx.write([f"games,pc=07 play=30i {old}", f"games,pc=07 play=15i {young}"])
        assert settle(server.access, replace(RAW, age=101 * DAY)).differs
        assert len(shards(tmp_path / "db")) == 2
        checked = server.tail(10**9).count(CHECKED)
        server.wait_until(lambda: server.tail(10**9).count(CHECKED) > checked + 1)
        assert plays(influx) == [30, 15], "within its limit"
        settle(server.access, RAW)
        server.wait_until(lambda: plays(influx) == [15] and len(shards(tmp_path / "db")) == 1, within=10)
        with pytest.raises(Refused, match="400: partial write: points beyond retention policy dropped=1"):
            influx.write([f"games,pc=07 play=30i {old}", f"games,pc=08 play=20i {young}"])
        assert plays(influx) == [15, 20], "what is young enough in the same batch stands"
        influx.close()


def test_the_shortest_limit_takes_all_that_ingest_takes(influxd):
    """Ingest refuses what is older than eight days, in its own words; the database has nothing to refuse."""
    access = replace(influxd.access, database="shortest")
    settle(access, SHORT)
    oldest = int(SystemClock().wall().timestamp()) - Bounds().past
    influx = Influx(access)
    influx.write([f"games,pc=07 play=30i {oldest}"])
    with pytest.raises(Refused, match="beyond retention policy"):
        influx.write([f"games,pc=07 play=30i {oldest - 2 * 86_400}"])
    assert plays(influx) == [30]
    influx.close()
    drop(access)


def test_a_server_that_is_away_leaves_the_question_open(tmp_path):
    with Influxd(tmp_path / "db") as server:
        access = server.access
    with pytest.raises(Unavailable):
        settle(access, RAW)


# --- 2.x and 3.x, as documented --------------------------------------------------------------------------


@pytest.mark.parametrize("virtual", [True, False])
def test_a_bucket_of_2x_is_made_with_its_limit_and_a_mapping_for_influxql(virtual):
    with stub(Two(virtual=virtual)) as (two, access):
        assert settle(access, RAW, only_look=True).differs
        assert two.buckets == []
        assert settle(access, RAW).found is None
        assert two.buckets[0]["retentionRules"] == [
            {"type": "expire", "everySeconds": 90 * 86_400, "shardGroupDurationSeconds": 86_400}
        ]
        assert [(m["database"], m["retention_policy"], m["default"]) for m in two.mappings] == (
            [] if virtual else [("quannet", "autogen", True)]
        )
        asked = len(two.changes)
        assert not settle(access, RAW).differs
        assert settle(access, SHORT).found == Held(90 * DAY, DAY)
        assert settle(access, SHORT).found == Held(9 * DAY, DAY)
        assert len(two.changes) == asked + 1, "a second time changes nothing"


def test_a_bucket_that_influxql_does_not_find_is_mapped():
    with stub(Two(virtual=False)) as (two, access):
        settle(access, RAW)
        two.mappings.clear()
        assert settle(access, RAW).differs
        assert len(two.mappings) == 1


def test_an_organisation_that_is_none_is_said():
    with stub(Two()) as (_, access), pytest.raises(Refused, match=r"organisation 'x'; write .* influx\.org"):
        settle(replace(access, org="x"), RAW)


def test_a_token_that_2x_does_not_know_leaves_the_question_open():
    with stub(Two()) as (_, access), pytest.raises(Unavailable, match="401: unauthorized access"):
        settle(replace(access, secret="wrong"), RAW)


def test_a_database_of_3x_is_made_with_its_limit_and_follows_a_change():
    with stub(Three()) as (three, access):
        assert settle(access, RAW).found is None
        assert three.databases == {"quannet": "2160h"}
        assert not settle(access, RAW).differs
        assert settle(access, SHORT).found == Held(90 * DAY)
        assert three.databases == {"quannet": "216h"}


def test_a_3x_that_does_not_change_a_limit_says_so():
    with stub(Three(immutable=True)) as (_, access):
        settle(access, RAW)
        with pytest.raises(Refused, match="405: method not allowed"):
            settle(access, SHORT)


def test_a_server_of_another_kind_is_not_guessed_at():
    with stub(Two(), version="") as (_, access), pytest.raises(Refused, match="version not said"):
        settle(access, RAW)


class Two:
    """/api/v2/{buckets,orgs,dbrps} of https://docs.influxdata.com/influxdb/v2/api/."""

    version, scheme = "v2.7.11", "Token"

    def __init__(self, *, virtual: bool = True) -> None:
        self.virtual = virtual
        self.buckets: list[dict] = []
        self.mappings: list[dict] = []
        self.changes: list[str] = []

    def answer(self, method, path, asked, body):
        if method != "GET":
            self.changes.append(path)
        match method, path.removeprefix("/api/v2/").split("/"):
            case "GET", ["orgs"]:
                return 200, {"orgs": [{"id": "0a", "name": "province"}] if asked["org"] == "province" else []}
            case "GET", ["buckets"]:
                return 200, {"buckets": [b for b in self.buckets if b["name"] == asked["name"]]}
            case "POST", ["buckets"]:
                documented(body, PostBucketRequest)
                self.buckets.append({**body, "id": f"b{len(self.buckets)}"})
                return 201, self.buckets[-1]
            case "PATCH", ["buckets", key]:
                documented(body, PatchBucketRequest)
                bucket = next(b for b in self.buckets if b["id"] == key)
                bucket.update(body)
                return 200, bucket
            case "GET", ["dbrps"]:
                virtual = [
                    {"database": b["name"], "bucketID": b["id"], "virtual": True} for b in self.buckets
                ]
                found = self.mappings + (virtual if self.virtual else [])
                return 200, {"content": [m for m in found if m["database"] == asked["db"]]}
            case "POST", ["dbrps"]:
                assert set(body) <= set(DBRPCreate.attribute_map.values())
                self.mappings.append(body)
                return 201, body
        return 404, {"code": "not found", "message": "path not found"}

    def stranger(self):
        return 401, {"code": "unauthorized", "message": "unauthorized access"}


class Three:
    """/api/v3/configure/database of https://docs.influxdata.com/influxdb3/core/api/database/."""

    version, scheme = "3.8.0", "Bearer"

    def __init__(self, *, immutable: bool = False) -> None:
        self.immutable = immutable
        self.databases: dict[str, str] = {}

    def answer(self, method, path, asked, body):
        match method, path.removeprefix("/api/v3/"):
            case "GET", "configure/database":
                assert asked["format"] == "json"
                return 200, [{"iox::database": name} for name in ("_internal", *self.databases)]
            case "POST", "configure/database":
                if body["db"] in self.databases:
                    return 409, {"error": "attempted to create a resource that already exists"}
                self.databases[body["db"]] = body["retention_period"]
                return 200, None
            case "PUT", "configure/database" if not self.immutable:
                self.databases[body["db"]] = body["retention_period"]
                return 200, None
            case "GET", "query_influxql":
                assert asked["q"] == "SHOW RETENTION POLICIES"
                told = self.databases[asked["db"]] + "0m0s"
                return 200, [{"iox::database": asked["db"], "name": "autogen", "duration": told}]
        return 405, {"error": "method not allowed"}

    def stranger(self):
        return 401, {"error": "the request was not authenticated"}


def documented(body, model):
    """The keys are those that the library has from the API's own description."""
    assert set(body) <= set(model.attribute_map.values())
    for rule in body["retentionRules"]:
        assert set(rule) <= set(BucketRetentionRules.attribute_map.values())


@contextmanager
def stub(double, version=None):
    said = double.version if version is None else version

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            url = urlsplit(self.path)
            if url.path == "/ping":
                status, data = 204, None
            elif self.headers["Authorization"] != f"{double.scheme} t0ken":
                status, data = double.stranger()
            else:
                asked = {key: values[0] for key, values in parse_qs(url.query).items()}
                status, data = double.answer(
                    self.command, url.path, asked, json.loads(body) if body else None
                )
            self.send_response(status)
            if said:
                self.send_header("X-Influxdb-Version", said)
            self.end_headers()
            if data is not None:
                self.wfile.write(json.dumps(data).encode())

        do_GET = do_POST = do_PUT = do_PATCH = handle_any

        def log_message(self, *_):
            """Nothing to say."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_address[1]}"
        yield double, Access(url, "quannet", api="v2", org="province", secret="t0ken")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def plays(influx):
    return [row for series in influx.query('SELECT "play" FROM "games"') for row in series.column("play")]


def shards(folder):
    return [path for path in (folder / "data" / "quannet" / "autogen").iterdir() if path.is_dir()]


def drop(access):
    influx = Influx(access)
    influx.drop_database()
    influx.close()
