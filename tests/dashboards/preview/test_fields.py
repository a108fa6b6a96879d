"""What a panel's field configuration says of a column."""

import pytest

from dashboards.preview import fields


@pytest.mark.parametrize(("value", "text"), [(1, "one"), (1.0, "one"), ("1", "one"), (2, None), (None, None)])
def test_a_value_mapping_finds_numbers_and_texts(value, text):
    config = {"mappings": [{"type": "value", "options": {"1": {"text": "one", "color": "#111"}}}]}
    assert fields.mapped(config, value)[0] == text


def test_a_mapping_that_is_not_by_value_maps_nothing():
    config = {"mappings": [{"type": "range", "options": {"from": 0, "to": 5, "result": {"text": "few"}}}]}
    assert fields.mapped(config, 1) == (None, None)
    assert fields.rank(config, 1) == 1000


def test_shades_are_of_one_colour_and_differ():
    names = ["a", "b", "c"]
    shown = [
        fields.series_color({"color": {"mode": "shades", "fixedColor": "#804020"}}, n, names) for n in names
    ]
    assert shown == ["#804020", "#A67963", "#5A2D16"]


def test_a_mappings_colour_goes_before_the_thresholds():
    steps = [{"value": None, "color": "#low"}, {"value": 2, "color": "#high"}]
    config = {
        "mappings": [{"type": "value", "options": {"2": {"text": "two", "color": "#two"}}}],
        "thresholds": {"steps": steps},
    }
    assert [fields.color_of(config, value) for value in (1, 2, 3, "x")] == ["#low", "#two", "#high", None]
