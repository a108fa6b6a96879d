"""Notifications are gathered as the notification policy says (dispatch/dispatch.go of Alertmanager)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from alerts.engine.dispatch import Alert, Dispatcher
from alerts.engine.files import Route
from alerts.engine.frames import labels

T0 = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def at(minutes):
    return T0 + timedelta(minutes=minutes)


def alert(venue, pc, policy="after-hours-game"):
    named = labels({"venue": venue, "pc": pc, "policy": policy})
    return Alert("title", named, (), 60.0, T0, T0)


def ended(one, minutes):
    return replace(one, ended=at(minutes))


@pytest.fixture
def dispatcher():
    return Dispatcher(Route(receiver="x", group_by=("policy", "venue")))


def said(notifications):
    return [
        (dict(n.group)["venue"], [a.label("pc") for a in n.firing], [a.label("pc") for a in n.resolved])
        for n in notifications
    ]


def test_pcs_of_one_venue_are_one_notice_after_the_group_wait(dispatcher):
    dispatcher.start(alert("yb-0012", "07"), at(0))
    dispatcher.start(alert("yb-0015", "01"), at(0))
    dispatcher.start(alert("yb-0012", "08"), at(0.25))
    assert dispatcher.due(at(0.25)) == []
    assert said(dispatcher.due(at(0.5))) == [("yb-0012", ["07", "08"], []), ("yb-0015", ["01"], [])]


def test_a_change_waits_for_the_group_interval(dispatcher):
    dispatcher.start(alert("yb-0012", "07"), at(0))
    dispatcher.due(at(0.5))
    dispatcher.start(alert("yb-0012", "08"), at(1))
    assert dispatcher.due(at(5)) == []
    assert said(dispatcher.due(at(5.5))) == [("yb-0012", ["07", "08"], [])]


def test_what_goes_on_is_said_again_only_when_the_repeat_interval_is_over(dispatcher):
    one = alert("yb-0012", "07")
    spoken = []
    for minute in range(500):
        dispatcher.start(one, at(minute))
        spoken += [minute] * len(dispatcher.due(at(minute)))
    assert spoken == [1, 241, 481]


def test_an_end_is_said_once_and_the_group_forgotten(dispatcher):
    one = alert("yb-0012", "07")
    dispatcher.start(one, at(0))
    dispatcher.due(at(0.5))
    dispatcher.end(ended(one, 2), at(2))
    assert said(dispatcher.due(at(5.5))) == [("yb-0012", [], ["07"])]
    assert dispatcher.groups == {}
    assert dispatcher.due(at(11)) == []


def test_a_violation_that_ends_before_its_first_notice_is_told_all_the_same(dispatcher):
    one = alert("yb-0012", "07")
    dispatcher.start(one, at(0))
    dispatcher.end(ended(one, 0.2), at(0.2))
    assert said(dispatcher.due(at(0.5))) == [("yb-0012", [], ["07"])]


def test_one_that_fires_again_before_its_end_was_said_is_firing(dispatcher):
    one = alert("yb-0012", "07")
    dispatcher.start(one, at(0))
    dispatcher.due(at(0.5))
    dispatcher.end(ended(one, 2), at(2))
    dispatcher.start(one, at(3))
    assert said(dispatcher.due(at(5.5))) == [("yb-0012", ["07"], [])]


def test_by_all_labels_each_instance_is_a_group():
    dispatcher = Dispatcher(Route(receiver="x", group_by=("...",)))
    dispatcher.start(alert("yb-0012", "07"), at(0))
    dispatcher.start(alert("yb-0012", "08"), at(0))
    assert len(dispatcher.due(at(1))) == 2


def test_an_end_is_not_said_again_while_others_go_on(dispatcher):
    one, two = alert("yb-0012", "07"), alert("yb-0012", "08")
    dispatcher.start(one, at(0))
    dispatcher.start(two, at(0))
    dispatcher.due(at(0.5))
    dispatcher.end(ended(one, 2), at(2))
    assert said(dispatcher.due(at(5.5))) == [("yb-0012", ["08"], ["07"])]
    dispatcher.start(alert("yb-0012", "09"), at(6))
    assert said(dispatcher.due(at(10.5))) == [("yb-0012", ["08", "09"], [])]
