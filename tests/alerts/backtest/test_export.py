"""JSON and CSV: the same episodes, on the province's clock."""

import csv
import io
import json

from alerts.backtest.difference import differences
from alerts.backtest.export import COLUMNS, as_csv, as_json


def test_a_line_an_episode(episode, outcome, hour):
    found = outcome(episode(-10, 20), episode(30, None, pc="08", reason="doh", began_before=True, value=None))
    rows = list(csv.DictReader(io.StringIO(as_csv([found], hour(1)))))
    assert [tuple(row) for row in rows] == [COLUMNS, COLUMNS]
    assert rows[0] == {
        "policy": "after-hours-game",
        "severity": "warning",
        "venue": "v-1",
        "pc": "07",
        "place": "04273",
        "class": "game",
        "what": "",
        "began": "2026-03-02T21:48:00+07:00",
        "began_before": "0",
        "fired": "2026-03-02T21:50:00+07:00",
        "fired_before": "1",
        "ended": "2026-03-02T22:20:00+07:00",
        "reason": "MissingSeries",
        "value": "120.0",
        "seconds": "1200",
    }
    assert {k: rows[1][k] for k in ("what", "began_before", "ended", "value", "seconds")} == {
        "what": "reason:doh",
        "began_before": "1",
        "ended": "",
        "value": "",
        "seconds": "1800",
    }


def test_json_holds_policies_venues_places_and_episodes(episode, outcome, hour):
    outcomes = [outcome(episode(0, 30), episode(40, 50, venue="v-2")), outcome(policy="quiet")]
    found = json.loads(json.dumps(as_json(outcomes, hour(1))))
    assert found["period"] == {
        "from": "2026-03-02T22:00:00+07:00",
        "to": "2026-03-02T23:00:00+07:00",
        "phase": 0,
    }
    one, quiet = found["policies"]
    assert (one["episodes"], one["venues"], one["seconds"], one["longest"], one["share"]) == (
        2,
        2,
        2400,
        1800,
        0.666667,
    )
    assert (quiet["policy"], quiet["episodes"], quiet["fault"]) == ("quiet", 0, None)
    assert [(row["venue"], row["seconds"]) for row in found["venues"]] == [("v-1", 1800), ("v-2", 600)]
    assert [(row["place"], row["episodes"]) for row in found["places"]] == [("04273", 2)]
    assert [row["venue"] for row in found["episodes"]] == ["v-1", "v-2"]
    assert "compared" not in found


def test_a_comparison_stands_beside_it(episode, outcome, hour):
    before, after = [outcome(episode(0, 30))], [outcome(episode(0, 10), episode(40, 50, venue="v-2"))]
    (found,) = as_json(before, hour(1), differences(before, after, hour(1)))["compared"]
    assert (found["seconds_less"], found["seconds_more"]) == (1200, 600)
    assert (found["venues_lost"], found["venues_gained"]) == ([], ["v-2"])
    assert (found["before"]["episodes"], found["after"]["episodes"]) == (1, 2)
    assert [row["venue"] for row in found["gained"]] == ["v-2"]
