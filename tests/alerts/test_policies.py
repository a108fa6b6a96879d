"""What holds of every policy that comes along: its law, its dates, its words in both languages, its story, its runbook."""

import re
import unicodedata
from datetime import timedelta
from pathlib import Path

import pytest

import alerts
from alerts import duration
from alerts.compile import LATE, compile_policy, placeholders
from alerts.flags import SUBJECTS, Listed
from alerts.load import BUILTIN, load
from alerts.rule import AlertContext
from alerts.story import read
from collector.schema import BY_NAME, CLASSES, Kind

ROOT = Path(alerts.__file__).parents[1]
POLICIES, PROBLEMS = load(BUILTIN, "alerts/policies")
BY_ID = {policy.id: policy for policy in POLICIES}
BRACED = re.compile(r"\{([a-z]+)\}")
VIETNAMESE = re.compile("[ăâđêôơưĂÂĐÊÔƠƯ\u1ea0-\u1ef9]")
FIRST_LAW = 2013  # no policy reaches behind the oldest decree that the stories know

every_policy = pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.id)


def texts(policy):
    """Each text in two languages, by name."""
    found = {name: getattr(policy, name) for name in ("title", "says", "basis", "misses", "todo")}
    return {name: words for name, words in found.items() if words is not None}


def story(policy):
    path = ROOT / "alerts" / "scenarios" / f"{policy.id}.yaml"
    found, problems = read(path, path.name)
    assert problems == []
    return found


def test_all_files_are_policies_without_fault():
    assert PROBLEMS == []
    assert set(BY_ID) == {path.stem for path in BUILTIN.glob("*.yaml")}


def test_each_scenario_and_each_runbook_is_a_policys():
    for folder, suffix in ((ROOT / "alerts" / "scenarios", "yaml"), (ROOT / "docs" / "policies", "md")):
        assert {path.stem for path in folder.glob(f"*.{suffix}")} == set(BY_ID)


@every_policy
def test_both_languages_say_the_same_things(policy):
    for name, words in texts(policy).items():
        assert VIETNAMESE.search(words.vi), f"{name}: no Vietnamese"
        assert not VIETNAMESE.search(words.en.replace("điểm đ", "").replace("point đ", "")), (
            f"{name}: no English"
        )
        assert words.vi == unicodedata.normalize("NFC", words.vi), f"{name}: accents as letters of their own"
        assert sorted(set(BRACED.findall(words.vi))) == sorted(set(BRACED.findall(words.en))), name


@every_policy
def test_what_stands_in_braces_is_known(policy):
    known = {*placeholders(policy), "over", "lasting"}
    for language in ("vi", "en"):
        assert set(BRACED.findall(policy.says.say(language))) <= known
    for name in ("title", "basis", "misses", "todo"):
        words = texts(policy).get(name)
        assert words is None or not BRACED.search(words.vi + words.en), f"{name} is told as it stands"


@every_policy
def test_the_sentence_names_its_subject(policy):
    """Whoever reads a mail must know of whom it speaks: by the venue, and where it is a PC's, the PC."""
    named = {"pc": {"venue", "pc"}, "venue": {"venue"}, "place": {"place"}, "server": set()}
    assert named[policy.flags.by] <= set(BRACED.findall(policy.says.vi))


@every_policy
def test_no_law_that_nobody_read_does_more_than_inform(policy):
    if policy.basis.confidence == "unconfirmed":
        assert policy.severity == "info"
    if policy.basis.confidence != "supervision":
        for language in ("vi", "en"):
            assert re.search(r"[0-9]+/20[0-9]{2}", policy.basis.say(language)), "names no law"
    if policy.basis.confidence == "unconfirmed":
        assert re.search("[Cc]hưa (được )?xác nhận|[Kk]hông phải vi phạm", policy.basis.vi)
        assert re.search("[Uu]nconfirmed|[Nn]o violation", policy.basis.en)


@every_policy
def test_supervision_accuses_nobody_of_breaking_a_law(policy):
    if policy.basis.confidence == "supervision":
        assert re.search("[Kk]hông (phải vi phạm|kết luận vi phạm)", policy.basis.vi)
        assert re.search("([Nn]o|[Nn]obody's) violation", policy.basis.en)


@every_policy
def test_its_dates_are_those_of_a_law(policy):
    assert policy.in_force.valid_from.year >= FIRST_LAW
    assert policy.in_force.valid_to is None or policy.in_force.valid_to > policy.in_force.valid_from
    if policy.audience == "inspector" and "147/2024" in policy.basis.en and policy.hours is not None:
        assert str(policy.in_force.valid_from) == "2024-12-25"


@every_policy
def test_what_it_reads_is_in_the_schema(policy):
    for flags in (policy.flags, policy.meanwhile):
        if flags is None:
            continue
        known = BY_NAME[flags.measurement]
        assert known.field(flags.field).kind is not Kind.TEXT
        assert set(flags.tags) <= set(known.tag_names), "groups by what its points have not"
        for name, condition in flags.where.items():
            assert name in known.tag_names or known.has_field(name)
            if isinstance(condition, Listed):
                assert name in known.tag_names, "a list of fields cannot be looked up by an index"


@every_policy
def test_it_binds_classes_where_it_speaks_of_venues(policy):
    assert bool(policy.binds) is ("class" in SUBJECTS[policy.flags.by])
    assert set(policy.binds) <= set(CLASSES)


def test_where_no_rule_is_known_is_said_of_every_class():
    assert set(BY_ID["no-rule-known"].binds) == set(CLASSES)


def test_each_class_has_its_hours_from_one_policy_at_most():
    for klass in CLASSES:
        found = [policy.id for policy in POLICIES if klass in policy.binds and policy.hours is not None]
        assert len(found) == 1


@every_policy
def test_no_point_falls_between_two_evaluations(policy):
    every = duration.parse(AlertContext().every)
    assert policy.threshold.over >= every
    assert policy.threshold.lasting % every == timedelta(0)


@every_policy
def test_its_story_has_who_is_told_and_who_is_let_go(policy):
    cases = story(policy).cases
    fires = [case.name for case in cases if any(moment.firing for moment in case.expect)]
    silent = [case.name for case in cases if not any(moment.firing for moment in case.expect)]
    assert fires, "nobody is told"
    assert silent, "nobody is let go: no case in which it never fires"


@every_policy
def test_its_story_begins_before_it_fires_and_shows_that_it_ends(policy):
    """A case that fires from its first look on proves no waiting, and one that is never silent again no end."""
    orders = [
        [bool(m.firing) for m in sorted(case.expect, key=lambda m: case.moment(m.at))]
        for case in story(policy).cases
    ]
    assert any(not order[0] and any(order) for order in orders), "its waiting is never seen"
    assert any(order[-1] is False and any(order) for order in orders), "its end is never seen"


@every_policy
def test_its_runbook_says_what_to_do_and_what_it_cannot_see(policy):
    page = (ROOT / policy.runbook).read_text("utf-8")
    assert page.startswith(f"# {policy.id}\n")
    assert page.index("**Fires**") < page.index("## What to do") < page.index("## What it cannot see")
    steps = re.findall(r"^([0-9])\. ", page[page.index("## What to do") :], re.MULTILINE)
    assert len(steps) >= 2
    assert steps == [str(n) for n in range(1, len(steps) + 1)]


@every_policy
def test_its_words_survive_the_compiler(policy):
    for language in ("vi", "en"):
        lists = {"unlisted-games": ("x",)}
        rule = compile_policy(policy, AlertContext(language=language, lists=lists))
        assert rule is not None
        assert len(rule.title.encode()) <= 190
        for name, words in rule.annotations.items():
            assert words.strip(), name
            assert words.count("{{") == words.count("}}")
            assert not BRACED.search(re.sub(r"\{\{.*?\}\}", "", words)), f"{name}: a brace that nothing fills"


def test_a_site_without_a_list_has_no_rule_that_asks_for_one():
    assert compile_policy(BY_ID["unlisted-game"], AlertContext()) is None
    listed = AlertContext(lists={"unlisted-games": ("b", "a")})
    assert compile_policy(BY_ID["unlisted-game"], listed) is not None


def test_one_pc_alone_is_never_several_in_use():
    """However long: two windows of samples overlap by at most one sample of two minutes."""
    threshold = BY_ID["after-hours-use"].threshold
    longest_sample, interval = 120, 30
    assert threshold.least > threshold.over.total_seconds() + longest_sample - interval


def test_who_leaves_at_closing_time_is_never_several_in_use():
    """A PC counts as in use until five minutes after its last key; then the window must pass."""
    threshold = BY_ID["after-hours-use"].threshold
    assert threshold.lasting > timedelta(minutes=5) + threshold.over


def test_what_comes_too_late_for_a_rule_that_warns_is_told_by_another():
    warned = {
        policy.id
        for policy in POLICIES
        if policy.flags.measurement in {"after_hours", "sites"}
        and policy.flags.by == "pc"
        and policy.severity != "info"
    }
    late = {policy.id.removeprefix("late-") for policy in POLICIES if policy.flags.measurement == LATE}
    assert late == warned
