"""What the board of blocked sites says of what PCs wrote, and what it does not say."""

from __future__ import annotations

import pytest

from collector import influxql
from collector.clock import SystemClock
from dashboards.preview import create_app, queries, timerange, variables
from dashboards.preview.reader import Boards

NOTHING = "category=none,grade=none,slot=0 lookups=0i,accesses=0i"


@pytest.fixture
def board(folder):
    return Boards(folder).get()["quannet-sites"]


@pytest.fixture
def now():
    return int(SystemClock().wall().timestamp())


def asked(board, influx, **chosen):
    span = timerange.parse(board.time, SystemClock().wall().timestamp())
    found = queries.ask(board.panels, variables.choose(board, influx, chosen), span, influx)
    assert not [answer.error for answer in found.values() if answer.error]
    return found


def numbers(answer):
    """The last number of each series by its name."""
    return {frame.columns[1].name: frame.columns[1].values[-1] for frame in answer.frames}


def rows(answer):
    (table,) = answer.frames
    return [
        dict(zip((c.name for c in table.columns), values, strict=True))
        for values in zip(*(c.values for c in table.columns), strict=True)
    ]


def site(now, pc="01", *, ago=0, grade="violation", accesses=0, slot=0, domain="x.example", process="p"):
    tags = f"venue=v,pc={pc},place=p,class=game,category=gambling,grade={grade},slot={slot}"
    texts = f'domain="{domain}",source="s",version="1",process="{process}"'
    return f"sites,{tags} lookups=2i,accesses={accesses}i,{texts} {now - ago}"


def nothing(now, pc="01", ago=0):
    return f"sites,venue=v,pc={pc},place=p,class=game,{NOTHING} {now - ago}"


def blind(now, pc, ago, reason="none"):
    flag = int(reason != "none")
    return f'blind,venue=v,pc={pc},place=p,class=game,reason={reason} blind={flag}i,detail="d" {now - ago}'


def one(influx, query):
    """The only number of a query's last row; None where there is no row."""
    found = influx.query(query)
    return found[0].rows[-1][-1] if found else None


def test_the_province_has_hits_and_what_could_not_be_seen_beside_them(board, province):
    found = asked(board, province)
    shown = numbers(found[1])
    assert shown["Truy cập 3 phút qua"] >= 1
    assert shown["Máy không quan sát được"] == 1
    assert shown["Độ phủ"] == pytest.approx(80.0)
    shown = numbers(found[2])
    assert (shown["Máy đang theo dõi"], shown["Máy đã đăng ký"]) == (16, 20)
    assert shown["Không quan sát được hôm nay"] > 0
    assert 0 < shown["Độ phủ hôm nay"] < 100


def test_venues_and_places_narrow_everything(board, province):
    found = asked(board, province, venue=["yb-0019"])
    assert numbers(found[1])["Truy cập 3 phút qua"] == 0
    assert numbers(found[1])["Máy không quan sát được"] == 0
    assert {row["venue"] for row in rows(found[5])} == {"yb-0019"}
    assert asked(board, province, place=["04714"], venue=["yb-0012"])[7].empty


def test_lookups_on_the_authoritys_list_are_no_access(board, province):
    """yb-0019/02 only looks a prohibited site up."""
    row = next(r for r in rows(asked(board, province)[5]) if (r["venue"], r["pc"]) == ("yb-0019", "02"))
    assert row["grade"] == "violation"
    assert row["lookups (sum)"] > 0
    assert row["accesses (sum)"] == 0
    frames = asked(board, province, venue=["yb-0019"])[3].frames
    reached = {f.columns[1].name for f in frames if any(f.columns[1].values)}
    assert any(name.startswith("Danh sách tham khảo") for name in reached)
    assert not any(name.startswith("Danh sách cấm") for name in reached)


def test_categories_are_told_apart_by_whose_list_they_stand_on(folder, province):
    answer = create_app(folder, province, "vi").test_client().get("/d/quannet-sites/data").json
    (chart,) = [p["figure"] for p in answer["panels"] if p["id"] == 3]
    colors = {trace["name"]: trace["marker"]["color"] for trace in chart["data"]}
    assert "Danh sách cấm: Trang bị cấm" in colors
    assert "Danh sách tham khảo: Cờ bạc" in colors
    assert "Danh sách tham khảo: crypto" in colors  # a category of the site's own
    assert len(set(colors.values())) == len(colors)


def test_a_blind_pc_is_listed_with_each_reason_and_since_when(board, province):
    found = rows(asked(board, province)[7])
    assert [(row["venue"], row["pc"], row["reason"], row["detail"]) for row in found] == [
        ("yb-0012", "02", "doh", "chrome: google"),
        ("yb-0012", "02", "vpn", "wg0"),
    ]
    assert {row["since"] for row in found} == {1200}


def test_an_access_counts_where_only_hints_are_seen_beside_it(influx, now):
    influx.write([site(now, accesses=2), site(now, slot=1, grade="hint", accesses=5)])
    assert one(influx, influxql.accesses_now("violation", influxql.ANY)) == 2


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (lambda now: [site(now, accesses=0)], 0),  # only looked up
        (lambda now: [site(now, grade="hint", accesses=5)], 0),  # on no list of the authority's
        (lambda now: [nothing(now)], 0),
        (lambda now: [site(now, ago=400, accesses=1), nothing(now)], 0),
        (lambda now: [nothing(now, ago=400)], None),  # nobody looks
    ],
)
def test_0_accesses_is_said_only_where_somebody_looks(lines, expected, influx, now):
    influx.write(lines(now))
    assert one(influx, influxql.accesses_now("violation", influxql.ANY)) == expected


def test_accesses_of_yesterday_are_not_those_of_today(influx, now):
    midnight = (now + 7 * 3600) // 86_400 * 86_400 - 7 * 3600
    influx.write([site(midnight - 60, accesses=3)])
    assert one(influx, influxql.accesses_today("violation", influxql.ANY)) is None
    influx.write([nothing(midnight)])
    assert one(influx, influxql.accesses_today("violation", influxql.ANY)) == 0
    influx.write([site(midnight, accesses=4), site(midnight, slot=1, grade="hint", accesses=9)])
    assert one(influx, influxql.accesses_today("violation", influxql.ANY)) == 4


def test_a_pc_looks_where_it_says_so_with_or_without_hits(influx, now):
    influx.write([site(now), site(now, slot=1), nothing(now, "02"), nothing(now, "03", ago=400)])
    assert one(influx, influxql.looking_now(influxql.ANY)) == 2


def test_since_when_a_pc_is_blind_is_counted_from_its_last_clear_sample(influx, now):
    influx.write(
        [
            *(blind(now, "01", ago) for ago in (3600, 930)),
            *(blind(now, "01", ago, "doh") for ago in (7200, 900, 30, 0)),  # and it was blind before, too
            *(blind(now, "02", ago, "doh") for ago in (900, 60)),
            blind(now, "02", 0),  # sees again
            *(blind(now, "03", ago, "vpn") for ago in (86_400, 0)),  # never saw
            *(blind(now, "04", ago) for ago in (600, 0)),  # sees
            blind(now, "05", 7200),
            blind(now, "05", 3600, "doh"),  # is off
            blind(now, "06", 30),
            blind(now, "06", 0, "vpn"),
            blind(now, "06", 0, "doh"),
        ]
    )
    found = {s.tags["pc"]: s.column("since") for s in influx.query(influxql.blind_since(influxql.ANY))}
    assert found == {"01": [930], "06": [30]}


def test_no_list_no_lookups_and_a_gap_is_no_0(influx, now, board):
    start = now // 300 * 300 - 3000
    influx.write([nothing(start), site(start + 900), f"presence,venue=v,pc=01,place=p online=1i {now}"])
    lookups = asked(board, influx)[6].frames[0].columns[1].values
    assert [value for value in lookups if value is not None] == [0, 2]
    assert None in lookups[lookups.index(0) : lookups.index(2)]


def test_a_pc_with_two_reasons_counts_for_both_and_once_an_interval(influx, now, board):
    start = now // 300 * 300 - 3000
    lines = [blind(start, "01", -ago, reason) for ago in (0, 30, 60) for reason in ("doh", "vpn")]
    influx.write([*lines, blind(start, "02", 0, "doh"), blind(start, "03", 0)])
    influx.write([f"presence,venue=v,pc=01,place=p online=1i,observed=0i {now}"])
    frames = {f.columns[1].name: f.columns[1].values for f in asked(board, influx)[4].frames}
    assert frames["doh"] == (2,)
    assert frames["vpn"] == (1,)
    assert "none" not in frames
