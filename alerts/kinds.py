"""The shapes that policies have, each with an example to begin from: `quannet rules new` copies and changes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from alerts.draft import Draft

ALL = ("game", "agent", "isp", "hospitality")
_SUPERVISION = ("Không phải vi phạm; việc giám sát bị thiếu", "No violation; supervision is impaired")


@dataclass(frozen=True)
class Kind:
    name: str
    words: str  # for --help
    example: Draft


KINDS = (
    Kind(
        "hours",
        "play in closed hours: sets the hours of classes, and counts seconds outside them",
        Draft(
            id="after-hours-game-2018",
            title=(
                "Chơi trò chơi điện tử ngoài giờ tại điểm trò chơi (2018–2024)",
                "Games played in closed hours at a game point (2018–2024)",
            ),
            says=(
                "Trò chơi trên máy {pc} của điểm {venue} đã chạy ngoài giờ {value} giây trong {over} gần nhất, từ {lasting} trở lên.",
                "Games on PC {pc} of venue {venue} ran {value} s in closed hours within the last {over}, for {lasting} or more.",
            ),
            measurement="after_hours",
            field="play",
            by="pc",
            aggregate="sum",
            least=1,
            over="2m",
            lasting="5m",
            since=date(2018, 4, 15),
            until=date(2024, 12, 25),
            binds=("game",),
            hours="22:00-08:00",
            severity="warning",
            basis=(
                "Nghị định 72/2013/NĐ-CP, Điều 36 khoản 8; Nghị định 27/2018/NĐ-CP, Điều 1 khoản 41",
                "Decree 72/2013, Article 36(8); Decree 27/2018, Article 1(41)",
            ),
            confidence="partly",
            misses=(
                "máy tắt hoặc mất mạng; trò chơi không có trong danh mục",
                "a PC that is off or without network; games that are not in the catalogue",
            ),
        ),
    ),
    Kind(
        "sum",
        "so much of something within a time: accesses, seconds, messages",
        Draft(
            id="repeated-gambling",
            title=("Nhiều lần truy cập trang đánh bạc", "Gambling sites reached again and again"),
            says=(
                "Máy {pc} của điểm {venue} đã truy cập trang đánh bạc {value} lần trong {over} gần nhất.",
                "PC {pc} of venue {venue} reached gambling sites {value} times within the last {over}.",
            ),
            measurement="sites",
            field="accesses",
            by="pc",
            aggregate="sum",
            least=20,
            over="1h",
            lasting="0s",
            since=date(2024, 12, 25),
            binds=ALL,
            where=(("grade", "=", "violation"), ("category", "=", "gambling")),
            severity="warning",
            basis=(
                "Nghị định 147/2024/NĐ-CP (chủ điểm không để người sử dụng thực hiện hành vi bị cấm)",
                "Decree 147/2024 (owners do not let users commit prohibited acts)",
            ),
            confidence="partly",
            misses=("máy mà phần mềm không nhìn thấy", "a PC on which the agent cannot see"),
        ),
    ),
    Kind(
        "presence",
        "a PC or venue that is not observed (blind, cloned, silent, dark) for so many minutes",
        Draft(
            id="silent-for-a-day",
            title=("Máy mất tín hiệu suốt 24 giờ", "PC silent for a day"),
            says=(
                "Máy {pc} của điểm {venue} mất tín hiệu {value} phút trong {over} gần nhất.",
                "PC {pc} of venue {venue} was silent for {value} minutes within the last {over}.",
            ),
            measurement="unobserved",
            field="minutes",
            by="pc",
            aggregate="count",
            least=1200,
            over="24h",
            lasting="0s",
            since=date(2024, 12, 25),
            binds=ALL,
            where=(("state", "=", "silent"),),
            basis=_SUPERVISION,
            confidence="supervision",
            misses=("nguyên nhân của việc mất tín hiệu", "why it is silent"),
        ),
    ),
    Kind(
        "register",
        "what the registry says of a venue: its certificate, its issuer, its hours",
        Draft(
            id="certificate-long-expired",
            title=("Giấy chứng nhận hết hạn đã hơn 90 ngày", "Certificate expired more than 90 days ago"),
            says=(
                "Giấy chứng nhận của điểm {venue} theo sổ đăng ký đã hết hạn hơn 90 ngày.",
                "By the registry the certificate of venue {venue} expired more than 90 days ago.",
            ),
            measurement="register",
            field="certificate_days",
            by="venue",
            aggregate="count",
            least=1,
            over="25m",
            lasting="0s",
            since=date(2024, 12, 25),
            binds=("game",),
            where=(("certificate_days", "<", "-90"),),
            severity="warning",
            basis=("Nghị định 147/2024/NĐ-CP, Điều 62", "Decree 147/2024, Article 62"),
            confidence="partly",
            misses=("giấy gia hạn mà sổ chưa ghi", "an extension that the registry does not have yet"),
        ),
    ),
    Kind(
        "stack",
        "a number of the server's own processes that has grown too large",
        Draft(
            id="ingest-memory",
            title=(
                "Tiến trình của máy chủ dùng quá nhiều bộ nhớ",
                "A process of the server uses too much memory",
            ),
            says=(
                "Tiến trình {process} dùng {value} byte bộ nhớ, và như vậy từ {lasting} nay.",
                "The process {process} uses {value} bytes of memory, and has done so for {lasting}.",
            ),
            measurement="process",
            field="rss",
            by="server",
            each=("process",),
            aggregate="last",
            least=2_000_000_000,
            over="5m",
            lasting="10m",
            since=date(2024, 12, 25),
            severity="warning",
            audience="administrator",
            basis=_SUPERVISION,
            confidence="supervision",
            misses=("tiến trình đã dừng", "a process that has stopped"),
        ),
    ),
    Kind(
        "absence",
        "something of the server's that is written all the time and has ceased",
        Draft(
            id="relay-silent",
            title=("Không còn số liệu về thông báo", "Nothing is said of notices any more"),
            says=(
                "Không có số liệu về việc gửi thông báo trong {over} gần nhất: quannet watch có thể đã dừng.",
                "Nothing was written about notices within the last {over}: quannet watch may have stopped.",
            ),
            measurement="outbox",
            field="age",
            by="server",
            aggregate=None,
            least=1,
            over="5m",
            lasting="5m",
            since=date(2024, 12, 25),
            where=(("channel", "=", "email"),),
            severity="critical",
            audience="administrator",
            basis=_SUPERVISION,
            confidence="supervision",
            misses=("khi watch dừng thì không ai báo được", "where watch has stopped, nobody tells of it"),
        ),
    ),
)

BY_NAME = {kind.name: kind for kind in KINDS}
