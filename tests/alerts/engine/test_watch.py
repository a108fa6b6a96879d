"""The whole way on real parts: generated rules, a real database, real mail; only the clock is held."""

import logging
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from alerts.compile import compile_policy
from alerts.engine import watch as module
from alerts.engine.watch import Watch
from alerts.grafana import render
from alerts.notify import mailer
from collector.clock import LOCAL, FrozenClock, SystemClock
from collector.conventions import DEPLOY_ALERTING, DEPLOY_ROSTER
from collector.deploy import Broker, Deploy, Mail
from collector.influx import Influx, Unavailable
from collector.roster import dumps
from provisioning.local.influxd import Influxd

# Enough to see every way; what the whole set of rules does is the scenarios' to tell.
RULES = {"after-hours-game", "late-after-hours-game", "late-prohibited-site"}


def at(clock):
    return datetime.fromisoformat(f"2026-03-02T{clock}+07:00")


def generate(policies, context, rules=RULES):
    return render([compile_policy(policy, context) for policy in policies if policy.id in rules], context)


@pytest.fixture(scope="module")
def files(policies, context):
    return generate(policies, context)


class World:
    """A deployment with a database, a mail server and a clock, and `watch` in it."""

    def __init__(self, folder, access, files, roster, mailbox):
        self.folder, self.mailbox = folder, mailbox
        nowhere = Broker("127.0.0.1", 1, Path("none"), "x", Path("none"))
        sender = Mail(
            "127.0.0.1", mailbox.port, "quannet@laocai.example", ("a@laocai.example",), False, None, None
        )
        self.deploy = Deploy(folder, "Lào Cai", "vi", "http://127.0.0.1:8700", access, nowhere, sender)
        (folder / DEPLOY_ROSTER).write_text(dumps(roster), "utf-8")
        self.generate(files)
        self.clock = FrozenClock(at("21:59:50"))
        self.influx = Influx(access)
        self.events = []
        self.start()

    def generate(self, files):
        target = self.folder / DEPLOY_ALERTING
        target.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (target / name).write_text(text, "utf-8")

    def start(self, influx=None, **options):
        senders = mailer(self.deploy, self.clock)
        options.setdefault("state", self.folder / "state")
        self.watch = Watch(
            self.deploy, influx or self.influx, self.clock, senders, self.events.append, **options
        )

    def until(self, clock):
        """Every tick up to a local time."""
        while self.clock.wall() < at(clock):
            self.clock.advance(10)
            self.watch.tick()

    def play(self, venue="yb-0012", pc="07", first="22:00:00", bad=12, good=20, klass="game"):
        """So many minutes with play after hours, then so many without; then it is gone."""
        start = int(at(first).timestamp())
        tags = f"class={klass},pc={pc},place=04252,venue={venue}"
        lines = [f"after_hours,{tags} play=60i {start + 60 * i}" for i in range(bad)]
        for i in range(bad + good + 60):
            gone = i - (bad + good)
            state = "online=1i,seen=20i" if gone < 2 else f"online=0i,seen={60 * gone}i"
            lines.append(f"presence,{tags} {state} {start + 60 * i}")
        self.influx.write(lines)

    @property
    def subjects(self):
        return [mail["Subject"] for mail in self.mailbox.mails]

    @property
    def seen(self):
        return [
            (f"{e.at.astimezone(LOCAL):%H:%M:%S}", "ended" if e.alert.ended else "began") for e in self.events
        ]


@pytest.fixture
def world(tmp_path, influx, files, roster, start_mailbox):
    found = World(tmp_path, influx._access, files, roster, start_mailbox())
    yield found
    found.influx.close()


def test_a_violation_is_mailed_written_and_its_end_is_mailed(world):
    world.play()
    world.play(pc="08", bad=0, good=30)
    world.until("22:05:50")
    assert world.events == []
    world.until("22:06:20")
    assert world.seen == [("22:06:00", "began")]  # the sixth true evaluation
    assert world.subjects == []
    world.until("22:06:30")  # the group's wait is over
    assert len(world.subjects) == 1
    assert world.subjects[0].startswith("[Cảnh báo] Chơi trò chơi điện tử ngoài giờ cho phép")
    assert world.subjects[0].endswith("yb-0012 Quán yb-0012")
    body = world.mailbox.bodies[0]
    for words in (
        "1 Đường Thử, Yên Bái",
        "Máy 07: từ 22:01 ngày 02/03/2026.",
        "120 giây trong 2 phút gần nhất",
        "Nghị định 147/2024/NĐ-CP",
        "/d/quannet-venue?var-venue=yb-0012",
        "https://docs.example/quannet/policies/after-hours-game.md",
    ):
        assert words in body
    world.until("22:20:00")
    assert world.seen[1:] == [("22:14:00", "ended")]
    assert [s.split("]")[0] for s in world.subjects] == ["[Cảnh báo", "[Đã kết thúc"]
    assert "Máy 07: từ 22:01 ngày 02/03/2026 đến 22:14 ngày 02/03/2026\n" in world.mailbox.bodies[1]
    (series,) = world.influx.query(
        'SELECT * FROM "violation" GROUP BY "venue", "pc", "place", "class", "policy"'
    )
    assert series.tags == {
        "venue": "yb-0012",
        "pc": "07",
        "place": "04252",
        "class": "game",
        "policy": "after-hours-game",
    }
    minutes = range(6, 15)
    assert series.column("time") == [int(at(f"22:{m:02}:00").timestamp()) * 1000 for m in minutes]
    assert series.column("since") == [60 * (m - 6) for m in minutes]
    assert series.column("firing") == [1] * 8 + [0]
    assert series.column("value") == [120] * 7 + [60, 60]
    assert set(series.column("severity")) == {"warning"}


def test_pcs_of_a_venue_share_a_mail_and_venues_do_not(world):
    world.play()
    world.play(pc="08")
    world.play(venue="yb-0015", pc="01")
    world.play(venue="yb-0100", pc="01", klass="hospitality")  # bound by no rule
    world.until("22:07:00")
    assert len(world.subjects) == 2
    one, two = sorted(world.mailbox.bodies)
    assert "- Máy 07" in one
    assert "- Máy 08" in one
    assert "yb-0015 (không có trong sổ đăng ký)" in two


def test_a_mail_server_that_is_down_gets_every_notice_when_it_is_back(world, start_mailbox, caplog):
    caplog.set_level(logging.INFO, "alerts")
    world.mailbox.stop()
    world.play(bad=8)
    world.until("22:20:00")  # began and ended meanwhile
    assert world.seen == [("22:06:00", "began"), ("22:10:00", "ended")]
    assert caplog.text.count("cannot be sent") == 1
    world.mailbox = start_mailbox(port=world.mailbox.port)
    world.until("22:25:00")
    assert [s.split("]")[0] for s in world.subjects] == ["[Cảnh báo", "[Đã kết thúc"]
    assert caplog.text.count("are sent again") == 1
    world.until("22:40:00")
    assert len(world.subjects) == 2


def test_a_notice_that_waits_survives_a_restart(world, start_mailbox):
    world.mailbox.stop()
    world.play()
    world.until("22:07:00")
    world.mailbox = start_mailbox(port=world.mailbox.port)
    world.start()
    world.until("22:07:30")
    assert len(world.subjects) == 1


def test_a_restart_repeats_nothing_and_goes_on_counting(world):
    world.play()
    world.until("22:03:00")
    world.start()
    world.until("22:06:30")
    assert world.seen == [("22:06:00", "began")]
    assert len(world.subjects) == 1
    world.start()
    world.until("22:20:00")
    assert world.seen[1:] == [("22:14:00", "ended")]
    assert len(world.subjects) == 2


def arrives(world, at_second, field="after_hours", each=30, count=20, first="22:15:30", pc="07"):
    """As ingest tells a backlog: a point a message, stamped with the arrival."""
    tags = f"class=game,pc={pc},place=04252,venue=yb-0012"
    arrival = int(at(at_second).timestamp()) * 1000
    happened = int(at(first).timestamp()) - 86_400
    world.influx.write(
        [
            f'late,{tags} {field}={each}i,happened={happened + 30 * i}i,n={i}i,stream="ab" {arrival + i}'
            for i in range(count)
        ],
        precision="ms",
    )


def test_a_late_violation_is_mailed_once_as_late_with_the_time_at_which_it_happened(world):
    arrives(world, "22:01:05")
    world.until("22:34:00")
    assert world.seen == [("22:02:00", "began"), ("22:32:00", "ended")]
    assert [s.split("]")[0] for s in world.subjects] == ["[Cảnh báo", "[Đã kết thúc"]
    assert world.subjects[0].startswith("[Cảnh báo] Dữ liệu đến muộn – chơi trò chơi điện tử ngoài giờ")
    body = world.mailbox.bodies[0]
    for words in (
        "Đã xảy ra trước đó, nay mới biết: Máy 07: báo lúc 22:02 ngày 02/03/2026.",
        "cộng lại 600 giây theo dữ liệu đến trong 30 phút gần nhất",
        "xảy ra từ 22:15 ngày 01/03/2026 đến 22:25 ngày 01/03/2026 (giờ Việt Nam)",
        "Lúc việc này xảy ra, máy hoặc điểm không gửi được dữ liệu",
        "không gọi để yêu cầu dừng",
        "/policies/late-after-hours-game.md",
    ):
        assert words in body
    assert "Đang diễn ra" not in body
    end = world.mailbox.bodies[1]
    assert "không còn dữ liệu đến muộn" in end
    assert "chấm dứt" not in end
    assert "xảy ra từ 22:15" in end
    (series,) = world.influx.query('SELECT * FROM "violation" GROUP BY "venue", "pc", "policy"')
    assert series.tags == {"venue": "yb-0012", "pc": "07", "policy": "late-after-hours-game"}
    assert series.column("value")[0] == 600


def test_a_backlog_that_goes_on_arriving_stays_one_notice_with_its_widening_span(world):
    arrives(world, "22:01:05")
    arrives(world, "22:20:05", first="23:40:30", pc="07")
    arrives(world, "22:20:05", field="accesses", each=1, count=2, pc="08")
    world.until("22:31:00")
    assert [(clock, kind) for clock, kind in world.seen] == [("22:02:00", "began"), ("22:21:00", "began")]
    first, second = world.mailbox.bodies
    assert "đến 22:25 ngày 01/03/2026" in first
    assert "đã truy cập trang trong danh sách cấm của cơ quan quản lý 2 lần" in second
    world.until("22:55:00")
    assert world.seen[2:] == [("22:51:00", "ended"), ("22:51:00", "ended")]
    assert all("không còn dữ liệu đến muộn" in body for body in world.mailbox.bodies[2:])


def test_play_that_comes_in_time_is_no_late_violation(world):
    world.play()
    world.until("22:20:00")
    assert {event.policy for event in world.events} == {"after-hours-game"}


def test_an_end_says_whether_the_pc_is_still_observed(world):
    world.play(bad=8)
    world.play(pc="08", bad=8, good=0)
    world.until("22:30:00")
    assert [(e.alert.label("pc"), e.alert.reason) for e in world.events if e.alert.ended] == [
        ("07", ""),
        ("08", "lost"),
    ]
    body = world.mailbox.bodies[1]
    assert "Đã kết thúc: Máy 07: từ 22:01 ngày 02/03/2026 đến 22:10 ngày 02/03/2026\n" in body
    assert "chưa chắc đã chấm dứt: Máy 08" in body


@pytest.fixture
def own_database(tmp_path, files, roster, start_mailbox):
    """A world whose database may be killed."""
    with Influxd(tmp_path / "influxd") as server:
        (tmp_path / "deploy").mkdir()
        found = World(tmp_path / "deploy", server.access, files, roster, start_mailbox())
        yield found, server
        found.influx.close()


def said(caplog, words: str) -> int:
    """How often that was said of one rule."""
    ours = [r for r in caplog.records if getattr(r, "rule", "") == "policy-after-hours-game"]
    return sum(words in record.message for record in ours)


def test_a_database_that_is_down_is_said_once_and_a_short_outage_ends_nothing(own_database, caplog):
    world, server = own_database
    caplog.set_level(logging.INFO, "alerts")
    world.play(bad=20)
    world.until("22:08:00")
    server.kill()
    world.until("22:09:50")  # one evaluation
    server.restart()
    server.ready()
    world.until("22:12:00")
    assert world.seen == [("22:06:00", "began")]
    assert len(world.subjects) == 1
    assert said(caplog, "cannot be evaluated") == 1
    assert said(caplog, "is evaluated again") == 1
    (series,) = world.influx.query('SELECT "firing" FROM "violation"')
    assert len(series.rows) == 7  # 22:06 to 22:12: what could not be written then was written later


def test_a_long_outage_of_the_database_neither_ends_nor_begins_a_violation(own_database, caplog):
    world, server = own_database
    world.play(bad=40)
    world.until("22:08:00")
    server.kill()
    world.until("22:20:50")
    assert world.seen == [("22:06:00", "began")]
    assert said(caplog, "cannot be evaluated") == 1
    server.restart()
    server.ready()
    world.until("22:27:00")
    assert world.seen == [("22:06:00", "began")]
    assert len(world.subjects) == 1
    (series,) = world.influx.query('SELECT "firing" FROM "violation"')
    assert (
        series.column("firing") == [1] * 22
    )  # 22:06 to 22:27: what could not be written then was written later


class Deaf(Influx):
    """Answers rules, and nobody who asks for presence."""

    def query(self, text, **more):
        if 'FROM "presence"' in text:
            raise Unavailable("timed out")
        return super().query(text, **more)


def test_where_presence_cannot_be_asked_nobody_knows_whether_it_ended(world):
    deaf = Deaf(world.influx._access)
    world.start(influx=deaf)
    world.play(bad=8)
    world.until("22:14:00")
    deaf.close()
    assert [e.alert.reason for e in world.events] == ["", "unknown"]


def changed_rules(policies, context):
    longer = replace(context, for_override={"after-hours-game": "10m"})
    return generate(policies, longer)


def test_a_rule_that_is_changed_begins_anew_as_in_grafana(world, policies, context):
    world.play(bad=30)
    world.until("22:08:00")
    world.generate(changed_rules(policies, context))
    world.until("22:20:00")
    assert world.seen == [("22:06:00", "began"), ("22:08:10", "ended"), ("22:19:00", "began")]
    assert "quy tắc vừa được thay đổi" in world.mailbox.bodies[1]


def test_the_same_rules_written_again_change_nothing(world, files):
    world.play(bad=30)
    world.until("22:08:00")
    world.generate({name: text + "# a comment\n" for name, text in files.items()})
    world.until("22:20:00")
    assert world.seen == [("22:06:00", "began")]


def test_rules_that_grafana_would_refuse_leave_the_good_ones(world, files, caplog):
    world.play(bad=30)
    world.until("22:03:00")
    world.generate({"rules.yaml": files["rules.yaml"].replace("interval: 1m", "interval: 15s")})
    world.until("22:08:00")
    assert world.seen == [("22:06:00", "began")]
    assert caplog.text.count("no multiple of 10 seconds") == 1


def test_a_rule_that_is_gone_ends_its_violations(world, files):
    world.play(bad=30)
    world.until("22:08:00")
    world.generate({"rules.yaml": "groups: []\n"})
    world.until("22:12:00")
    assert world.seen == [("22:06:00", "began"), ("22:08:10", "ended")]


def test_a_group_is_evaluated_at_its_phase(world):
    world.start(phase=timedelta(seconds=20))
    world.play()
    world.until("22:07:00")
    assert world.seen == [("22:05:20", "began")]


def test_a_late_tick_still_evaluates_at_the_moment_that_was_due(world):
    world.play()
    world.until("22:05:50")
    world.clock.advance(25)  # 22:06:15: a slow mail server held up the tick of 22:06
    world.watch.tick()
    assert world.seen == [("22:06:00", "began")]


def test_a_clock_that_is_set_back_does_not_silence_the_watch(world):
    world.play()
    world.until("22:01:00")
    world.clock.set_wall(at("22:30:00"))
    world.watch.tick()
    world.clock.set_wall(at("22:01:50"))
    world.until("22:08:00")
    assert [kind for _, kind in world.seen] == ["began"]


def test_it_runs_until_it_is_stopped_and_leaves_its_memory(world):
    stop = threading.Event()
    stop.set()
    module.run(world.deploy, world.folder / "state", SystemClock(), stop)
    running = threading.Event()
    worker = threading.Thread(
        target=Watch(world.deploy, world.influx, SystemClock(), mailer(world.deploy, world.clock)).run,
        args=(running,),
    )
    worker.start()
    running.set()
    worker.join(5)
    assert not worker.is_alive()


def test_administrators_and_inspectors_hear_what_is_theirs(world, policies, context):
    both = replace(context, administrators=("quan-tri@laocai.example",))
    world.generate(generate(policies, both, {"after-hours-game", "disk-full"}))
    world.play()
    start = int(at("21:59:00").timestamp())
    world.influx.write([f"disk,folder=/var/lib/influxdb used=97 {start + 60 * i}" for i in range(30)])
    world.until("22:10:00")
    assert sorted(mail["To"] for mail in world.mailbox.mails) == [
        "quan-tri@laocai.example",
        "thanh-tra@laocai.example, so-vh@laocai.example",
    ]
    (series,) = world.influx.query('SELECT * FROM "violation" WHERE "policy" = \'disk-full\' GROUP BY *')
    assert {name: value for name, value in series.tags.items() if value} == {
        "policy": "disk-full",
        "severity": "critical",
        "what": "folder:/var/lib/influxdb",
    }


def test_what_only_informs_waits_for_office_hours(world, policies, context):
    world.generate(generate(policies, context, {"site-hint"}))
    start = int(at("22:00:00").timestamp())
    tags = "category=gambling,class=game,grade=hint,pc=07,place=04252,slot=0,venue=yb-0012"
    world.influx.write([f"sites,{tags} lookups=5i {start + 60 * i}" for i in range(11 * 60)])
    world.until("23:50:00")
    assert [kind for _, kind in world.seen] == ["began"]
    assert world.subjects == []
    world.clock.set_wall(at("22:00:00") + timedelta(hours=9))  # 07:00 on Tuesday
    while world.clock.wall() < at("22:00:00") + timedelta(hours=10, minutes=40):
        world.clock.advance(60)
        world.watch.tick()
    assert len(world.subjects) == 1


def test_how_many_notices_wait_is_written_each_minute(world):
    world.mailbox.stop()
    world.play()
    world.until("22:10:00")
    (series,) = world.influx.query('SELECT * FROM "outbox" GROUP BY "channel"')
    assert series.tags == {"channel": "email"}
    assert series.column("waiting")[-1] == 1
    assert series.column("age")[-3:] == [90, 150, 210]
    assert len(series.rows) == 11


def test_a_folder_without_rules_is_said(world, tmp_path, caplog):
    deploy = replace(world.deploy, folder=tmp_path / "empty")
    Watch(deploy, world.influx, world.clock, mailer(world.deploy, world.clock)).tick()
    assert "there are no alert rules" in caplog.text


def test_without_a_folder_of_its_own_it_watches_all_the_same(world):
    world.start(state=None)
    world.play()
    world.until("22:07:00")
    assert len(world.subjects) == 1
    assert not (world.folder / "state").exists()
