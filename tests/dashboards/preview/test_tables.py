"""Stats and tables: numbers, words, colours, order and links."""

import pytest

from dashboards.preview.frames import Column, Frame
from dashboards.preview.reader import Panel
from dashboards.preview.tables import Cell, Stat, stats, table
from dashboards.preview.timerange import Range

SPAN = Range(0, 1, ("now-6h/m", "now-1m/m"))
STEPS = {"mode": "absolute", "steps": [{"value": None, "color": "#0a0"}, {"value": 1, "color": "#a00"}]}


def panel(kind, *overrides, options=None, **defaults):
    fields = {"defaults": {"unit": "none", **defaults}, "overrides": list(overrides)}
    return Panel(1, kind, "P", "", (0, 0, 1, 1), (), fields, options or {}, (), "", None)


def stat_panel(*overrides, calc="lastNotNull", **defaults):
    return panel("stat", *overrides, options={"reduceOptions": {"calcs": [calc]}}, **defaults)


def frame(ref="A", **columns):
    return Frame(ref, tuple(Column(name, tuple(values)) for name, values in columns.items()))


def override(matcher, options, **properties):
    listed = [{"id": key.replace("__", "."), "value": value} for key, value in properties.items()]
    return {"matcher": {"id": matcher, "options": options}, "properties": listed}


@pytest.mark.parametrize(
    ("calc", "text"),
    [("lastNotNull", "4"), ("sum", "7"), ("min", "1"), ("max", "4"), ("mean", "2,3"), ("count", "3")],
)
def test_a_stat_reduces_as_the_panel_says(calc, text):
    found = stats(stat_panel(calc=calc), [frame(Time=[0, 1, 2, 3], n=[1, 2, 4, None])], "vi")
    assert found == [Stat("n", text, "")]


def test_a_threshold_colours_from_its_value_on():
    shape = stat_panel(thresholds=STEPS)
    assert [stats(shape, [frame(Time=[0], n=[n])], "vi")[0].color for n in (0, 0.9, 1, 5)] == [
        "#0a0", "#0a0", "#a00", "#a00",
    ]  # fmt: skip


def test_a_query_has_its_own_unit():
    shape = stat_panel(override("byFrameRefID", "B", unit="percent", decimals=1))
    found = stats(shape, [frame(Time=[0], n=[3]), frame("B", Time=[0], c=[97.5])], "vi")
    assert [stat.text for stat in found] == ["3", "97,5 %"]


def test_nothing_is_0_only_where_the_panel_says_so():
    assert stats(stat_panel(), [], "vi") == []
    assert stats(stat_panel(noValue="0", thresholds=STEPS), [], "vi") == [Stat("", "0", "#0a0")]


def test_a_series_of_nulls_is_a_dash():
    assert stats(stat_panel(), [frame(Time=[0], n=[None])], "vi") == [Stat("n", "–", "")]


def test_the_last_value_may_be_nothing():
    """Yesterday's number is not today's."""
    yesterday = frame(Time=[0, 1], n=[7, None])
    assert stats(stat_panel(calc="last"), [yesterday], "vi") == [Stat("n", "–", "")]
    assert stats(stat_panel(calc="lastNotNull"), [yesterday], "vi")[0].text == "7"


def test_a_calculation_that_is_not_known_is_an_error():
    with pytest.raises(ValueError, match="unknown calculation diff"):
        stats(stat_panel(calc="diff"), [frame(Time=[0], n=[1])], "vi")


def shown(shape, *frames):
    found = table(shape, frames, SPAN, "vi")
    return [[cell.text for cell in row] for row in found.rows]


def test_rows_are_sorted_and_what_is_not_there_comes_last():
    frames = frame(pc=["c", "a", "b", "d"], n=[1, 2, None, 2])
    falling = panel("table", options={"sortBy": [{"displayName": "n", "desc": True}]})
    rising = panel("table", options={"sortBy": [{"displayName": "n", "desc": False}]})
    assert shown(falling, frames) == [["a", "2"], ["d", "2"], ["c", "1"], ["b", "–"]]
    assert shown(rising, frames) == [["c", "1"], ["a", "2"], ["d", "2"], ["b", "–"]]


def test_a_column_of_numbers_is_marked_even_where_a_cell_is_empty():
    found = table(panel("table"), [frame(pc=["a", "b"], n=[None, 1])], SPAN, "vi")
    assert [head.number for head in found.heads] == [False, True]


def test_words_and_colours_come_from_mappings():
    mapping = {"type": "value", "options": {"silent": {"text": "Mất tín hiệu", "color": "#a00"}}}
    plain = override("byName", "state", displayName="Trạng thái", mappings=[mapping])
    colored = override("byName", "state", mappings=[mapping], custom__cellOptions={"type": "color-text"})
    frames = frame(state=["silent", "strange"])
    assert table(panel("table", plain), [frames], SPAN, "vi").heads[0].text == "Trạng thái"
    assert table(panel("table", plain), [frames], SPAN, "vi").rows[0][0] == Cell("Mất tín hiệu")
    assert table(panel("table", colored), [frames], SPAN, "vi").rows[0][0].color == "#a00"
    assert table(panel("table", colored), [frames], SPAN, "vi").rows[1][0] == Cell("strange")


def test_a_link_carries_the_value_the_row_and_the_time():
    url = "/d/x?var-venue=${__value.raw}&pc=${__data.fields.pc}&${__url_time_range}"
    shape = panel("table", override("byName", "venue", links=[{"url": url}]))
    found = table(shape, [frame(venue=["a&b"], pc=["0 1"])], SPAN, "vi")
    assert found.rows[0][0].href == "/d/x?var-venue=a%26b&pc=0%201&from=now-6h%2Fm&to=now-1m%2Fm"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://example.com/d/x", "//example.com/d/"])
def test_a_link_does_not_lead_out(url):
    shape = panel("table", override("byName", "venue", links=[{"url": url}]))
    assert table(shape, [frame(venue=["a"])], SPAN, "vi").rows[0][0].href == ""


def test_no_rows_is_no_table():
    assert table(panel("table"), [], SPAN, "vi") is None
    assert table(panel("table"), [frame(pc=[])], SPAN, "vi") is None
