"""What is said of a policy depends on the day, the venue, and what the site decides."""

from datetime import date

import pytest

from alerts.explaining import as_text
from alerts.explanation import as_json, explain
from alerts.rule import AlertContext
from alerts.table import width

DAY = date(2026, 3, 2)


@pytest.fixture
def said(by_id, roster):
    def say(name, venue=None, day=DAY, **context):
        policy = by_id[name]
        asked = None if venue is None else roster.by_id[venue]
        return explain(policy, AlertContext(**{"language": "en", **context}), roster.venues, day, asked)

    return say


def test_a_venue_of_another_class_is_not_bound_and_the_reason_is_said(said):
    found = said("after-hours-game", "yb-0031")
    assert as_json(found)["venue"]["bound"] is False
    assert "yb-0031 (Quán yb-0031), class agent, place 04273: not bound" in flat(found)
    assert found.example is None


def flat(found, columns=80):
    """The text without its line breaks."""
    return " ".join(as_text(found, columns).split())


def test_a_venue_that_is_bound_is_said_with_its_hours_and_an_example(said):
    found = said("after-hours-game", "yb-0012")
    text = flat(found)
    assert "bound on 2026-03-02, with each of its 10 PCs" in text
    assert "on 2026-03-02 it may open 08:00–22:00 (by after-hours-game)" in text
    assert "Who plays from 21:58 on has the first point that counts at 22:00:30" in text
    assert "it fires at 22:06" in text


def test_no_known_rule_is_said_to_be_no_clean_bill(said):
    text = flat(said("after-hours-hospitality", "yb-0100"))
    assert (
        'no rule on its hours is known for 2026-03-02: nothing is concluded, and that is not "compliant"'
        in text
    )
    assert "Example" not in text


def test_before_it_is_in_force_nobody_is_bound(said):
    found = said("after-hours-game", "yb-0012", day=date(2024, 12, 24))
    assert as_json(found)["binds"] == {}
    assert as_json(found)["venue"]["why"] == "days"
    assert "from 2024-12-25; not on 2024-12-24" in flat(found)


def test_a_venue_that_is_not_registered_yet_is_said_to_be_so(said):
    assert "not in the registry on 2014-12-31" in flat(
        said("prohibited-site", "yb-0012", day=date(2014, 12, 31))
    )


def test_unread_law_is_info_until_it_is_confirmed(said):
    assert "info in place of warning" not in flat(said("site-hint"))
    low = said("after-hours-hospitality")
    assert as_json(low)["severity"] == "info"
    sure = said("after-hours-hospitality", confirmed={"after-hours-hospitality": "read"})
    assert "confirmed by the department" in flat(sure)
    assert as_json(sure)["confirmed"] == "read"


def test_a_policy_whose_list_the_site_has_not_made_has_no_rule(said):
    found = said("unlisted-game")
    assert "there is no rule" in flat(found)
    assert as_json(found)["query"] is None
    assert "GROUP BY" in as_json(said("unlisted-game", lists={"unlisted-games": ("g",)}))["query"]


def test_every_policy_is_explained_in_both_languages_within_the_width(policies, roster):
    for policy in policies:
        for language in ("vi", "en"):
            for venue in (None, *roster.venues):
                found = explain(policy, AlertContext(language=language), roster.venues, DAY, venue)
                text = as_text(found, 80)
                long = [line for line in text.splitlines() if width(line) > 80]
                assert all(" " not in line.strip() for line in long), long
                assert "{" not in text.replace("${", "")
                as_json(found)


def test_the_site_speaks_vietnamese(said):
    text = flat(said("dark-venue", language="vi"))
    assert "Ràng buộc điểm trò chơi (game)" in text
    assert "Bắt đầu lúc 15:00: điều kiện đúng từ lần đánh giá 15:05; cảnh báo lúc 17:05." in text
