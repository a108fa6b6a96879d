"""What lies outside the hours: once a stamp, the longest of the games, in the schema's own fields."""

import pytest

from collector.ingest.beside import Beside
from collector.lineprotocol import decode
from collector.schema import BY_NAME, Writer

GAMES = "games,class=game,game={},pc=07,place=1,venue=v after_hours={}i,play=30i 60"
SESSION = 'session,class=game,pc=07,place=1,venue=v after_hours=4i,active=30i,state="active" 60'


def test_each_stamp_has_one_line_and_of_games_the_longest_counts():
    beside = Beside()
    for line, stamp, seconds in (
        (GAMES.format("a", 5), 60, 5),
        (GAMES.format("b", 9), 60, 9),
        (SESSION, 60, 4),
        (GAMES.format("a", 2), 90, 2),
    ):
        beside.add(line, stamp, seconds)
    lines = beside.lines(lambda stamp: f",class=game,pc=07,place={stamp},venue=v")
    assert lines == [
        "after_hours,class=game,pc=07,place=60,venue=v play=9i,use=4i 60",
        "after_hours,class=game,pc=07,place=90,venue=v play=2i 90",
    ]


def test_what_ingest_judges_by_the_hours_has_a_field_there_and_nothing_else():
    """A measurement that is judged one day must say where its seconds go."""
    judged = [
        m.name
        for m in BY_NAME.values()
        if m.writer is Writer.AGENT and any(f.after_hours_of for f in m.fields)
    ]
    beside = Beside()
    for name in judged:
        beside.add(f"{name},pc=1 x=1i 0", 0, 1)
    (line,) = beside.lines(lambda _: ",class=game,pc=07,place=1,venue=v")
    assert decode(line).fields.keys() == {field.name for field in BY_NAME["after_hours"].fields}
    with pytest.raises(KeyError):
        beside.add("host,pc=1 x=1i 0", 0, 1)
