"""One board's questions to a real database: a panel that fails does not stop the others."""

from dataclasses import replace

import pytest

from collector.clock import SystemClock
from collector.influx import Access, Influx
from dashboards.preview import queries, timerange, variables
from dashboards.preview.reader import Boards


@pytest.fixture
def board(folder):
    return Boards(folder).get()["quannet-venue"]


@pytest.fixture
def span(board):
    return timerange.parse(board.time, SystemClock().wall().timestamp())


def numbers(answer):
    return [frame.columns[1].values[-1] for frame in answer.frames]


def test_the_venue_is_what_its_pcs_wrote(board, span, province):
    choices = variables.choose(board, province, {"venue": ["yb-0012"]})
    answers = queries.ask(board.panels, choices, span, province)
    assert not any(answer.error or answer.empty for answer in answers.values())
    assert numbers(answers[1]) == [2, 5]
    assert numbers(answers[2])[2] == pytest.approx(20.0)  # a blind PC is online and not observed
    states = {f.columns[1].name: f.columns[1].values for f in answers[4].frames}
    last = {pc: [state for state in values if state][-1] for pc, values in states.items()}
    assert last == {"01": "online", "02": "blind", "03": "silent", "04": "closed", "05": "unknown"}


def test_the_table_has_a_row_a_pc_from_three_measurements(board, span, province):
    choices = variables.choose(board, province, {"venue": ["yb-0012"]})
    (table,) = queries.ask(board.panels, choices, span, province)[6].frames
    assert [c.name for c in table.columns] == ["pc", "state", "cause", "session", "seen", "play", "late"]
    rows = {row[0]: row[1:3] for row in zip(*(c.values for c in table.columns), strict=True)}
    assert rows["03"] == ("silent", "lost")
    assert rows["05"] == ("unknown", "never_seen")
    assert len(rows) == 5


def test_half_a_minute_of_play_counts_half(board, span, influx):
    """A subquery of whole numbers would cut it off."""
    now = int(SystemClock().wall().timestamp()) // 60 * 60 - 300
    influx.write([f"games,venue=v,pc=01,place=p,class=game,game=g play=30i,after_hours=0i {now}"])
    influx.write([f"presence,venue=v,pc=01,place=p,class=game online=1i {now}"])
    answers = queries.ask(board.panels, variables.choose(board, influx, {}), span, influx)
    assert [v for v in answers[5].frames[0].columns[1].values if v is not None] == [0.5]


def test_a_refused_query_is_the_panels_own_fault(board, span, province):
    bad = replace(board.panels[0], targets=(replace(board.panels[0].targets[0], query="SELECT"),))
    panels = (bad, *board.panels[1:])
    answers = queries.ask(panels, variables.choose(board, province, {}), span, province)
    assert "error parsing query" in answers[1].error
    assert not answers[2].error


def test_a_database_that_is_gone_is_said_in_each_panel(board, span, province):
    choices = variables.choose(board, province, {})
    gone = Influx(Access("http://127.0.0.1:1", "x", api="v1"))
    answers = queries.ask(board.panels, choices, span, gone)
    assert all("refused" in answer.error for answer in answers.values())
