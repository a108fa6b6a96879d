"""A notice tells an inspector where, which PC, since when, by which law, and what to do."""

from dataclasses import replace
from datetime import datetime

import pytest

from alerts.compile import compile_policy
from alerts.engine.dispatch import Alert, Notification
from alerts.engine.frames import labels
from alerts.engine.proof import LOST, UNKNOWN
from alerts.notice import MOST, compose
from collector.clock import LOCAL

BEGAN = datetime(2026, 3, 2, 22, 1, tzinfo=LOCAL)
ALERT = Alert(
    "Chơi ngoài giờ",
    labels({"venue": "yb-0012", "pc": "07", "policy": "after-hours-game"}),
    labels(
        {"description": "Đã chạy 120 giây <ngoài giờ>.", "basis": "Nghị định 147/2024", "misses": "máy tắt"}
    ),
    120.0,
    BEGAN,
    BEGAN,
)
OTHER = replace(ALERT, labels=labels({"venue": "yb-0012", "pc": "08"}))


def note(firing=(), resolved=()):
    return Notification((("venue", "yb-0012"),), tuple(firing), tuple(resolved))


def ended(alert, reason=""):
    return replace(alert, ended=datetime(2026, 3, 3, 0, 15, tzinfo=LOCAL), reason=reason)


def test_a_firing_notice_in_vietnamese(roster):
    found = compose(note([ALERT, OTHER]), roster, "vi", "http://127.0.0.1:8700/")
    assert found.subject == "[Cảnh báo] Chơi ngoài giờ – yb-0012 Quán yb-0012"
    assert found.text == (
        "Điểm: yb-0012 – Quán yb-0012\n\n"
        "Địa chỉ: 1 Đường Thử, Yên Bái\n\n"
        "Chính sách: Chơi ngoài giờ (after-hours-game)\n\n"
        "Đang diễn ra:\n"
        "- Máy 07: từ 22:01 ngày 02/03/2026. Đã chạy 120 giây <ngoài giờ>.\n"
        "- Máy 08: từ 22:01 ngày 02/03/2026. Đã chạy 120 giây <ngoài giờ>.\n\n"
        "Căn cứ: Nghị định 147/2024\n\n"
        "Hệ thống không thấy được: máy tắt\n\n"
        "Việc cần làm: 1. Gọi cho chủ điểm và yêu cầu dừng. 2. Mở bảng theo dõi của điểm theo đường dẫn dưới"
        " đây, ghi lại giờ và số máy. 3. Số liệu này là dấu hiệu, không phải biên bản: chỉ kết luận sau khi"
        " kiểm tra tại chỗ.\n\n"
        "Bảng theo dõi: http://127.0.0.1:8700/d/quannet-venue?var-venue=yb-0012\n\n"
        "Giờ ghi trong thư là giờ Việt Nam (UTC+7).\n"
    )
    assert "&lt;ngoài giờ&gt;" in found.html
    assert '<a href="http://127.0.0.1:8700/d/quannet-venue?var-venue=yb-0012">' in found.html


def test_an_end_in_english(roster):
    found = compose(note(resolved=[ended(ALERT)]), roster, "en", "")
    assert found.subject.startswith("[Ended] ")
    assert "Ended: PC 07: from 22:01 on 2026-03-02 to 00:15 on 2026-03-03\n" in found.text
    assert "Board" not in found.text


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (LOST, "KHÔNG có nghĩa là việc này đã chấm dứt"),
        (UNKNOWN, "chưa xác định được việc này đã chấm dứt hay chưa"),
    ],
)
def test_what_proves_no_end_is_not_told_as_one(roster, reason, words):
    found = compose(note(resolved=[ended(ALERT, reason)]), roster, "vi", "")
    assert words in found.text
    assert found.subject.startswith("[Không còn dữ liệu]")
    assert "Đã kết thúc" not in found.text


def test_of_several_ends_each_stands_under_what_is_known_of_it(roster):
    found = compose(note(resolved=[ended(ALERT), ended(OTHER, LOST)]), roster, "vi", "")
    assert found.subject.startswith("[Đã kết thúc]")
    assert "Đã kết thúc: Máy 07" in found.text
    assert "Không còn dữ liệu, chưa chắc đã chấm dứt: Máy 08" in found.text


def test_who_goes_on_and_who_ended_stand_apart(roster):
    text = compose(note([OTHER], [ended(ALERT)]), roster, "vi", "").text
    assert text.index("Đang diễn ra: Máy 08") < text.index("Đã kết thúc: Máy 07")


def test_a_venue_that_is_not_in_the_registry_is_told_all_the_same(roster):
    alert = replace(ALERT, labels=labels({"venue": "la-9999", "pc": "01"}))
    text = compose(note([alert]), roster, "vi", "").text
    assert "Điểm: la-9999 (không có trong sổ đăng ký)" in text


def test_the_subject_is_one_line(roster):
    subject = compose(note([replace(ALERT, title="a\nb")]), roster, "vi", "").subject
    assert "\n" not in subject


@pytest.mark.parametrize("reason", ["", LOST, UNKNOWN])
def test_late_data_is_told_as_past_and_its_end_is_no_loss_of_data(roster, reason):
    late = replace(ALERT, annotations=labels({"description": "Xảy ra lúc 3 giờ.", "late": "Nay mới biết."}))
    text = compose(note([late]), roster, "vi", "").text
    assert "Dữ liệu đến muộn: Nay mới biết.\n" in text
    assert (
        "Đã xảy ra trước đó, nay mới biết: Máy 07: báo lúc 22:01 ngày 02/03/2026. Xảy ra lúc 3 giờ.\n" in text
    )
    assert "Đang diễn ra" not in text
    end = compose(note([], [ended(late, reason)]), roster, "vi", "").text
    assert "Đã báo, không còn dữ liệu đến muộn: Máy 07: báo lúc 22:01" in end
    assert "chấm dứt" not in end


def test_a_policys_own_advice_stands_in_place_of_the_general_one(policies, context, roster):
    """Nobody is to be called about a site before the entry of the list was checked."""
    rules = {policy.id: compile_policy(policy, context) for policy in policies}
    assert "todo" not in rules["after-hours-game"].annotations
    told = replace(ALERT, annotations=labels(rules["prohibited-site"].annotations))
    text = compose(note([told]), roster, "vi", "").text
    assert "không kết luận qua điện thoại" in text
    assert "Gọi cho chủ điểm" not in text
    assert "Không cần làm ngay" in compose(note([], [ended(told)]), roster, "vi", "").text


def about(audience="inspector", severity="warning", description="Mô tả.", **query):
    named = labels({"policy": "p", "severity": severity, "audience": audience} | query)
    return replace(ALERT, title="Tên", labels=named, annotations=labels({"description": description}))


def test_a_venue_is_told_without_a_pc(roster):
    found = compose(note([about(venue="yb-0012", place="04252")]), roster, "vi", "http://x")
    assert found.subject == "[Cảnh báo] Tên – yb-0012 Quán yb-0012"
    assert "Đang diễn ra: Từ 22:01 ngày 02/03/2026. Mô tả.\n" in found.text
    assert "Máy" not in found.text.replace("số máy", "")
    lost = compose(note(resolved=[ended(about(venue="yb-0012"), LOST)]), roster, "vi", "")
    assert "không còn nhận được dữ liệu của máy nào ở điểm này" in lost.text


def test_a_place_is_told_by_its_code_and_leads_to_the_provinces_board(roster):
    found = compose(note([about(place="04252")]), roster, "vi", "http://x/")
    assert found.subject == "[Cảnh báo] Tên – Địa bàn 04252"
    assert "Địa bàn: mã 04252\n" in found.text
    assert "Đang diễn ra: Từ 22:01" in found.text
    assert "http://x/d/quannet-province?var-place=04252\n" in found.text
    both = compose(note([about(place="04252"), about(place="04273")]), roster, "en", "http://x")
    assert both.subject == "[Alert] Tên – 2 places"
    assert "- Place 04273: since 22:01 on 2026-03-02. Mô tả.\n" in both.text
    assert "?var-place=04252&var-place=04273\n" in both.text


def test_administrators_read_nothing_of_venues_and_follow_no_link_to_their_boards(roster):
    one, two = (about("administrator", worker=worker, venue="yb-0012") for worker in "12")
    found = compose(note([one, two]), roster, "vi", "http://x")
    assert found.subject == "[Cảnh báo] Tên"
    assert "- 1: từ 22:01 ngày 02/03/2026. Mô tả.\n- 2: từ" in found.text
    assert "Quy tắc giám sát hệ thống: Tên (p)\n" in found.text
    for words in ("yb-0012", "Điểm", "Bảng theo dõi", "chủ điểm"):
        assert words not in found.text
    alone = compose(note([about("administrator", folder="/srv")]), roster, "vi", "")
    assert alone.subject == "[Cảnh báo] Tên – /srv"
    over = compose(note(resolved=[ended(about("administrator"))]), roster, "vi", "")
    assert (over.subject, "Không cần làm gì thêm." in over.text) == ("[Đã kết thúc] Tên", True)


def test_what_only_informs_says_so(roster):
    found = compose(note([about(severity="info", venue="yb-0012", pc="07", reason="doh")]), roster, "vi", "")
    assert found.subject.startswith("[Thông tin]")
    assert "Máy 07 (doh): từ 22:01" in found.text
    assert "Chỉ để tham khảo, không phải vi phạm." in found.text
    assert "yêu cầu dừng" not in found.text


def test_several_venues_stand_each_under_its_name_and_address(roster):
    alerts = [about(venue=venue, pc=pc) for venue in ("yb-0031", "yb-0012", "la-9999") for pc in ("01", "02")]
    found = compose(note(alerts[:5], [ended(alerts[5])]), roster, "vi", "http://x")
    assert found.subject == "[Cảnh báo] Tên – 3 điểm"
    assert "Tổng số: 5 trường hợp đang diễn ra, 1 trường hợp đã kết thúc, 3 điểm\n" in found.text
    assert "Đang diễn ra tại yb-0012 – Quán yb-0012, 1 Đường Thử, Yên Bái:\n- Máy 01" in found.text
    assert "Đã kết thúc tại la-9999 (không có trong sổ đăng ký): Máy 02" in found.text
    assert "http://x/d/quannet-province\n" in found.text


def test_a_province_in_trouble_makes_no_endless_mail(roster):
    alerts = [about(venue=f"yb-{n:04}", pc="01") for n in range(5000)]
    found = compose(note(alerts, [ended(alert) for alert in alerts[:7]]), roster, "vi", "")
    assert "5000 trường hợp đang diễn ra, 7 trường hợp đã kết thúc, 5000 điểm" in found.text
    assert f"Đang diễn ra: và {5000 - MOST} trường hợp nữa" in found.text
    assert "Đã kết thúc: và 7 trường hợp nữa" in found.text
    assert found.text.count("Máy 01") == MOST
    assert len(found.text) < 20_000


@pytest.mark.parametrize("language", ["vi", "en"])
def test_an_address_in_a_line_can_be_followed_and_words_do_no_harm(roster, language):
    told = replace(
        ALERT,
        annotations=labels(
            {"runbook_url": "https://docs.example/?a=1&b=2", "description": "<script>x</script>"}
        ),
    )
    html = compose(note([told]), roster, language, "").html
    assert '<a href="https://docs.example/?a=1&amp;b=2">' in html
    assert "<script>" not in html
    assert f'<html lang="{language}">' in html
