"""Charts as plain values: what is drawn of a panel and its frames."""

import json

import pytest

from dashboards.preview.figures import figure
from dashboards.preview.frames import Column, Frame
from dashboards.preview.reader import Panel
from dashboards.preview.timerange import Range

MINUTE = 60_000
SPAN = Range(0, 10 * MINUTE, ("now-10m", "now"))


def panel(kind="timeseries", *, overrides=(), custom=None, options=None, **defaults):
    fields = {"defaults": {"unit": "none", "custom": custom or {}, **defaults}, "overrides": list(overrides)}
    return Panel(1, kind, "P", "", (0, 0, 1, 1), (), fields, options or {}, (), "1m", None)


def series(name, *values, ref="A", start=0):
    times = tuple(start + MINUTE * n for n in range(len(values)))
    return Frame(ref, (Column("Time", times), Column(name, values)))


def drawn(shape, *frames, language="vi"):
    return figure(shape, frames, SPAN, 60, language)


def override(matcher, options, **properties):
    listed = [{"id": key, "value": value} for key, value in properties.items()]
    return {"matcher": {"id": matcher, "options": options}, "properties": listed}


def test_a_line_runs_on_the_provinces_clock():
    (line,) = drawn(panel(), series("cpu", 1.0, 2.0))["data"]
    assert line["x"] == ["1970-01-01 07:00:00", "1970-01-01 07:01:00"]
    assert line["y"] == [1.0, 2.0]
    assert line["mode"] == "lines"


def test_a_single_point_is_seen():
    (line,) = drawn(panel(), series("cpu", None, 2.0, None))["data"]
    assert line["mode"] == "markers"


@pytest.mark.parametrize(
    ("span_nulls", "expected"),
    [(False, [1, None, None, 2]), (True, [1, 2]), (180_000, [1, 2]), (120_000, [1, None, None, 2])],
)
def test_a_gap_is_bridged_where_the_panel_says_so_and_drawn_otherwise(span_nulls, expected):
    (line,) = drawn(panel(custom={"spanNulls": span_nulls}), series("cpu", 1, None, None, 2))["data"]
    assert line["y"] == expected


def test_colours_and_names_come_from_overrides_by_name_and_by_query():
    shape = panel(
        overrides=[
            override(
                "byName", "game", displayName="Trò chơi", color={"mode": "fixed", "fixedColor": "#111111"}
            ),
            override("byFrameRefID", "B", color={"mode": "fixed", "fixedColor": "#222222"}),
        ]
    )
    lines = drawn(shape, series("game", 1, 2), series("b", 1, 2, ref="B"))["data"]
    assert [(line["name"], line["line"]["color"]) for line in lines] == [
        ("Trò chơi", "#111111"),
        ("b", "#222222"),
    ]


def test_a_palette_colour_stays_with_its_name_whatever_the_order():
    one = drawn(panel(), series("a", 1, 2), series("b", 1, 2))["data"]
    two = drawn(panel(), series("b", 1, 2), series("a", 1, 2))["data"]
    assert one == two
    assert one[0]["line"]["color"] != one[1]["line"]["color"]


def test_stacking_filling_and_bounds_are_the_panels():
    shape = panel(
        custom={"stacking": {"mode": "normal", "group": "A"}, "fillOpacity": 35},
        min=0,
        max=100,
        unit="percent",
    )
    found = drawn(shape, series("a", 1, 2))
    assert found["data"][0]["stackgroup"] == "A0"
    assert found["data"][0]["fillcolor"].endswith(",0.35)")
    assert found["layout"]["yaxis"]["range"] == [0, 100]
    assert found["layout"]["yaxis"]["ticksuffix"] == " %"


def test_a_gap_is_neither_filled_nor_stacked_over_as_if_it_were_0():
    filled = drawn(panel(custom={"fillOpacity": 8}), series("a", 1, 2, None, 3, 4))["data"]
    assert [line["y"] for line in filled] == [[1, 2], [3, 4]]
    assert [line["showlegend"] for line in filled] == [True, False]
    stack = panel(custom={"stacking": {"mode": "normal"}})
    stacked = drawn(stack, series("a", 1, 2, None, 3, 4), series("b", 1, None, None, None, 4))["data"]
    assert [(line["name"], line["stackgroup"], line["y"]) for line in stacked] == [
        ("a", "A0", [1, 2]),
        ("a", "A1", [3, 4]),
        ("b", "A0", [1]),
        ("b", "A1", [4]),
    ]


def test_a_stack_goes_on_where_another_series_has_values():
    """Nobody plays one game while others are played: that is 0 and no gap."""
    stack = panel(custom={"stacking": {"mode": "normal"}})
    lines = drawn(stack, series("a", 1, None, 3), series("b", 1, 1, 1))["data"]
    assert [(line["name"], line["stackgroup"], line["y"]) for line in lines] == [
        ("a", "A0", [1, 3]),
        ("b", "A0", [1, 1, 1]),
    ]


def test_bars_begin_at_their_time_and_hold_their_interval():
    shape = panel(custom={"drawStyle": "bars", "barAlignment": 1, "fillOpacity": 80})
    found = drawn(shape, series("a", 1, None, 2))
    (bar,) = found["data"]
    assert bar["x"] == ["1970-01-01 07:00:00", "1970-01-01 07:02:00"]
    assert (bar["y"], bar["offset"], bar["opacity"]) == ([1, 2], 0, 0.8)
    assert MINUTE * 0.8 < bar["width"] <= MINUTE
    assert found["layout"]["barmode"] == "stack"


def test_bars_and_a_line_of_steps_share_a_chart():
    bars = [{"id": "custom.drawStyle", "value": "bars"}]
    shape = panel(
        custom={"lineInterpolation": "stepAfter"},
        overrides=[{"matcher": {"id": "byFrameRefID", "options": "B"}, "properties": bars}],
    )
    line, bar = drawn(shape, series("a", 1, 2), series("b", 1, 2, ref="B"))["data"]
    assert (line["type"], line["line"]["shape"]) == ("scatter", "hv")
    assert (bar["type"], bar["offset"]) == ("bar", -MINUTE * 0.45)


def test_numbers_are_written_as_the_language_does():
    assert drawn(panel())["layout"]["separators"] == ",."
    assert drawn(panel(), language="en")["layout"]["separators"] == ".,"


STATES = {"online": ("Trực tuyến", "#00ff00", 1), "silent": ("Mất tín hiệu", "#ff0000", 0)}


def timeline(**custom):
    options = {value: {"text": t, "color": c, "index": i} for value, (t, c, i) in STATES.items()}
    return panel("state-timeline", custom=custom, mappings=[{"type": "value", "options": options}])


def test_a_stretch_of_one_state_is_one_bar_from_its_start_to_the_next_state():
    found = drawn(timeline(), series("01", "online", "online", "silent", "online"))
    silent, online = found["data"]
    assert (silent["name"], silent["marker"]["color"]) == ("Mất tín hiệu", "#ff0000")
    assert silent["base"] == ["1970-01-01 07:02:00"]
    assert silent["x"] == [MINUTE]
    assert online["base"] == ["1970-01-01 07:00:00", "1970-01-01 07:03:00"]
    assert online["x"] == [2 * MINUTE, MINUTE]


def test_a_blank_is_where_nothing_was_recorded():
    (online,) = drawn(timeline(spanNulls=MINUTE), series("01", "online", None, None, None, "online"))["data"]
    assert online["x"] == [MINUTE, MINUTE]


def test_the_last_state_does_not_run_beyond_the_range():
    (online,) = drawn(timeline(), series("01", "online", start=10 * MINUTE - 30_000))["data"]
    assert online["x"] == [30_000]


def test_rows_stand_from_the_top_in_the_order_of_their_names():
    found = drawn(timeline(), series("02", "online"), series("01", "silent"))
    assert found["layout"]["yaxis"]["categoryarray"] == ["02", "01"]
    assert found["layout"]["yaxis"]["type"] == "category"


def test_a_state_without_a_word_is_shown_as_it_is():
    (strange,) = drawn(timeline(), series("01", "blind"))["data"]
    assert strange["name"] == "blind"


def test_a_figure_can_be_sent_and_the_same_frames_give_the_same():
    frames = [series("b", 1, None), series("a", None, 2)]
    assert json.dumps(drawn(panel(), *frames)) == json.dumps(drawn(panel(), *frames))


def test_another_kind_of_panel_is_an_error():
    with pytest.raises(ValueError, match="unknown kind of panel geomap"):
        drawn(panel("geomap"))
