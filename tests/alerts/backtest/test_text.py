"""What a person reads in a terminal."""

from alerts.backtest.difference import differences
from alerts.backtest.text import MOST, as_text, differences_as_text


def test_a_short_backtest_is_told_as_a_whole(episode, outcome, hour):
    server = episode(30, 31, policy="ingest-stalled", venue="", pc="", place="", **{"class": ""})
    outcomes = [
        outcome(episode(10, 45), episode(50, None, pc="08", began_before=True)),
        outcome(server, policy="ingest-stalled", severity="critical"),
        outcome(policy="blind-pc"),
        outcome(policy="own-rule", fault="no query of a policy"),
    ]
    assert as_text(outcomes, hour(2, phase=20)) == (
        "2026-03-02 22:00 to 2026-03-03 00:00 (Asia/Ho_Chi_Minh): 4 rules, 180 evaluations, 20s after the full interval\n"
        "\n"
        "policy            severity  episodes  subjects  venues  firing  longest  share of time\n"
        "after-hours-game  warning          2         2       1   1h45m    1h10m          87.5%\n"
        "ingest-stalled    critical         1         1       0      1m       1m           0.8%\n"
        "never fired: blind-pc\n"
        "\n"
        "venue  policy            episodes  subjects  firing  longest  share of time\n"
        "v-1    after-hours-game         2         2   1h45m    1h10m          87.5%\n"
        "\n"
        "place  policy            episodes  subjects  firing  longest  share of time\n"
        "04273  after-hours-game         2         2   1h45m    1h10m          87.5%\n"
        "\n"
        "policy            subject       true since               fired             ended             value\n"
        "after-hours-game  07 04273 v-1  2026-03-02 22:08         2026-03-02 22:10  2026-03-02 22:45    120\n"
        "after-hours-game  08 04273 v-1  before 2026-03-02 22:48  2026-03-02 22:50  still fires         120\n"
        "ingest-stalled                  2026-03-02 22:28         2026-03-02 22:30  2026-03-02 22:31    120\n"
        "\n"
        "own-rule: cannot be told: no query of a policy\n"
    )


def test_many_venues_are_cut_and_episodes_left_out(episode, outcome, hour):
    found = as_text([outcome(*(episode(0, 9, venue=f"v-{n:02}") for n in range(MOST + 5)))], hour(1))
    assert found.count("\nv-") == MOST
    assert "and 5 more: --csv and --json have all\n" in found
    assert "true since" not in found


def test_nothing_at_all_is_said(outcome, hour):
    assert "never fired: after-hours-game\n" in as_text([outcome()], hour(1))


def test_differences_name_who_is_lost_and_gained(episode, outcome, hour):
    before = [outcome(episode(10, 20), episode(30, 40, venue="v-2"), policy="a"), outcome(policy="quiet")]
    after = [
        outcome(episode(10, 25), policy="a"),
        outcome(episode(1, 2, venue="v-3"), policy="b"),
        outcome(policy="quiet"),
    ]
    assert differences_as_text(differences(before, after, hour(1))) == (
        "policy   episodes  then  lost  gained  venues  then  firing  less  more\n"
        "a               2     1     1       0       2     1     20m   10m    5m\n"
        "b (new)         0     1     0       1       0     1       0     0    1m\n"
        "\n"
        "a: venues lost: v-2\n"
        "b: venues gained: v-3\n"
    )


def test_no_difference_is_said(episode, outcome, hour):
    same = [outcome(episode(10, 20))]
    found = differences(same, same, hour(1))
    assert differences_as_text(found) == "under the other policies nothing would have been different\n"
