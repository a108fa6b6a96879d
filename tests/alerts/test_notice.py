"""A notice tells an inspector where, which PC, since when, by which law, and what to do."""

from dataclasses import replace
from datetime import datetime

import pytest

from alerts.compile import compile_policy
from alerts.engine.dispatch import Alert, Notification
from alerts.engine.frames import labels
from alerts.engine.proof import LOST, UNKNOWN
from alerts.notice import compose
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
        "Căn cứ pháp lý: Nghị định 147/2024\n\n"
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
    [(LOST, "KHÔNG có nghĩa là đã chấm dứt vi phạm"), (UNKNOWN, "chưa xác định được đã chấm dứt hay chưa")],
)
def test_what_proves_no_end_is_not_told_as_one(roster, reason, words):
    found = compose(note(resolved=[ended(ALERT, reason)]), roster, "vi", "")
    assert words in found.text


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
