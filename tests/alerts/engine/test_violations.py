"""A violation is written with the tags that its subject has, and no others."""

from datetime import UTC, datetime, timedelta

import pytest

from alerts.engine.frames import labels
from alerts.engine.state import Instance, Phase
from alerts.engine.violations import point, what
from collector.lineprotocol import decode, encode

T0 = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
OWN = {
    "__alert_rule_uid__": "policy-p",
    "alertname": "Tên quy tắc",
    "audience": "inspector",
    "grafana_folder": "quannet",
    "policy": "p",
    "severity": "warning",
}


def tags(**query):
    found = Instance(labels(OWN | query), Phase.ALERTING, T0, T0, T0, fired=T0)
    line = encode(point(None, found, T0 + timedelta(minutes=2)))
    read = decode(line)
    assert read.fields == {"firing": 1, "since": 120}
    return {name: value for name, value in read.tags.items() if name not in {"policy", "severity"}}


@pytest.mark.parametrize(
    ("query", "written"),
    [
        (
            {"venue": "yb-0012", "pc": "07", "place": "04252", "class": "game"},
            {"venue": "yb-0012", "pc": "07", "place": "04252", "class": "game"},
        ),
        (
            {"venue": "yb-0012", "place": "04252", "class": "game"},
            {"venue": "yb-0012", "place": "04252", "class": "game"},
        ),
        ({"place": "04252"}, {"place": "04252"}),
        ({}, {}),
        ({"worker": "1", "reason": "doh"}, {"what": "reason:doh;worker:1"}),
        ({"venue": "yb-0012", "pc": "", "place": "", "class": ""}, {"venue": "yb-0012"}),
        ({"__name__": "ledger.count", "datasource_uid": "quannet-influxdb", "ref_id": "A"}, {}),
        ({"folder": '/srv/my disk, "a"=b\\'}, {"what": "folder:/srv/my_disk___a__b_"}),
    ],
)
def test_tags_of_each_subject(query, written):
    assert tags(**query) == written


def test_a_long_label_is_cut_to_what_a_tag_holds():
    assert len(what(labels({"folder": "/x" * 100}))) == 128
    assert tags(folder="/x" * 100)["what"].startswith("folder:/x/x")
