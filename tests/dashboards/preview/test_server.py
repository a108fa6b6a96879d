"""The preview's pages and their one request, as a browser sees them."""

import gzip
import json
import re
import urllib.request
from datetime import UTC, datetime

import pytest

from collector.clock import FrozenClock
from collector.influx import Access, Influx
from dashboards.preview import create_app


@pytest.fixture
def client(folder, province):
    return create_app(folder, province, "vi").test_client()


def panels(answer):
    return {panel["id"]: panel for panel in answer.json["panels"]}


def test_the_first_page_lists_the_boards(client):
    page = client.get("/").text
    assert '<a href="/d/quannet-province">Lào Cai: toàn tỉnh</a>' in page
    assert '<a href="/d/quannet-venue">Lào Cai: một điểm</a>' in page


def test_a_boards_page_has_a_place_for_each_panel_and_its_description(client):
    page = client.get("/d/quannet-province").text
    assert re.findall(r'data-panel="(\d)"', page) == list("12345678")
    assert "Nguồn: presence, games." in page
    assert '<html lang="vi">' in page


def test_one_request_draws_the_board(client):
    found = panels(client.get("/d/quannet-province/data"))
    assert list(found) == list(range(1, 9))
    assert "80,0 %" in found[1]["html"]
    assert ">20<" in found[1]["html"]
    assert {p for p, panel in found.items() if "figure" in panel} == {5, 6}
    assert found[7]["html"].count("<tr>") == 3
    assert "Nghiêm trọng" in found[7]["html"]
    assert found[8]["html"].count("<tr>") == 5
    assert "Phường Yên Bái" in found[8]["html"]
    assert (
        'href="/d/quannet-venue?var-venue=yb-0012&amp;from=now-6h%2Fm&amp;to=now-1m%2Fm"' in found[8]["html"]
    )


def test_english_is_english_in_the_preview_too(folder, province):
    app = create_app(folder, province, "en")
    assert "Time range" in app.test_client().get("/d/quannet-venue").text


def test_a_place_is_chosen_and_kept(client):
    page = client.get("/d/quannet-province?var-place=04714").text
    assert "Địa bàn: <b>Xã Văn Chấn</b>" in page
    assert "var-place=04714" in re.search(r'data-source="([^"]*)"', page)[1]
    found = panels(client.get("/d/quannet-province/data?var-place=04714"))
    assert found[8]["html"].count("<tr>") == 2
    found = panels(client.get("/d/quannet-province/data?var-place=04714&var-place=04648"))
    assert found[8]["html"].count("<tr>") == 4


def test_a_link_leads_to_the_other_board_with_the_time(client):
    page = client.get("/d/quannet-venue?var-venue=yb-0019&range=1h").text
    assert 'href="/d/quannet-province?var-venue=yb-0019&amp;from=now-1h%2Fm&amp;to=now-1m%2Fm"' in page
    assert client.get("/d/quannet-province?var-venue=yb-0019").status_code == 200


def test_from_several_venues_a_link_leads_to_the_first_and_from_one_to_it(client):
    page = client.get("/d/quannet-sites?var-venue=yb-0019&var-venue=yb-0026").text
    href = re.search(r'href="(/d/quannet-venue\?[^"]*)"', page)[1].replace("&amp;", "&")
    assert "var-venue=yb-0019&var-venue=yb-0026" in href
    assert '<option value="yb-0019" selected>' in client.get(href).text
    page = client.get("/d/quannet-venue?var-venue=yb-0019").text
    href = re.search(r'href="(/d/quannet-sites\?[^"]*)"', page)[1].replace("&amp;", "&")
    assert "Điểm: <b>yb-0019</b>" in client.get(href).text


def test_an_address_of_grafana_leads_to_the_same_board(client):
    address = "/d/quannet-venue/some-title?orgId=1&var-venue=yb-0012&from=1795550000000&to=1795560000000&viewPanel=3"
    page = client.get(address)
    assert page.status_code == 200
    assert "Khoảng khác" in page.text


@pytest.mark.parametrize(
    "query",
    [
        "var-venue=yb-9999",
        "var-venue=.*",
        "var-venue=yb-0012/%20OR%20true",
        "var-venue=yb-0012&var-venue=yb-9999",
        "from=yesterday",
        "from=now-1h;&to=now",
        "from=now&to=now-1h",
        "from=now-99999d&to=now",
    ],
)
def test_what_is_not_offered_is_refused(query, client):
    for path in ("/d/quannet-venue", "/d/quannet-venue/data"):
        answer = client.get(f"{path}?{query}")
        assert answer.status_code == 400
        assert "Đường dẫn không đúng" in answer.text


def test_no_text_of_the_browser_reaches_the_page_unescaped(client):
    answer = client.get("/d/quannet-venue?refresh=<script>&range=<script>&x=<script>")
    assert answer.status_code == 200
    assert "<script>" not in answer.text


def test_an_unknown_board_is_not_found(client):
    assert client.get("/d/nothing").status_code == 404
    assert client.get("/d/nothing/data").status_code == 404


def test_a_failing_query_shows_its_words_in_its_panel_only(folder, province, tmp_path):
    board = json.loads((folder / "quannet-province.json").read_text("utf-8"))
    board["panels"][0]["targets"][0]["query"] = "SELECT <b>"
    (tmp_path / "x.json").write_text(json.dumps(board), "utf-8")
    found = panels(create_app(tmp_path, province, "vi").test_client().get("/d/quannet-province/data"))
    assert "Truy vấn thất bại" in found[1]["html"]
    assert "&lt;" in found[1]["html"]
    assert "<b>," not in found[1]["html"]
    assert "Truy vấn thất bại" not in found[2]["html"]


def test_an_empty_database_says_that_there_is_nothing(folder, influx):
    found = panels(create_app(folder, influx, "vi").test_client().get("/d/quannet-province/data"))
    assert all("figure" not in panel for panel in found.values())
    assert all("Không có dữ liệu" in panel["html"] for n, panel in found.items() if n != 4)
    assert ">0<" in found[4]["html"]


def test_a_database_that_is_gone_is_said_and_is_no_crash(folder):
    client = create_app(folder, Influx(Access("http://127.0.0.1:1", "x", api="v1")), "vi").test_client()
    answer = client.get("/d/quannet-venue")
    assert answer.status_code == 503
    assert "Truy vấn thất bại" in answer.text
    assert client.get("/d/quannet-province").status_code == 200


def test_nothing_but_our_own_files_may_run(client):
    for path in ("/", "/d/quannet-province", "/d/quannet-province/data", "/static/board.js", "/gone"):
        with client.get(path) as answer:  # a file is open until it is sent
            policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'; script-src 'self';" in policy
    assert "<script>" not in client.get("/d/quannet-province").text
    assert not re.search(r" on\w+=", client.get("/d/quannet-province").text)


def test_the_chart_library_is_the_bundled_one(client):
    answer = client.get("/plotly.js")
    assert b"plotly.js v" in gzip.decompress(answer.data)[:200]


def test_the_time_of_the_page_is_the_provinces(folder, province):
    clock = FrozenClock(datetime(2026, 3, 2, 15, 7, 9, tzinfo=UTC))
    answer = create_app(folder, province, "vi", clock).test_client().get("/d/quannet-province/data")
    assert answer.json["updated"] == "22:07:09"
    assert "Không có dữ liệu" in panels(answer)[5]["html"]


def test_it_serves_on_loopback_until_it_is_told_to_stop(folder, province, serving):
    app = create_app(folder, province, "vi")
    with serving(app) as address, urllib.request.urlopen(address, timeout=10) as answer:
        assert "Lào Cai" in answer.read().decode()
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(address, timeout=10)
