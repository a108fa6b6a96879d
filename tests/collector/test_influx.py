"""The one way to the database: both write paths on real servers, and each failure as what one does about it."""

from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

import pytest

from collector.influx import Access, Influx, Refused, Unavailable
from provisioning.local.influxd import Influxd

LINES = ['games,pc=07,game=cs2 play=30i,note="Phường" 1772463610', "games,pc=08,game=cs2 play=15i 1772463610"]


def test_lines_go_in_and_series_come_out(influx):
    influx.write(LINES)
    first, second = influx.query('SELECT play, note FROM "games" GROUP BY pc')
    assert (first.name, first.tags, first.columns) == ("games", {"pc": "07"}, ("time", "play", "note"))
    assert first.rows == ((1_772_463_610_000, 30, "Phường"),)
    assert second.column("play") == [15]


def test_a_line_may_be_stamped_in_milliseconds(influx):
    influx.write(["games,pc=07 play=30i 1772463610123"], precision="ms")
    influx.write(["games,pc=07 play=31i 1772463611"])
    (series,) = influx.query('SELECT play FROM "games"')
    assert series.rows == ((1_772_463_610_123, 30), (1_772_463_611_000, 31))


def test_what_the_database_refuses_is_said_in_its_words(influx):
    influx.write(LINES)
    with pytest.raises(Refused, match="field type conflict"):
        influx.write(['games,pc=07 play="thirty" 1772463610'])
    with pytest.raises(Refused, match="invalid field format"):
        influx.write(["games play"])
    with pytest.raises(Refused, match="expected SELECT"):
        influx.query("SELECTED")
    with pytest.raises(Refused, match="undefined function"):
        influx.query('SELECT guess("play") FROM "games"')


def test_a_database_that_is_gone_may_come_back(tmp_path):
    with Influxd(tmp_path / "db") as server:
        influx = Influx(server.access)
        influx.write(LINES)
        server.kill()
        with pytest.raises(Unavailable):
            influx.write(LINES)
        with pytest.raises(Unavailable):
            influx.query("SHOW DATABASES")
        server.restart()
        assert influx.query('SELECT sum("play") FROM "games"')[0].rows[0][1] == 45
        influx.close()


def test_a_database_that_hangs_is_given_up_in_time():
    enough = Event()
    with Listener(lambda _request: enough.wait(30)) as port:
        influx = Influx(Access(f"http://127.0.0.1:{port}", "q", api="v1"), timeout=0.3)
        with pytest.raises(Unavailable, match="timed out"):
            influx.query("SHOW DATABASES")
        with pytest.raises(Unavailable, match="timed out"):
            influx.write(LINES)
        influx.close()
        enough.set()


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (503, Unavailable),
        (429, Unavailable),
        (500, Unavailable),
        (401, Unavailable),
        (403, Unavailable),
        (404, Unavailable),
        (413, Refused),
        (400, Refused),
    ],
)
@pytest.mark.parametrize("api", ["v1", "v2"])
def test_overload_is_waited_out_and_a_refusal_is_not(api, status, kind):
    def answer(request):
        request.send_response(status)
        request.end_headers()
        request.wfile.write(b'{"error": "so it is"}')

    with Listener(answer) as port:
        influx = Influx(Access(f"http://127.0.0.1:{port}", "q", api=api))
        with pytest.raises(kind, match=f"{status}: so it is"):
            influx.write(LINES)
        influx.close()


@pytest.mark.parametrize("status", [401, 403, 503])
def test_a_question_that_is_not_let_in_may_be_asked_again(status):
    def answer(request):
        request.send_response(status)
        request.end_headers()
        request.wfile.write(b'{"error": "authorization failed"}')

    with Listener(answer) as port:
        influx = Influx(Access(f"http://127.0.0.1:{port}", "q", api="v1"))
        with pytest.raises(Unavailable, match=f"{status}: authorization failed"):
            influx.query("SHOW DATABASES")
        influx.close()


@pytest.mark.parametrize(
    ("api", "secret", "header"),
    [
        ("v1", "ingest:s3cret", "Basic aW5nZXN0OnMzY3JldA=="),
        ("v2", "tok3n", "Token tok3n"),
        ("v2", None, None),
    ],
)
def test_the_secret_goes_into_the_header_and_nowhere_else(api, secret, header):
    seen = []

    def answer(request):
        seen.append((request.path, request.headers.get("Authorization")))
        request.send_response(204)
        request.end_headers()

    with Listener(answer) as port:
        access = Access(f"http://127.0.0.1:{port}", "quannet", api=api, secret=secret)
        influx = Influx(access)
        influx.write(LINES)
        influx.close()
    ((path, authorization),) = seen
    assert authorization == header
    assert path.startswith("/write?db=quannet" if api == "v1" else "/api/v2/write?")
    assert "precision=s" in path
    assert secret is None or (secret not in repr(access) and secret not in path)


def test_a_database_that_nobody_has_made_yet_is_waited_for(influxd):
    influx = Influx(replace(influxd.access, database="not-made-yet"))
    with pytest.raises(Unavailable, match="database not found"):
        influx.write(LINES)
    influx.create_database()
    influx.write(LINES)
    influx.drop_database()
    influx.close()


def test_databases_are_apart(influx, influxd):
    influx.write(LINES)
    other = Influx(replace(influxd.access, database="other"))
    other.create_database()
    assert other.query('SELECT * FROM "games"') == []
    other.close()


class Listener:
    """A web server that answers every request as told, or never."""

    def __init__(self, answer) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                answer(self)

            do_GET = do_POST

            def log_message(self, *_):
                """Nothing to say."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    def __enter__(self) -> int:
        self._thread.start()
        return self._server.server_address[1]

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
