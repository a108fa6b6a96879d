"""Both ways to write, on real servers: the same lines, the same numbers; `/write` on influxd, v2 on victoria-metrics.

No InfluxDB 2 or 3 runs here. VictoriaMetrics takes what influxdb-client sends to /api/v2/write and gives back
its numbers; of a text it makes a 0, so that those are compared on influxd alone.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from collector import lineprotocol, schema
from collector.databases import RAW_SHARD, Limit, settle
from collector.influx import Influx, Refused, Unavailable
from collector.lineprotocol import Point
from provisioning.local.victoria import Victoria

AT = 1_772_463_610
TAGS = {"venue": "yb-0012", "pc": "07", "place": "04273", "class": "game"}
NUMBERS = {schema.Kind.INT: 2**53 - 1, schema.Kind.FLOAT: 21.75}


@pytest.fixture(scope="module")
def victoria(tmp_path_factory) -> Iterator[Victoria]:
    with Victoria(tmp_path_factory.mktemp("victoria")) as server:
        yield server


def line(measurement: schema.Measurement) -> Point:
    tags = {name: TAGS.get(name, "x") for name in measurement.tag_names}
    fields = {f.name: NUMBERS.get(f.kind, "Phường") for f in measurement.fields}
    return Point(measurement.name, tags, fields, AT)


def test_every_measurement_is_taken_on_both_ways_and_its_numbers_are_the_same(influx, victoria):
    points = [line(measurement) for measurement in schema.MEASUREMENTS]
    lines = [lineprotocol.encode(point) for point in points]
    influx.write(lines)
    second = Influx(victoria.access)
    second.write(lines)
    second.close()
    for point in points:
        (series,) = influx.query(f'SELECT * FROM "{point.measurement}" GROUP BY *')
        (row,) = (dict(zip(series.columns, row, strict=True)) for row in series.rows)
        assert (series.tags, row) == (point.tags, {"time": AT * 1000, **point.fields})
        for name, value in point.fields.items():
            if isinstance(value, str):
                continue
            (stored,) = victoria.stored(f"{point.measurement}_{name}")
            assert (stored.tags, stored.values) == (point.tags, (value,))
            assert stored.milliseconds == (AT * 1000,)


def test_a_text_becomes_nought_on_victoria_metrics_and_takes_nothing_with_it(victoria):
    influx = Influx(victoria.access)
    influx.write([f'texts,pc=07 state="online",observed=1i {AT}'])
    influx.close()
    assert victoria.stored("texts_observed")[0].values == (1,)
    assert victoria.stored("texts_state")[0].values == (0,)


def test_the_precision_is_honoured_by_both(influx, victoria):
    second = Influx(victoria.access)
    for one in (influx, second):
        one.write([f"stamps,pc=07 play=1i {AT}"])
        one.write([f"stamps,pc=07 play=2i {AT}123"], precision="ms")
    second.close()
    assert influx.query('SELECT "play" FROM "stamps"')[0].rows == ((AT * 1000, 1), (AT * 1000 + 123, 2))
    (stored,) = victoria.stored("stamps_play", 2)
    assert list(zip(stored.milliseconds, stored.values, strict=True)) == [
        (AT * 1000, 1),
        (AT * 1000 + 123, 2),
    ]


def test_what_the_library_compresses_is_taken(victoria):
    influx = Influx(victoria.access)
    influx._client.conf.enable_gzip = True  # the library's own switch; on loopback we do without
    influx.write([f"zipped,pc={n:02} play={n}i {AT}" for n in range(50)])
    influx.close()
    assert [one.values for one in victoria.stored("zipped_play", 50)] == [(n,) for n in range(50)]


def test_the_authorization_reaches_a_server_that_asks_for_it(tmp_path):
    with Victoria(tmp_path / "db", password="s3cret") as server:
        good = Influx(replace(server.access, api="v1", secret="q:s3cret"))
        good.write([f"asked,pc=07 play=1i {AT}"])
        good.close()
        for api, secret in (("v1", "q:wrong"), ("v1", None), ("v2", "s3cret")):  # it knows no tokens
            bad = Influx(replace(server.access, api=api, secret=secret))
            with pytest.raises(Unavailable, match="401"):
                bad.write([f"asked,pc=07 play=1i {AT}"])
            bad.close()


def test_a_server_that_is_no_influxdb_is_not_asked_to_forget(victoria):
    with pytest.raises(Refused, match=r"is no InfluxDB 1\.x, 2\.x or 3\.x"):
        settle(victoria.access, Limit(90 * RAW_SHARD, RAW_SHARD))
