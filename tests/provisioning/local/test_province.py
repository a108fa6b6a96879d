"""A registry of any size: without a fault, the same at each run, and soon made into a deployment."""

from collector.clock import SystemClock
from provisioning import credentials, plan, scaffold
from provisioning.local.province import registry
from provisioning.roster import roster
from provisioning.site import VENUES, load


def test_a_province_of_16000_pcs_has_no_fault_and_is_made_within_seconds(tmp_path):
    clock = SystemClock()
    begun = clock.monotonic()
    scaffold.init(tmp_path / "site")
    (tmp_path / "site" / VENUES).write_text(registry(800, 20), "utf-8")
    site, problems = load(tmp_path / "site")
    assert site is not None
    assert not [problem for problem in problems if problem.check.startswith("registry")]
    made = roster(site)
    assert (len(made.venues), sum(len(venue.pcs) for venue in made.venues)) == (800, 16_000)
    assert {venue.spans[-1].klass for venue in made.venues} == {"game", "agent", "isp", "hospitality"}
    credentials.ensure(tmp_path / "secrets", site.venue_ids, ["localhost"], clock)
    plan.apply(plan.plan(site), tmp_path / "deploy")
    assert clock.monotonic() - begun < 15


def test_the_same_seed_writes_the_same_and_another_seed_another_province():
    assert registry(20, 5, seed=7) == registry(20, 5, seed=7) != registry(20, 5, seed=8)
