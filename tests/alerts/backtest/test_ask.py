"""Points out of a real database: as they are, or added up where that loses nothing."""

import pytest

from alerts.backtest.ask import Stored
from alerts.backtest.points import Groups
from alerts.backtest.question import Question
from collector.influx import Refused

PC = ("venue", "pc", "place", "class")
START = 1_772_463_600


def ask(asking, question, since=0, before=300, width=60):
    groups = Groups()
    found = asking.points(question, START + since, START + before, width, groups)
    parts = zip(*(part.tolist() for part in found.parts), strict=True)
    return [
        (dict(groups.known[g]), t / 1000 - START, *values)
        for g, t, values in zip(found.group.tolist(), found.time.tolist(), parts, strict=True)
    ]


@pytest.fixture
def stored(influx):
    influx.write(
        [
            f"after_hours,class=game,pc={pc},place=1,venue=v-1 play={play}i {START + at}"
            for pc, at, play in (("01", 0, 5), ("01", 59, 6), ("01", 60, 7), ("02", 30, 8), ("02", 300, 9))
        ]
        + [f'sites,category=c,class=game,grade=hint,pc=01,place=1,slot=0,venue=v-1 domain="x.vn" {START + 5}']
    )
    return Stored(influx)


def test_points_of_single_series_come_as_they_are_up_to_the_end(stored):
    found = ask(stored, Question("sum", "play", "after_hours", (), PC))
    assert [(tags["pc"], *rest) for tags, *rest in found] == [
        ("01", 0, 5),
        ("01", 59, 6),
        ("01", 60, 7),
        ("02", 30, 8),
    ]


@pytest.mark.parametrize(
    ("aggregate", "values"),
    [
        ("sum", [(19,), (7,)]),
        ("count", [(3,), (1,)]),
        ("min", [(5,), (7,)]),
        ("max", [(8,), (7,)]),
        ("last", [(6,), (7,)]),
        ("mean", [(19, 3), (7, 1)]),
    ],
)
def test_points_of_larger_groups_are_added_up_from_the_beginning_on(stored, aggregate, values):
    found = ask(stored, Question(aggregate, "play", "after_hours", (), ("venue",)))
    assert [(at, tuple(rest)) for _, at, *rest in found] == [(0, values[0]), (60, values[1])]


def test_the_stretches_begin_where_they_are_asked_to(stored):
    found = ask(stored, Question("sum", "play", "after_hours", (), ()), since=-1, before=299)
    assert [(at, *rest) for _, at, *rest in found] == [(-1, 13), (59, 13)]
    assert found[0][0] == {"__name__": "after_hours.sum"}


def test_texts_are_counted_and_nothing_else(stored):
    tags = (*PC, "category", "grade", "slot")
    assert [rest for *_, rest in ask(stored, Question("count", "domain", "sites", (), tags))] == [1]
    with pytest.raises(ValueError, match="no number"):
        ask(stored, Question("last", "domain", "sites", (), tags))


def test_a_tag_that_a_point_has_not_is_empty(stored):
    found = ask(stored, Question("sum", "play", "after_hours", (), (*PC, "what")))
    assert {tags["what"] for tags, *_ in found} == {""}


def test_no_time_is_no_question():
    assert ask(Stored(None), Question("sum", "play", "after_hours", (), PC), 60, 60) == []


class Meagre:
    """A database with max-row-limit: gives at most so many rows, and says so."""

    def __init__(self, rows):
        self.rows, self.asked = rows, []

    def raw(self, text):
        since, before = (int(word[:-2]) // 1000 - START for word in text.split() if word.endswith("ms"))
        self.asked.append((since, before))
        values = [[(START + at) * 1000, 1] for at in range(since, before, 60)]
        partial = {"partial": True} if len(values) > self.rows else {}
        return {
            "series": [
                {"name": "after_hours", "columns": ["time", "sum"], "values": values[: self.rows], **partial}
            ]
        }


def test_half_an_answer_is_asked_again_in_halves():
    database = Meagre(2)
    found = ask(Stored(database), Question("sum", "play", "after_hours", (), ()))
    assert [at for _, at, _ in found] == [0, 60, 120, 180, 240]
    assert database.asked == [(0, 300), (0, 120), (120, 300), (120, 180), (180, 300)]


def test_a_database_that_gives_no_row_is_said_so():
    with pytest.raises(Refused, match="max-row-limit"):
        ask(Stored(Meagre(0)), Question("sum", "play", "after_hours", (), ()))
