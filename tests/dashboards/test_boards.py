"""Facts about all boards, as Grafana will load them."""

import json
import re
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest

import dashboards
from collector import schema
from collector.conventions import BOARD_PROVINCE, BOARD_SITES, BOARD_VENUE
from collector.texts import LANGUAGES
from dashboards import DASHBOARDS, BoardContext, render

PLACES = (("04648", "Phường Yên Bái"), ("04714", "Xã A, B"))
BOARDS = {
    f"{language}/{name}": json.loads(text)
    for language in LANGUAGES
    for name, text in render(BoardContext(language, "Lào Cai", PLACES)).items()
}
PANELS = {f"{name}/{p['id']}": p for name, board in BOARDS.items() for p in board["panels"]}


def values(data, path=()):
    yield path, data
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        yield from values(value, (*path, key))


def queries(board):
    return [t["query"] for p in board["panels"] for t in p["targets"]]


def test_the_boards_are_those_that_alerts_link_to():
    assert [board.UID for board in DASHBOARDS] == [BOARD_PROVINCE, BOARD_VENUE, BOARD_SITES]


def test_the_same_context_gives_the_same_bytes():
    context = BoardContext("vi", "Lào Cai", PLACES)
    assert render(context) == render(replace(context))


def test_another_data_source_and_refresh_go_where_they_belong():
    text = render(BoardContext("en", "X", (), datasource_uid="other", refresh="1m"))["quannet-venue.json"]
    board = json.loads(text)
    assert board["refresh"] == "1m"
    assert board["templating"]["list"][0]["datasource"] == {"type": "influxdb", "uid": "other"}
    assert "quannet-influxdb" not in text


@pytest.mark.parametrize("name", BOARDS)
def test_a_board_is_of_the_schema_that_needs_no_migration(name):
    board = BOARDS[name]
    assert board["schemaVersion"] == 41
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,40}", board["uid"])
    assert name.endswith(f"/{board['uid']}.json")
    assert board["timezone"] == "Asia/Ho_Chi_Minh"
    assert (
        not {"__inputs", "rows", "style", "hideControls", "sharedCrosshair", "id", "version"} & board.keys()
    )


@pytest.mark.parametrize("name", BOARDS)
def test_nothing_is_null_but_the_first_threshold(name):
    nulls = [path for path, value in values(BOARDS[name]) if value is None]
    assert nulls
    assert all(path[-3:] == ("steps", 0, "value") for path in nulls)


@pytest.mark.parametrize("name", BOARDS)
def test_ids_are_unique_and_panels_lie_beside_each_other(name):
    panels = BOARDS[name]["panels"]
    assert len({p["id"] for p in panels}) == len(panels)
    cells = [
        {(x, y) for x in range(g["x"], g["x"] + g["w"]) for y in range(g["y"], g["y"] + g["h"])}
        for g in (p["gridPos"] for p in panels)
    ]
    assert all(x < 24 for cell in cells for x, _ in cell)
    assert not any(one & two for one, two in combinations(cells, 2))


def test_a_panel_keeps_its_id_whatever_the_language():
    """Alert links name it; a changed id breaks them."""
    ids = {name: [p["id"] for p in board["panels"]] for name, board in BOARDS.items()}
    assert ids["vi/quannet-province.json"] == ids["en/quannet-province.json"] == list(range(1, 9))
    assert ids["vi/quannet-venue.json"] == ids["en/quannet-venue.json"] == list(range(1, 12))
    assert ids["vi/quannet-sites.json"] == ids["en/quannet-sites.json"] == list(range(1, 8))


@pytest.mark.parametrize("name", PANELS)
def test_a_panel_says_what_it_shows_and_what_it_misses(name):
    panel = PANELS[name]
    assert panel["title"]
    assert panel["fieldConfig"]["defaults"]["unit"]
    source = "Nguồn: " if name.startswith("vi") else "From: "
    assert source in panel["description"]
    named = panel["description"].split(source)[1]
    measurements = {m for t in panel["targets"] for m in re.findall(r'FROM "(\w+)"', t["query"])}
    assert measurements
    assert all(m in named for m in measurements), f"{measurements} in {named}"


@pytest.mark.parametrize("name", PANELS)
def test_a_panel_has_the_shape_that_grafana_reads(name):
    panel = PANELS[name]
    assert panel["datasource"] == {"type": "influxdb", "uid": "quannet-influxdb"}
    assert {t["refId"] for t in panel["targets"]} == set("ABCD"[: len(panel["targets"])])
    for target in panel["targets"]:
        assert target["rawQuery"] is True
        assert target["datasource"] == panel["datasource"]
        assert target["alias"] or target["resultFormat"] == "table"
    assert (
        not {"span", "height", "error", "editable", "fontSize", "columns", "mappings", "color"} & panel.keys()
    )
    steps = panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
    assert steps[0]["value"] is None
    assert [s["value"] for s in steps[1:]] == sorted(s["value"] for s in steps[1:])


@pytest.mark.parametrize("name", BOARDS)
def test_variables_stand_only_where_all_and_several_values_survive(name):
    board = BOARDS[name]
    for query in queries(board):
        for variable in board["templating"]["list"]:
            proper = f'"{variable["name"]}" =~ /^${variable["name"]}$/'
            assert proper in query
            assert query.count("$" + variable["name"]) == query.count(proper)
        names = {"$" + variable["name"] for variable in board["templating"]["list"]}
        assert set(re.findall(r"\$\w+", query)) - names <= {"$timeFilter", "$__interval"}


@pytest.mark.parametrize("name", BOARDS)
def test_queries_name_measurements_tags_and_fields_of_the_schema(name):
    for query in queries(BOARDS[name]):
        measurements = [schema.BY_NAME[m] for m in re.findall(r'FROM "(\w+)"', query)]
        known = {f.name for m in measurements for f in m.fields} | {
            t for m in measurements for t in m.tag_names
        }
        known |= {m.name for m in measurements} | set(re.findall(r'AS "(\w+)"', query))
        assert set(re.findall(r'"(\w+)"', query)) <= known


def test_the_places_are_offered_by_name_and_asked_by_code():
    variable = BOARDS["vi/quannet-province.json"]["templating"]["list"][0]
    assert variable["query"] == r"Phường Yên Bái : 04648,Xã A\, B : 04714"
    assert variable["current"] == {"selected": True, "text": ["Tất cả"], "value": ["$__all"]}
    assert [o["value"] for o in variable["options"]] == ["$__all", "04648", "04714"]
    assert variable["multi"]
    assert variable["includeAll"]


def test_a_table_orders_its_columns_and_leads_to_the_venue():
    table = next(p for p in BOARDS["en/quannet-province.json"]["panels"] if p["id"] == 8)
    assert [t["id"] for t in table["transformations"]] == ["filterFieldsByName", "merge", "organize"]
    overrides = {o["matcher"]["options"]: {p["id"]: p["value"] for p in o["properties"]}
                 for o in table["fieldConfig"]["overrides"]}  # fmt: skip
    assert set(overrides) == set(table["transformations"][2]["options"]["indexByName"])
    url = overrides["venue"]["links"][0]["url"]
    assert url == "/d/quannet-venue?var-venue=${__value.raw}&${__url_time_range}"
    assert overrides["place"]["mappings"][0]["options"]["04648"]["text"] == "Phường Yên Bái"


def test_a_count_of_play_always_has_coverage_beside_it():
    for name in ("vi/quannet-province.json", "vi/quannet-venue.json"):
        stats = [p for p in BOARDS[name]["panels"] if p["type"] == "stat"]
        counts = [
            p
            for p in stats
            if any('FROM "games" WHERE time > now() - 3m' in t["query"] for t in p["targets"])
        ]
        assert counts
        assert all(any('"coverage"' in t["query"] for t in p["targets"]) for p in counts)


def test_accesses_always_have_coverage_and_blind_pcs_beside_them():
    """A 0 says nothing where nobody could see."""
    stats = [p for p in BOARDS["vi/quannet-sites.json"]["panels"] if p["type"] == "stat"]
    counts = [p for p in stats if any('sum("accesses")' in t["query"] for t in p["targets"])]
    assert counts
    for panel in counts:
        asked = [t["query"] for t in panel["targets"]]
        assert any('"coverage"' in query for query in asked)
        assert any('sum("online") - sum("observed")' in query for query in asked)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_lookup_is_never_called_an_access(language):
    words = {"vi": ("hỏi địa chỉ", "truy cập"), "en": ("lookup", "access")}[language]
    named = []
    for panel in (
        p for board in ("sites", "venue") for p in BOARDS[f"{language}/quannet-{board}.json"]["panels"]
    ):
        named += [(t["query"].split(" FROM ")[0], t["alias"]) for t in panel["targets"] if t["alias"]]
        named += [
            (override["matcher"]["options"], prop["value"])
            for override in panel["fieldConfig"]["overrides"]
            for prop in override["properties"]
            if prop["id"] == "displayName"
        ]
    for field, mine, other in (("lookups", *words), ("accesses", *words[::-1])):
        names = {name.lower() for key, name in named if field in key and "category" not in name}
        assert any(mine in name for name in names)
        assert not any(other in name for name in names)


def test_the_boards_lead_to_each_other_with_variables_and_time():
    for name, others in (
        ("province", {"sites"}),
        ("venue", {"province", "sites"}),
        ("sites", {"province", "venue"}),
    ):
        links = BOARDS[f"vi/quannet-{name}.json"]["links"]
        assert {link["url"] for link in links} == {f"/d/quannet-{other}" for other in others}
        assert all(link["includeVars"] and link["keepTime"] for link in links)


def test_venues_are_offered_with_all_of_them_first():
    place, venue = BOARDS["vi/quannet-sites.json"]["templating"]["list"]
    assert (place["name"], venue["name"]) == ("place", "venue")
    assert venue["current"] == {"selected": True, "text": ["Tất cả"], "value": ["$__all"]}
    assert (venue["multi"], venue["includeAll"], venue["allValue"], venue["refresh"]) == (True, True, ".*", 1)


def test_the_same_state_has_the_same_colour_on_chart_and_table():
    panels = {p["id"]: p for p in BOARDS["vi/quannet-venue.json"]["panels"]}
    chart = panels[4]["fieldConfig"]["defaults"]["mappings"]
    override = next(o for o in panels[6]["fieldConfig"]["overrides"] if o["matcher"]["options"] == "state")
    assert next(p["value"] for p in override["properties"] if p["id"] == "mappings") == chart
    options = chart[0]["options"]
    assert set(options) == {"online", "blind", "cloned", "closed", "silent", "dark", "unknown"}
    assert len({option["color"] for option in options.values()}) == len(options)


def bare(data):
    """Without the words, and without the values of properties, which may be words."""
    words = {"title", "description", "alias", "text", "label", "displayName", "noValue", "value"}
    if isinstance(data, dict) and data.get("id") == "byName":
        return data["options"].split(": ")[-1]  # a series' alias may begin with a word
    if isinstance(data, dict):
        return {key: bare(value) for key, value in data.items() if key not in words}
    return [bare(value) for value in data] if isinstance(data, list) else data


def test_both_languages_differ_in_words_only():
    for board in DASHBOARDS:
        one, two = (BOARDS[f"{language}/{board.UID}.json"] for language in LANGUAGES)
        assert one["title"] != two["title"]
        assert bare(one) == bare(two)


def test_every_board_module_is_listed():
    folder = Path(dashboards.__file__).parent
    found = {path.stem for path in folder.glob("*.py") if "\nUID = " in path.read_text("utf-8")}
    assert found == {board.__name__.removeprefix("dashboards.") for board in DASHBOARDS}
