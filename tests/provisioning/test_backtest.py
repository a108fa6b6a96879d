"""What a backtest asks of a site: its generated rules, and what other policies change about them."""

import pytest

from alerts.backtest.run import Task, policy_of
from alerts.load import BUILTIN
from provisioning.backtest import entries, of_site, other, same, with_policies
from provisioning.site import load


@pytest.fixture
def changed(tmp_path):
    """A folder in which a policy that quannet brings reads otherwise, or is a new one of another name."""

    def make(*changes, policy="after-hours-game", name=None):
        folder = tmp_path / "others"
        folder.mkdir(exist_ok=True)
        text = (BUILTIN / f"{policy}.yaml").read_text("utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (folder / f"{name or policy}.yaml").write_text(text, "utf-8")
        return folder

    return make


def told(site, folder):
    found, problems = with_policies(site, folder)
    assert problems == []
    return other(site, found)


def by_policy(tasks):
    return {policy_of(task.entry): task for task in tasks}


def test_rules_are_those_that_are_generated(good_site):
    found = of_site(good_site())
    assert {"after-hours-game", "ingest-stalled"} <= {policy_of(entry) for entry in found}
    with pytest.raises(ValueError, match="quannet provision"):
        entries({"rules.yaml": "groups: 3\n"})


def test_a_changed_threshold_changes_its_rule_alone(good_site, changed):
    site = good_site()
    found = told(site, changed(("for: 5m", "for: 10m")))
    before = by_policy(Task(entry) for entry in of_site(site))
    differing = {name for name, task in by_policy(found.tasks).items() if not same(before[name], task)}
    assert differing == {"after-hours-game"}
    assert found.notes == ()
    assert all(task.hours is None for task in found.tasks)


def test_other_words_are_the_same_rule(good_site, changed):
    site = good_site()
    found = told(
        site, changed(("ngoài giờ cho phép", "sau giờ cho phép"), ("ran {value} s", "went on for {value} s"))
    )
    before = by_policy(Task(entry) for entry in of_site(site))
    assert all(same(before[name], task) for name, task in by_policy(found.tasks).items())


def test_a_policy_of_a_new_id_comes_beside_the_others(good_site, changed):
    site = good_site()
    words = (
        ("id: prohibited-site", "id: hit-twice"),
        ("sum: 1", "sum: 2"),
        ("Truy cập", "Nhiều lần truy cập"),
    )
    folder = changed(
        *words, ("Site on the", "Twice a site on the"), policy="prohibited-site", name="hit-twice"
    )
    names = set(by_policy(told(site, folder).tasks))
    assert names - {policy_of(entry) for entry in of_site(site)} == {"hit-twice"}


def test_changed_hours_reach_every_rule_that_they_decide(good_site, changed):
    found = told(good_site(), changed(("22:00-08:00", "21:00-08:00")))
    anew = {name for name, task in by_policy(found.tasks).items() if task.hours is not None}
    assert {"after-hours-game", "after-hours-use", "silent-pc"} <= anew
    assert not {"late-after-hours-game", "prohibited-site", "ingest-stalled"} & anew
    first, second = found.notes
    assert "would have had other hours" in first
    assert "late-after-hours-game" in second
    (task,) = (task for name, task in by_policy(found.tasks).items() if name == "after-hours-game")
    assert task.hours.venues
    assert all(task.hours.new.by_id[name].spans[-1].klass == "game" for name in task.hours.venues)


def test_what_site_yaml_says_of_for_stands_and_is_said(good_site, changed):
    site = good_site()
    site.settings.alerting.lasting["after-hours-game"] = "1m"
    (note,) = told(site, changed(("for: 5m", "for: 10m"))).notes
    assert "site.yaml says how long after-hours-game must last" in note


def test_faults_and_clashes_of_other_policies_are_problems(good_site, changed):
    site = good_site()
    assert with_policies(site, changed(("for: 5m", "for: soon")))[1]
    folder = changed(("id: after-hours-game", "id: night"), name="night")
    (folder / "after-hours-game.yaml").unlink()
    assert "title" in " ".join(problem.summary for problem in with_policies(site, folder)[1])


def test_the_example_has_rules(tmp_path):
    from provisioning import scaffold

    scaffold.init(tmp_path / "site")
    site, _ = load(tmp_path / "site")
    assert of_site(site)
