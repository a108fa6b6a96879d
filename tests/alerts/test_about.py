"""Whom an alert is about is what its labels say."""

from datetime import UTC, datetime

import pytest

from alerts.about import distinct, subject, who
from alerts.engine.dispatch import Alert
from alerts.engine.frames import labels

T0 = datetime(2026, 3, 2, tzinfo=UTC)


def alert(**query):
    own = {"alertname": "x", "grafana_folder": "quannet", "policy": "p", "severity": "info"}
    return Alert("x", labels(own | query), (), None, T0, T0)


@pytest.mark.parametrize(
    ("query", "about", "named"),
    [
        ({"venue": "yb-0012", "pc": "07", "place": "04252", "class": "game"}, "pc", "Máy 07"),
        ({"venue": "yb-0012", "pc": "07", "reason": "doh"}, "pc", "Máy 07 (doh)"),
        ({"venue": "yb-0012", "place": "04252", "class": "game"}, "venue", ""),
        ({"venue": "yb-0012", "pc": ""}, "venue", ""),
        ({"place": "04252"}, "place", "Địa bàn 04252"),
        ({"worker": "1", "reason": "zlib"}, "server", "zlib, 1"),
        ({}, "server", ""),
        ({"venue": "yb-0012", "audience": "administrator"}, "server", ""),
    ],
)
def test_subject_and_name(query, about, named):
    assert (subject(alert(**query)), who(alert(**query), "vi")) == (about, named)


def test_each_value_of_a_label_once():
    assert distinct([alert(venue="b"), alert(venue="a"), alert(venue="b"), alert()], "venue") == ["a", "b"]
