"""How series are written down: values as promtool reads them, keys as the schema has them."""

import pytest

from alerts.notation import series, values


@pytest.mark.parametrize(
    ("notation", "expected"),
    [
        ("1x4", (1, 1, 1, 1, 1)),  # promtool: `1x4` becomes `1 1 1 1 1`
        ("1 _x3 5", (1, None, None, None, 5)),  # and `_x3` is three missing ones
        ("-2+4x3", (-2, 2, 6, 10)),
        ("5-1x2", (5, 4, 3)),
        ("_ 0.5", (None, 0.5)),
    ],
)
def test_values_are_written_as_promtool_reads_them(notation, expected):
    assert values(notation) == expected


@pytest.mark.parametrize("notation", ["", "x3", "1x", "1y3", "1+1", "stale", "1x9999 1x9999"])
def test_what_is_no_value_is_refused(notation):
    with pytest.raises(ValueError, match="write"):
        values(notation)


def test_a_series_is_a_measurement_its_tags_and_a_field():
    found = series("games venue=yb-0012,pc=07,game=dota2 play")
    assert (found.measurement, found.field, found.tags["game"], found.fields) == (
        "games",
        "play",
        "dota2",
        {},
    )


def test_behind_the_field_stand_others_that_are_always_the_same():
    found = series("unobserved venue=yb-0012,pc=07,state=dark minutes hours=open,cause=power")
    assert (found.field, found.fields) == ("minutes", {"hours": "open", "cause": "power"})
    assert series("late venue=v,pc=1 accesses happened=1772438400").fields == {"happened": 1772438400}


def test_what_has_no_venue_names_the_tags_that_it_has_or_none():
    assert series("coverage place=04252 share").tags == {"place": "04252"}
    assert series("disk folder=/var/lib/influxdb used").tags == {"folder": "/var/lib/influxdb"}
    assert series("ledger stored").tags == {}


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("", "is no series"),
        ("ledger", "is no series"),
        ("ledger worker=1 stored dead", "is no series"),
        ("ledger worker=1 shed=2 stored", "is no series"),
        ("ledger worker= stored", "holds 'worker='"),
        ("ledger venue=v stored", "unknown tag 'venue'"),
        ("venue place=04252 excess", "does not say which venue"),
        ("unregistered venue=v messages", "does not say which pc"),
        ("ledger stored stored=1", "has no further field 'stored'"),
    ],
)
def test_what_is_no_series_is_refused(key, said):
    with pytest.raises(ValueError, match=said):
        series(key)
