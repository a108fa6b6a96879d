"""A mail as text and as HTML says the same; what a person wrote does no harm in either."""

from alerts.page import Link, Section, as_html, as_text

SECTIONS = (Section("Điểm", ("yb-0012",)), Section("Đang diễn ra", ("một <b>", "hai & ba")))
LINKS = (Link("Bảng", "http://x/?a=1&b=2"),)


def test_one_line_stands_beside_its_heading_and_several_below_it():
    assert as_text(SECTIONS, LINKS, "Hết.") == (
        "Điểm: yb-0012\n\nĐang diễn ra:\n- một <b>\n- hai & ba\n\nBảng: http://x/?a=1&b=2\n\nHết.\n"
    )


def test_html_has_the_same_words_escaped_and_a_link_to_follow():
    html = as_html(SECTIONS, LINKS, "Hết.", "vi")
    assert "<p><b>Điểm</b><br>yb-0012</p>" in html
    assert "<li>một &lt;b&gt;</li><li>hai &amp; ba</li>" in html
    assert '<a href="http://x/?a=1&amp;b=2">Bảng</a>' in html
    assert '<html lang="vi">' in html


def test_a_line_that_is_an_address_can_be_followed():
    html = as_html((Section("Hướng dẫn", ("https://docs.example/a?b=1&c=2",)),), (), "", "vi")
    assert '<a href="https://docs.example/a?b=1&amp;c=2">https://docs.example/a?b=1&amp;c=2</a>' in html
