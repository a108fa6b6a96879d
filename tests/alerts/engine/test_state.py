"""The state machine, as a table of stories (state/state.go, manager.go, cache.go; schedule/jitter.go has no part)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.engine.evaluate import Result, Verdict
from alerts.engine.state import MISSING, Phase, step

T0 = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
A = (("pc", "07"), ("venue", "yb-0012"))
WHOLE = (("datasource_uid", "quannet-influxdb"), ("ref_id", "A"))
VERDICTS = {"n": Verdict.NORMAL, "a": Verdict.ALERTING, "d": Verdict.NO_DATA, "e": Verdict.ERROR}
PHASES = {p: p.value[0].lower() for p in Phase} | {Phase.NO_DATA: "d", Phase.RECOVERING: "r"}


@pytest.fixture(scope="module")
def play(make, having):
    """Plays verdicts on a rule with these settings."""
    return lambda verdicts, **settings: played(make(), having, verdicts, **settings)


def played(parts, having, verdicts, **settings):
    """One letter an evaluation, a minute apart: n(ormal) a(lerting), `.` series missing, D/E the whole rule.

    The answer is a letter an evaluation for the instance: its phase, or `.` where it is forgotten.
    """
    group, rule = parts[0], having(parts[1], **settings)
    instances, shown, changes = {}, "", []
    for minute, letter in enumerate(verdicts):
        now = T0 + timedelta(minutes=minute)
        other = Result(Verdict.NORMAL, (("pc", "99"), ("venue", "other")))
        results = {
            ".": [other],
            "D": [Result(Verdict.NO_DATA, WHOLE)],
            "E": [Result(Verdict.ERROR, error="unreachable")],
        }.get(letter) or [Result(VERDICTS[letter], A, (("B", 1.0),))]
        instances, found = step(group, rule, instances, results, now)
        changes += [(minute, change) for change in found if dict(change.instance.labels).get("pc") == "07"]
        own = [i for i in instances.values() if dict(i.labels).get("pc") == "07"]
        shown += PHASES[own[0].phase] if own else "."
    return shown, changes


FIVE, ZERO = timedelta(minutes=5), timedelta(0)
TABLE = [
    # verdicts        phases           settings
    ("naaaaaaa", "npppppaa", {}),  # `for` 5m: the 6th true evaluation
    ("nan", "npn", {}),  # pending ends without a word
    ("naaaaanaaaaaa", "npppppnpppppa", {}),  # and begins anew
    ("naan", "naan", {"lasting": ZERO}),
    ("nana", "nana", {"lasting": ZERO}),
    ("anna", "arra", {"lasting": ZERO, "keep_firing_for": FIVE}),  # recovering, then firing at once
    ("annnnnnn", "arrrrrnn", {"lasting": ZERO, "keep_firing_for": FIVE}),
    ("aaa.aaa", "pppppaa", {}),  # a gap of one evaluation does not restart `for`
    ("a.aaaa", "aaaaaa", {"lasting": ZERO}),
    ("a..a", "aa.a", {"lasting": ZERO}),  # missing twice: ended and forgotten
    ("a...", "aaa.", {"lasting": ZERO, "missing_series_evals_to_resolve": 3}),
    ("naDDa", "npnnp", {"no_data_state": "OK"}),
    ("aDa", "ana", {"lasting": ZERO, "no_data_state": "OK"}),
    ("aDDa", "aaaa", {"lasting": ZERO, "no_data_state": "KeepLast"}),
    ("aDDDDDa", "pppppaa", {"no_data_state": "KeepLast"}),  # pending goes on counting, and can fire
    ("nDDn", "nnnn", {"no_data_state": "KeepLast"}),
    ("nDDDDDD", "npppppa", {"no_data_state": "Alerting"}),
    (
        "aDD",
        "aa.",
        {"lasting": ZERO, "no_data_state": "NoData"},
    ),  # an instance of its own; this one is missing
    ("aEa", "aaa", {"lasting": ZERO, "exec_err_state": "Error"}),
    ("aEEa", "aa.a", {"lasting": ZERO, "exec_err_state": "Error"}),
    ("aEEa", "aaaa", {"lasting": ZERO, "exec_err_state": "KeepLast"}),
    ("aEa", "ana", {"lasting": ZERO, "exec_err_state": "OK"}),
    ("nEEEEEE", "npppppa", {"exec_err_state": "Alerting"}),
    ("add", "add", {"lasting": ZERO, "no_data_state": "NoData"}),  # null of one series
    ("daaaaaa", "dpppppa", {"no_data_state": "NoData"}),  # after no data, `for` counts from the start
]


@pytest.mark.parametrize(("verdicts", "phases", "settings"), TABLE)
def test_an_instance_goes_through_these_phases(play, verdicts, phases, settings):
    assert play(verdicts, **settings)[0] == phases


def test_a_firing_began_when_its_condition_did_and_fires_since_for_is_over(play):
    _, changes = play("naaaaaaan")
    started = next(change.instance for _, change in changes if change.started)
    assert started.began == T0 + timedelta(minutes=1)
    assert started.fired == started.since == T0 + timedelta(minutes=6)
    ended = next(change.instance for _, change in changes if change.ended)
    assert (ended.began, ended.fired, ended.since) == (
        started.began,
        started.fired,
        T0 + timedelta(minutes=8),
    )


def test_a_vanished_series_ends_its_violation_and_says_why(play):
    _, changes = play("a..", lasting=ZERO)
    minute, change = changes[-1]
    assert (minute, change.ended, change.instance.reason) == (2, True, MISSING)


def test_pending_is_never_told(play):
    _, changes = play("nanan")
    assert not any(change.started or change.ended for _, change in changes)


def test_recovering_is_still_firing(play):
    _, changes = play("anna", lasting=ZERO, keep_firing_for=FIVE)
    assert [change.started for _, change in changes].count(True) == 1
    assert not any(change.ended for _, change in changes)


def test_an_error_and_no_data_are_instances_of_their_own_and_go_when_it_is_over(make):
    group, rule = make(**{"for": "0s", "noDataState": "NoData"})
    instances, _ = step(group, rule, {}, [Result(Verdict.NO_DATA, WHOLE)], T0)
    assert [i.phase for i in instances.values()] == [Phase.NO_DATA]
    instances, _ = step(group, rule, instances, [Result(Verdict.NORMAL, A)], T0 + timedelta(minutes=1))
    assert [i.phase for i in instances.values()] == [Phase.NORMAL]


def test_an_instance_is_the_rules_labels_and_the_querys_with_grafanas_own_first(make):
    group, rule = make()
    labels = (*A, ("alertname", "mine"), ("policy", "mine"))
    instances, _ = step(group, rule, {}, [Result(Verdict.NORMAL, labels)], T0)
    (key,) = instances
    assert dict(key)["alertname"] == rule.title
    assert dict(key)["policy"] == "after-hours-game"
    assert dict(key)["venue"] == "yb-0012"
    assert dict(key)["grafana_folder"] == "quannet"


VERDICT = st.sampled_from("nade.DE")
SETTINGS = st.fixed_dictionaries(
    {
        "lasting": st.sampled_from([ZERO, timedelta(minutes=1), timedelta(minutes=2)]),
        "keep_firing_for": st.sampled_from([ZERO, timedelta(minutes=2)]),
        "no_data_state": st.sampled_from(["NoData", "Alerting", "OK", "KeepLast"]),
        "exec_err_state": st.sampled_from(["Error", "Alerting", "OK", "KeepLast"]),
        "missing_series_evals_to_resolve": st.sampled_from([1, 2, 3]),
    }
)


@given(st.text(VERDICT, max_size=12), SETTINGS)
def test_nothing_fires_without_pending_before_it_where_for_is_set(make, having, verdicts, settings):
    shown, changes = played(make(), having, verdicts, **settings)
    before = "." + shown
    for was, phase in zip(before, shown, strict=False):
        assert phase != "r" or settings["keep_firing_for"]
        if phase == "a" and settings["lasting"]:
            assert was in "par"
        if phase == "r":
            assert was in "ar"
    starts = sum(change.started for _, change in changes)
    ends = sum(change.ended for _, change in changes)
    assert starts - ends == (shown[-1:] in {"a", "r"})


@given(st.text(VERDICT, max_size=12), SETTINGS)
def test_for_is_over_when_a_violation_begins(make, having, verdicts, settings):
    _, changes = played(make(), having, verdicts, **settings)
    for _, change in changes:
        if change.started:
            assert change.instance.fired - change.instance.began >= settings["lasting"]
