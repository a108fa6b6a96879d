"""Any run of alerts is told as a tiny Alertmanager would: a timer for each group, and a log of what was said.

Alertmanager (am:dispatch/dispatch.go, am:notify/notify.go needsUpdate) keeps apart what fires and what it has
said, and decides at each flush by comparing the two. The oracle does the same from the whole history, without
any state but the moments and contents of its own messages.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.engine.dispatch import Alert, Dispatcher, Policy
from alerts.engine.frames import labels
from alerts.engine.intervals import MuteTime
from alerts.engine.routes import Route, tree
from collector.document import parse_yaml

T0 = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
STEP = 10  # seconds
WAIT, INTERVAL, REPEAT = 3, 6, 12  # in steps
QUIET = "{name: q, time_intervals: [{times: [{start_time: '00:03', end_time: '00:06'}]}]}"


def at(step):
    return T0 + timedelta(seconds=STEP * step)


def muted(step):
    return 3 * 60 <= STEP * step < 6 * 60


def alert(name, begun):
    return Alert("title", labels({"venue": name[0], "pc": name}), (), 1.0, at(begun), at(begun))


def dispatch(history):
    """What the dispatcher says: (step, firing, resolved) of each venue."""
    route = Route(
        receiver="r",
        group_by=("venue",),
        mute_time_intervals=("q",),
        group_wait=timedelta(seconds=STEP * WAIT),
        group_interval=timedelta(seconds=STEP * INTERVAL),
        repeat_interval=timedelta(seconds=STEP * REPEAT),
    )
    quiet = parse_yaml(QUIET, "x", MuteTime).value
    dispatcher = Dispatcher(Policy(tree(Route(receiver="r", routes=(route,))), {"q": quiet}))
    said, before = [], {}
    for step, firing in enumerate(history):
        for name in sorted(before.keys() - firing):
            dispatcher.end(replace(before.pop(name), ended=at(step)), at(step))
        for name in sorted(firing):
            before.setdefault(name, alert(name, step))
            dispatcher.start(before[name], at(step))
        for notice in dispatcher.due(at(step)):
            firing_now, resolved = (
                {one.label("pc") for one in found} for found in (notice.firing, notice.resolved)
            )
            said.append((step, dict(notice.group)["venue"], firing_now, resolved))
    return said


def ends(history, venue, first, last):
    """PCs that stopped firing at a step in [first, last], and do not fire at its end."""
    stopped = {
        name
        for step in range(max(first, 1), last + 1)
        for name in history[step - 1] - history[step]
        if name[0] == venue
    }
    return {name for name in stopped if name not in history[last]}


def begun_again(history, said, first, last):
    """Of those said to fire, the ones that ended in between and fire again."""
    return {
        name
        for name in said & history[last]
        if any(name not in history[step] for step in range(first, last + 1))
    }


def oracle(history, venue):
    """One group: flushes each INTERVAL from WAIT after its first alert, until nothing of it fires."""
    told, flush, since, spoken, log = [], None, 0, None, set()
    for step, everything in enumerate(history):
        firing = {name for name in everything if name[0] == venue}
        if flush is None and firing:
            flush, since, spoken, log = step + WAIT, step, None, set()
        if flush != step:
            continue
        resolved = ends(history, venue, since, step)
        fresh = (firing - log) | begun_again(history, log, since, step)
        over = spoken is not None and step - spoken >= REPEAT
        if not muted(step) and (fresh or resolved or (firing and over)):
            told.append((step, venue, firing, resolved))
            spoken, log = step, firing
        else:
            log = log - resolved - begun_again(history, log, since, step)
        since, flush = step + 1, step + INTERVAL if firing else None
    return told


HISTORIES = st.lists(
    st.tuples(st.sets(st.sampled_from(["a1", "a2", "b1"])), st.integers(1, 12)), min_size=1, max_size=12
).map(lambda parts: [firing for firing, length in parts for _ in range(length)])


@settings(max_examples=400)
@given(HISTORIES)
def test_any_history_is_told_as_the_oracle_tells_it(history):
    expected = sorted(oracle(history, "a") + oracle(history, "b"), key=lambda said: said[:2])
    assert dispatch(history) == expected
