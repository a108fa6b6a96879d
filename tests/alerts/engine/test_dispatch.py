"""Notifications are gathered as the notification policy says (am:dispatch/dispatch.go, am:notify/notify.go)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from alerts.engine.dispatch import Alert, Dispatcher, Group, Policy
from alerts.engine.frames import labels
from alerts.engine.intervals import MuteTime
from alerts.engine.routes import Matcher, Route, tree
from collector.document import parse_yaml

T0 = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)  # Monday, 22:00 in Vietnam


def at(minutes):
    return T0 + timedelta(minutes=minutes)


def alert(venue, pc, policy="after-hours-game", **more):
    named = labels({"venue": venue, "pc": pc, "policy": policy} | more)
    return Alert("title", named, (), 60.0, T0, T0)


def ended(one, minutes):
    return replace(one, ended=at(minutes))


def policy(route, **times):
    named = {name: parse_yaml(text, "x", MuteTime).value for name, text in times.items()}
    assert all(named.values())
    return Policy(tree(route), named)


INSPECTORS = Route(receiver="inspectors", group_by=("policy", "venue"))


@pytest.fixture
def dispatcher():
    return Dispatcher(policy(INSPECTORS))


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


def test_a_repeat_waits_for_a_mark_of_the_group_interval():
    dispatcher = Dispatcher(
        policy(replaced(INSPECTORS, repeat_interval=timedelta(minutes=7)))  # marks are 0.5, 5.5, 10.5 …
    )
    spoken = []
    for second in range(0, 1800, 10):
        dispatcher.start(alert("yb-0012", "07"), at(second / 60))
        spoken += [second / 60] * len(dispatcher.due(at(second / 60)))
    assert spoken == [0.5, 10.5, 20.5]


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
    dispatcher = Dispatcher(policy(Route(receiver="x", group_by=("...",))))
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


def test_a_label_that_an_alert_has_not_makes_no_part_of_its_group(dispatcher):
    server = Alert("title", labels({"policy": "disk-full", "venue": ""}), (), 95.0, T0, T0)
    dispatcher.start(server, at(0))
    (notice,) = dispatcher.due(at(1))
    assert notice.group == (("policy", "disk-full"),)


def test_without_a_policy_nobody_is_told_and_nothing_is_gathered():
    dispatcher = Dispatcher()
    dispatcher.start(alert("yb-0012", "07"), at(0))
    assert dispatcher.due(at(1)) == []
    assert dispatcher.groups == {}


# --- several routes -------------------------------------------------------------------------------


def replaced(route, **changes):
    given = {name: value for name, value in route.__dict__.items() if name != "goes_on"}
    return Route(**(given | changes))


def to(receiver, **changes):
    named, value = changes.pop("label", ("audience", "administrator"))
    conditions = (Matcher(named, "=", value),)
    return Route(receiver=receiver, object_matchers=conditions, **changes)


def heard(dispatcher, when):
    return [(n.receiver, dict(n.group), len(n.firing)) for n in dispatcher.due(when)]


def test_each_contact_point_hears_what_its_route_takes_in_its_own_groups():
    admins = to("administrators", group_by=("policy",))
    dispatcher = Dispatcher(policy(replaced(INSPECTORS, routes=(admins,))))
    dispatcher.start(alert("yb-0012", "07"), at(0))
    for worker in ("1", "2"):
        dispatcher.start(alert("", "", "dead-letters", audience="administrator", worker=worker), at(0))
    assert heard(dispatcher, at(1)) == [
        ("administrators", {"policy": "dead-letters"}, 2),
        ("inspectors", {"policy": "after-hours-game", "venue": "yb-0012"}, 1),
    ]


def test_a_route_that_goes_on_lets_both_hear():
    copy = to("archive", label=("severity", "critical"), **{"continue": True})
    urgent = to("inspectors", label=("severity", "critical"), group_wait=timedelta(0))
    dispatcher = Dispatcher(policy(replaced(INSPECTORS, routes=(copy, urgent))))
    dispatcher.start(alert("yb-0012", "07", severity="critical"), at(0))
    assert [receiver for receiver, _, _ in heard(dispatcher, at(0))] == ["inspectors"]
    assert [receiver for receiver, _, _ in heard(dispatcher, at(0.5))] == ["archive"]


def test_an_end_reaches_every_group_that_heard_of_the_beginning():
    copy = to("archive", label=("severity", "critical"), **{"continue": True})
    urgent = to("inspectors", label=("severity", "critical"))
    dispatcher = Dispatcher(policy(replaced(INSPECTORS, routes=(copy, urgent))))
    one = alert("yb-0012", "07", severity="critical")
    dispatcher.start(one, at(0))
    dispatcher.due(at(1))
    dispatcher.end(ended(one, 3), at(3))
    assert [(n.receiver, len(n.resolved)) for n in dispatcher.due(at(6))] == [
        ("archive", 1),
        ("inspectors", 1),
    ]


# --- mute -----------------------------------------------------------------------------------------

NIGHT = """
name: night
time_intervals:
- {times: [{start_time: '22:00', end_time: '24:00'}, {start_time: '00:00', end_time: '08:00'}], location: Asia/Ho_Chi_Minh}
"""


def quiet(**changes):
    route = Route(receiver="inspectors", mute_time_intervals=("night",), **changes)
    return Dispatcher(policy(Route(receiver="inspectors", routes=(route,)), night=NIGHT))


def spoken(dispatcher, alive, until, step=5):
    """Minutes at which it spoke, and what; `alive` gives the alerts that fire at a minute."""
    found, before = [], {}
    for minute in range(0, until, step):
        now = {one.label("pc"): one for one in alive(minute)}
        for name in before.keys() - now.keys():
            dispatcher.end(ended(before[name], minute), at(minute))
        for one in now.values():
            dispatcher.start(one, at(minute))
        before = now
        for notice in dispatcher.due(at(minute)):
            firing, resolved = ([a.label("pc") for a in found] for found in (notice.firing, notice.resolved))
            found.append((minute, firing, resolved))
    return found


def test_a_muted_group_speaks_when_the_mute_ends_if_it_still_fires():
    one = alert("yb-0012", "07")
    told = spoken(quiet(), lambda minute: [one], 700)
    assert told == [(600, ["07"], [])]  # 08:00


def test_what_begins_and_ends_under_a_mute_is_not_told():
    one = alert("yb-0012", "07")
    assert spoken(quiet(), lambda minute: [one] if minute < 300 else [], 900) == []


def test_the_end_of_what_was_told_before_a_mute_is_not_told_during_it():
    one, two = alert("yb-0012", "07"), alert("yb-0012", "08")
    dispatcher = quiet()
    day = T0 - timedelta(hours=1)
    dispatcher.start(one, day)
    dispatcher.start(two, day)
    assert len(dispatcher.due(day + timedelta(minutes=1))) == 1
    # 08 ends at 22:10; 07 goes on, was told, and is repeated in the morning alone.
    told = spoken(dispatcher, lambda minute: [one, two] if minute < 10 else [one], 700)
    assert told == [(600, ["07"], [])]


def test_what_was_told_before_a_mute_is_not_told_anew_after_it_before_its_repetition():
    one, two = alert("yb-0012", "07"), alert("yb-0012", "08")
    dispatcher = quiet(repeat_interval=timedelta(hours=24))
    day = T0 - timedelta(hours=1)
    for each in (one, two):
        dispatcher.start(each, day)
    dispatcher.due(day + timedelta(minutes=1))
    assert spoken(dispatcher, lambda minute: [one, two] if minute < 10 else [one], 1300) == []


def test_a_mute_silences_and_still_ends_the_walk():
    silent = to("night-owls", label=("severity", "info"), mute_time_intervals=("night",))
    later = to("inspectors", label=("severity", "info"))
    dispatcher = Dispatcher(policy(replaced(INSPECTORS, routes=(silent, later)), night=NIGHT))
    dispatcher.start(alert("yb-0012", "07", severity="info"), at(0))
    assert dispatcher.due(at(5)) == []


def test_outside_its_active_times_a_route_is_mute():
    route = Route(receiver="inspectors", active_time_intervals=("night",))
    dispatcher = Dispatcher(policy(Route(receiver="inspectors", routes=(route,)), night=NIGHT))
    one = alert("yb-0012", "07")
    told = spoken(dispatcher, lambda minute: [one] if minute >= 600 else [], 1500)
    assert told == [(1440, ["07"], [])]  # the next 22:00


@pytest.mark.parametrize(("key", "minutes"), [("mute_time_intervals", [5]), ("active_time_intervals", [])])
def test_a_name_without_intervals_mutes_nothing_and_is_never_active(key, minutes):
    route = Route(receiver="inspectors", **{key: ("never",)})
    root = Route(receiver="inspectors", routes=(route,))
    dispatcher = Dispatcher(policy(root, never="{name: never, time_intervals: []}"))
    one = alert("yb-0012", "07")
    assert [minute for minute, _, _ in spoken(dispatcher, lambda minute: [one], 200)] == minutes


# --- a policy that changes -------------------------------------------------------------------------


def test_under_another_policy_what_is_gathered_moves_to_its_new_group(dispatcher):
    one, two, three = alert("yb-0012", "07"), alert("yb-0012", "08"), alert("yb-0015", "01")
    for each in (one, two, three):
        dispatcher.start(each, at(0))
    dispatcher.due(at(1))
    dispatcher.end(ended(two, 2), at(2))
    dispatcher.adopt(policy(Route(receiver="all", group_by=("policy",))), at(3))
    (notice,) = dispatcher.due(at(3))  # they have waited long enough
    assert (notice.receiver, len(notice.firing), len(notice.resolved)) == ("all", 2, 1)
    assert len(dispatcher.groups) == 1


def test_the_same_policy_adopted_again_changes_nothing(dispatcher):
    dispatcher.start(alert("yb-0012", "07"), at(0))
    dispatcher.due(at(1))
    before = repr(dispatcher.groups)
    dispatcher.adopt(policy(INSPECTORS), at(2))
    assert repr(dispatcher.groups) == before


def test_groups_of_a_route_that_is_not_known_yet_wait_for_the_policy():
    one = alert("yb-0012", "07")
    known = Dispatcher(policy(INSPECTORS))
    known.start(one, at(0))
    restarted = Dispatcher(groups={key: Group(**vars(group)) for key, group in known.groups.items()})
    assert restarted.due(at(1)) == []
    restarted.adopt(policy(INSPECTORS), at(1))
    assert said(restarted.due(at(1))) == [("yb-0012", ["07"], [])]
