"""The table of listed sites: a row a site, PC and program, however many lines they sent."""

import pytest

from collector.clock import SystemClock
from dashboards.preview import create_app, queries, timerange, variables
from dashboards.preview.reader import Boards


@pytest.fixture
def now():
    return int(SystemClock().wall().timestamp()) // 60 * 60 - 120


def line(at, *, pc="01", grade="violation", domain="x.example", accesses=1, slot=0, process="p", version="1"):
    tags = f"venue=yb-0012,pc={pc},place=04648,class=game,category=c,grade={grade},slot={slot}"
    texts = f'domain="{domain}",source="s",version="{version}",process="{process}"'
    return f"sites,{tags} lookups=2i,accesses={accesses}i,{texts} {at}"


def shown(folder, influx, *lines):
    """The rows of the venue's table as (time, domain, accesses, lookups)."""
    influx.write(
        [f"presence,venue=yb-0012,pc=01,place=04648,class=game online=1i {int(lines[0].split()[-1])}"]
    )
    influx.write(lines)
    board = Boards(folder).get()["quannet-venue"]
    span = timerange.parse(board.time, SystemClock().wall().timestamp())
    panel = next(p for p in board.panels if p.id == 10)
    answer = queries.ask([panel], variables.choose(board, influx, {}), span, influx)[10]
    assert not answer.error
    (table,) = answer.frames
    columns = {column.name: column.values for column in table.columns}
    names = ("Time (max)", "domain", "accesses (sum)", "lookups (sum)")
    return sorted(zip(*(columns[name] for name in names), strict=True))


def test_a_site_over_many_samples_is_one_row_with_its_sums_and_last_time(folder, influx, now):
    found = shown(folder, influx, *(line(now - ago, slot=ago % 2) for ago in (0, 30, 61)))
    assert found == [(now * 1000, "x.example", 3, 6)]


@pytest.mark.parametrize(
    "other", [{"pc": "02"}, {"domain": "y.example"}, {"grade": "hint"}, {"process": ""}, {"version": "2"}]
)
def test_what_differs_has_a_row_of_its_own(other, folder, influx, now):
    assert len(shown(folder, influx, line(now), line(now - 30, **other))) == 2


def test_hints_crowd_no_violation_out(folder, influx, now):
    hints = [line(now - n, grade="hint", domain="h.example", accesses=0) for n in range(600)]
    found = shown(folder, influx, *hints, line(now - 3600))
    assert found == [((now - 3600) * 1000, "x.example", 1, 2), (now * 1000, "h.example", 0, 1000)]


def test_samples_without_a_hit_are_no_row(folder, influx, now):
    tags = "venue=yb-0012,pc=02,place=04648,class=game,category=none,grade=none,slot=0"
    assert len(shown(folder, influx, line(now), f"sites,{tags} lookups=0i,accesses=0i {now}")) == 1


def test_the_authoritys_list_comes_first_and_the_venue_leads_to_its_board(folder, influx, now):
    influx.write([line(now, grade="hint", domain="h.example"), line(now - 600)])
    influx.write([f"presence,venue=yb-0012,pc=01,place=04648,class=game online=1i {now}"])
    answer = create_app(folder, influx, "vi").test_client().get("/d/quannet-sites/data").json
    (html,) = [p["html"] for p in answer["panels"] if p["id"] == 5]
    assert html.index("x.example") < html.index("h.example")
    assert 'href="/d/quannet-venue?var-venue=yb-0012&amp;from=' in html
