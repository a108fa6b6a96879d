"""ECH: a real one fires; Chromium's decoy and a refused one do not."""

import pytest

from collector.agent.blindness.ech import judge
from tests.collector.agent.blindness.pc import asked, hello, pc

THERE = "198.51.100.7"
FIRES = {
    "a screen that stands before many sites": [hello("cloudflare-ech.com", THERE, ech=True)],
    "an address that was looked up under another name": [hello("public.example", THERE, ech=True)],
    "a hello without any name": [hello("", THERE, ech=True)],
}
LOOKED_UP = [asked("secret.example", THERE)]
SILENT = {
    "nothing": pc(),
    "no browser runs": pc(browsers={}, contacts=[hello("cloudflare-ech.com", THERE, ech=True)]),
    "a decoy: the name shown was looked up": pc(
        lookups=LOOKED_UP, contacts=[hello("secret.example", THERE, ech=True)]
    ),
    "a decoy while lookups are hidden": pc(contacts=[hello("seen.example", THERE, ech=True)]),
    "no ECH at all": pc(contacts=[hello("cloudflare-ech.com", THERE)]),
    "somebody looks at the screen's own site": pc(
        lookups=[asked("cloudflare-ech.com", THERE)], contacts=[hello("cloudflare-ech.com", THERE, ech=True)]
    ),
    "a refused one: the true name follows in clear": pc(
        lookups=LOOKED_UP,
        contacts=[hello("public.example", THERE, ech=True), hello("secret.example", THERE, at=981.0)],
    ),
    "long ago": pc(lookups=LOOKED_UP, contacts=[hello("public.example", THERE, ech=True, at=600.0)]),
}


@pytest.mark.parametrize("case", FIRES)
def test_it_fires(case):
    verdicts = list(judge(pc(lookups=LOOKED_UP, contacts=FIRES[case])))
    assert [(v.reason, v.detail) for v in verdicts] == [("ech", "1 encrypted hello")]


@pytest.mark.parametrize("case", SILENT)
def test_it_stays_silent(case):
    assert list(judge(SILENT[case])) == []


def test_a_name_in_clear_long_after_excuses_nothing():
    contacts = [hello("public.example", THERE, ech=True, at=900.0), hello("secret.example", THERE, at=980.0)]
    assert [v.reason for v in judge(pc(lookups=LOOKED_UP, contacts=contacts))] == ["ech"]
