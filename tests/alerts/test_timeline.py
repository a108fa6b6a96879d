"""The example that an explanation gives is what the engine does on a real database."""

from datetime import date, timedelta

import pytest

from alerts import results, scenario, timeline
from alerts.cadence import CADENCES
from alerts.rule import AlertContext
from collector.clock import LOCAL
from provisioning import rehearsal

DAY = date(2026, 3, 2)
SERIES = {
    "after-hours-game": ("after_hours venue=yb-0012,pc=07 play", 30),
    "silent-pc": ("unobserved venue=yb-0012,pc=07,state=silent minutes hours=open", 1),
    "dark-venue": ("unobserved venue=yb-0012,pc=07,state=dark minutes hours=open", 1),
    "low-coverage": ("coverage place=04252 share expected=30", 50),
    "certificate-expired": ("register venue=yb-0012 certificate_expired", 1),
    "prohibited-site": ("sites venue=yb-0012,pc=07,grade=violation accesses", 1),
    "disk-full": ("disk folder=/var used", 95),
    "ingest-stalled": ("ledger worker=1 stored", 1),
}


@pytest.mark.parametrize("name", SERIES)
def test_a_rule_fires_and_ends_as_the_example_says(name, by_id, influxd, tmp_path):
    policy, context = by_id[name], AlertContext()
    windows = ((480, 1320),) if policy.flags.measurement == "after_hours" else None
    found = timeline.of(policy, context, DAY, windows)
    step = timedelta(seconds=CADENCES[policy.flags.measurement].every)
    key, value = SERIES[name]
    minute = timedelta(minutes=1)
    moments = [(found.fires - minute, False), (found.fires, True)]
    if found.ends is not None:
        moments += [(found.ends - minute, True), (found.ends, False)]
    whom = f"[{{policy: {name}}}]"
    lines = [
        f'      - {{at: "{at:%Y-%m-%d %H:%M}", firing: {whom if fires else "[]"}}}'
        for at, fires in dict(moments).items()
    ]
    count = (found.stop - found.first) // step
    start = found.first if count else found.first - 5 * step  # what is absent was there before
    (tmp_path / "s.yaml").write_text(
        f"policy: {name}\nclass: game\ncases:\n  - name: the example\n    start: {start:%Y-%m-%dT%H:%M:%S}+07:00\n"
        f'    step: {round(step.total_seconds())}s\n    series: {{"{key}": "{value}x{count or 5}"}}\n    expect:\n'
        + "\n".join(lines),
        "utf-8",
    )
    told, problems = scenario.stories([(tmp_path, "s")])
    assert problems == []
    report = scenario.play(told, rehearsal.generate((policy,), context), influxd.access)
    assert report.passed, results.as_text(report.results) + str(report.problems)


def test_the_first_sample_that_counts_comes_after_closing_time(by_id):
    found = timeline.of(by_id["after-hours-game"], AlertContext(), DAY, ((480, 1320),))
    shown = [
        f"{at.astimezone(LOCAL):%H:%M:%S}"
        for at in (found.begin, found.closing, found.first, found.true, found.fires)
    ]
    assert shown == ["21:58:00", "22:00:00", "22:00:30", "22:01:00", "22:06:00"]


def test_a_site_that_waits_longer_has_another_example(by_id):
    context = AlertContext(for_override={"after-hours-game": "10m"})
    found = timeline.of(by_id["after-hours-game"], context, DAY, ((480, 1320),))
    assert f"{found.fires.astimezone(LOCAL):%H:%M}" == "22:11"
