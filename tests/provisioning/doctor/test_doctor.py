"""The doctor on a real deployment: content with one that works, and each fault is found by the check for it."""

import json
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

import cli
import provisioning.doctor
from collector.clock import FrozenClock, SystemClock
from collector.conventions import DEPLOY_ROSTER, DEPLOY_SETTINGS
from collector.databases import settle_all
from collector.deploy import Deploy
from collector.influx import Influx
from provisioning.blocklists.build import build
from provisioning.blocklists.source import Source
from provisioning.doctor import CHECKS, SETTINGS, ask, disk, examine
from provisioning.doctor.check import Finding, Here, Verdict
from provisioning.local.mail import MailCatcher
from provisioning.local.process import free_port
from provisioning.local.stack import Stack

ROOT = Path(__file__).parents[3]
BY_NAME = {check.name: check for check in CHECKS}


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    """Everything works: the databases are made, ingest and presence are at work, a list is built, mail is taken."""
    folder = tmp_path_factory.mktemp("doctor")
    (folder / "names").write_text("danh-bac.test\n")
    build([Source("names", folder / "names", "gambling")], folder / "list")
    with MailCatcher() as mails:
        mail = {"host": "127.0.0.1", "port": mails.port, "starttls": False, "sender": "a@x.example"}
        changes = {
            "mail": mail | {"recipients": ["b@x.example"]},
            "offer": {"file": str(folder / "list"), "url": "https://lists.x.example/list"},
        }
        with Stack(folder / "stack", changes) as made:
            settle_all(made.deploy)
            made.ingest()
            made.spawn("presence", "--every", "1")
            influx = Influx(made.deploy.influx)
            for measurement in ("ledger", "presence"):
                made.influxd.wait_until(
                    lambda m=measurement: bool(influx.query(f'SELECT * FROM "{m}" LIMIT 1'))
                )
            influx.close()
            yield made


@pytest.fixture
def here(stack, influx):
    """The working deployment, but with a database of the test's own."""
    return Here(stack.deploy, stack.folder, influx, SystemClock())


def now() -> int:
    return int(SystemClock().wall().timestamp())


def found(name: str, here: Here) -> list[tuple[Verdict, str]]:
    return [(finding.verdict, finding.summary) for finding in ask(BY_NAME[name], here)]


def entry(worker: str, ago: int, **counts: int) -> str:
    names = ("received", "stored", "dead", "in_flight", "shed", "lines_stored", "lines_dead", "write_errors")
    whole = dict.fromkeys(names, 0) | {"connected": 1} | counts
    return f"ledger,worker={worker} " + ",".join(f"{k}={v}i" for k, v in whole.items()) + f" {now() - ago}"


def test_a_deployment_that_works_is_called_well(stack):
    verdicts = {f.check.name: f.verdict for f in examine(stack.deploy, stack.folder, SystemClock())}
    del verdicts["clock"]  # whether something sets this machine's clock is not ours
    assert set(verdicts.values()) == {Verdict.OK}
    assert list(verdicts) == ["settings", *(check.name for check in CHECKS if check.name != "clock")]


def test_the_command_says_it_in_lines_and_as_json(stack):
    words = ["doctor", "--deploy", str(stack.deploy.folder), "--state", str(stack.folder)]
    text = CliRunner().invoke(cli.main, words)
    assert "ok       QN-D008  books\n" in text.stdout
    report = json.loads(CliRunner().invoke(cli.main, [*words, "--json"]).stdout)
    assert [row["id"] for row in report["checks"]] == [f"QN-D{n:03}" for n in range(1, len(CHECKS) + 2)]


def test_without_settings_it_says_so_and_exits_1(tmp_path):
    result = CliRunner().invoke(cli.main, ["doctor", "--deploy", str(tmp_path)])
    assert result.exit_code == 1
    assert result.stdout.startswith("error    QN-D001  settings: ")
    assert SETTINGS.hint in result.stdout


def test_what_cannot_be_asked_is_unknown_and_exits_3(stack, tmp_path):
    """Nothing is wrong that could be seen, but the broker is away."""
    settings = (stack.deploy.folder / DEPLOY_SETTINGS).read_text("utf-8")
    (tmp_path / DEPLOY_SETTINGS).write_text(
        settings.replace(f"port = {stack.mosquitto.port}", f"port = {free_port()}"), "utf-8"
    )
    (tmp_path / DEPLOY_ROSTER).write_bytes((stack.deploy.folder / DEPLOY_ROSTER).read_bytes())
    words = ["doctor", "--deploy", str(tmp_path), "--state", str(stack.folder), "--json"]
    result = CliRunner().invoke(cli.main, words)
    verdicts = {row["name"]: row["verdict"] for row in json.loads(result.stdout)["checks"]}
    assert (verdicts["broker"], verdicts["certificate"]) == ("unknown", "unknown")
    assert result.exit_code == (3 if verdicts["clock"] == "ok" else 1)


def test_secrets_that_are_missing_or_open_to_others_are_found(here, tmp_path):
    password = tmp_path / "password"
    deploy = replace(here.deploy, broker=replace(here.deploy.broker, password_file=password))
    assert found("secrets", replace(here, deploy=deploy)) == [
        (Verdict.ERROR, f"{password} does not exist"),
    ]
    password.touch(0o644)
    password.chmod(0o644)
    assert found("secrets", replace(here, deploy=deploy)) == [
        (Verdict.WARNING, f"{password} is open to others: mode 0644")
    ]


def test_a_roster_that_is_damaged_or_empty_is_found(here, tmp_path):
    deploy = replace(here.deploy, folder=tmp_path)
    (tmp_path / DEPLOY_ROSTER).write_text("{half")
    ((verdict, summary),) = found("roster", replace(here, deploy=deploy))
    assert (verdict, summary.startswith("it cannot be read")) == (Verdict.ERROR, True)
    (tmp_path / DEPLOY_ROSTER).write_text('{"format": 2, "site": "x", "venues": []}')
    ((verdict, _),) = found("roster", replace(here, deploy=deploy))
    assert verdict is Verdict.WARNING


def other_broker(here: Here, **changes) -> Here:
    return replace(here, deploy=replace(here.deploy, broker=replace(here.deploy.broker, **changes)))


def test_a_broker_that_refuses_us_is_found(here, tmp_path):
    (tmp_path / "password").write_text("wrong")
    ((verdict, summary),) = found("broker", other_broker(here, password_file=tmp_path / "password"))
    assert (verdict, summary) == (Verdict.ERROR, "it refuses us: Not authorized")


def test_an_account_that_may_not_speak_for_the_site_is_found(here, stack):
    """A venue's own account is let in, and may send no acknowledgement."""
    password = stack.credentials.password_files["yb-0012"]
    asked = found("broker", other_broker(here, user="yb-0012", password_file=password))
    assert asked == [(Verdict.ERROR, "it refuses an acknowledgement of ours: Not authorized")]


def test_a_broker_of_another_authority_is_found(here, stack, tmp_path):
    from provisioning.authority import ensure_certificate
    from provisioning.settings import CA_FILE

    ensure_certificate(tmp_path, ["localhost"], SystemClock().wall())
    stranger = other_broker(here, ca_file=tmp_path / CA_FILE)
    assert [verdict for verdict, _ in found("broker", stranger)] == [Verdict.ERROR]
    assert [verdict for verdict, _ in found("certificate", stranger)] == [Verdict.ERROR]


def test_a_certificate_that_ends_soon_is_found(here):
    later = FrozenClock(SystemClock().wall() + timedelta(days=365 * 30))
    ((verdict, summary),) = found("certificate", replace(here, clock=later))
    assert (verdict, summary.startswith("it ends in -")) == (Verdict.WARNING, True)


def test_a_database_that_nobody_made_or_that_keeps_otherwise_is_found(here):
    deploy = replace(here.deploy, keep=replace(here.deploy.keep, database="nobody-made-it", raw_days=91))
    assert found("databases", replace(here, deploy=deploy)) == [
        (Verdict.WARNING, "quannet does not keep its points as the site says"),
        (Verdict.ERROR, "there is no database nobody-made-it"),
    ]


def test_ingest_that_writes_no_books_is_found(here):
    assert found("ledger", here)[0][0] is Verdict.ERROR
    here.influx.write([entry("1", 300)])
    ((verdict, summary),) = found("ledger", here)
    assert (verdict, summary.startswith("the last entry in the books is 30")) == (Verdict.ERROR, True)


def test_one_worker_that_is_silent_or_without_the_broker_is_found(here):
    here.influx.write([entry("1", 1), entry("2", 300), *(entry("3", ago, connected=0) for ago in (11, 1))])
    (silent, lost) = found("ledger", here)
    assert silent[0] is lost[0] is Verdict.WARNING
    assert silent[1].startswith("worker 2 is silent for 30")
    assert lost[1] == "worker 3 is not at the broker"


def test_books_that_balance_through_a_restart_are_well(here):
    here.influx.write(
        [
            entry("1", 30, received=9, stored=5, dead=2, in_flight=1, shed=1),
            entry("1", 20, received=12, stored=8, dead=2, in_flight=1, shed=1),
            entry("1", 10, received=3, stored=3),  # it began anew
        ]
    )
    assert found("books", here) == [(Verdict.OK, "")]


def test_a_message_that_stands_nowhere_in_the_books_is_found(here):
    here.influx.write(
        [entry("1", 20, received=5, stored=5), entry("1", 10, received=9, stored=7, in_flight=1)]
    )
    ((verdict, summary),) = found("books", here)
    assert verdict is Verdict.ERROR
    assert summary.endswith("received 9, stored 7, dead 0, in_flight 1, shed 0")


def test_a_count_that_falls_while_the_process_lives_is_found(here):
    here.influx.write(
        [entry("1", 20, received=9, stored=6, dead=3), entry("1", 10, received=9, stored=7, dead=2)]
    )
    ((verdict, summary),) = found("books", here)
    assert (verdict, summary.endswith("dead fell, though it did not start anew")) == (Verdict.ERROR, True)


def test_two_processes_of_one_name_are_found(here):
    here.influx.write([entry("1", 10 * n, received=n % 2, stored=n % 2) for n in range(12)])
    ((verdict, summary),) = found("books", here)
    assert (verdict, "or two bear its name" in summary) == (Verdict.WARNING, True)


def test_what_is_turned_away_or_not_taken_lately_is_found(here):
    here.influx.write(
        [
            entry("1", 1200, received=50, shed=50),  # long ago
            entry("1", 900, received=90, shed=90),
            entry("1", 30, received=97, stored=0, shed=97, write_errors=2),
        ]
    )
    assert found("load", here) == [
        (Verdict.WARNING, "worker 1: 7 messages turned away in the last ten minutes"),
        (Verdict.WARNING, "worker 1: 2 failed writes in the last ten minutes"),
    ]


def test_what_was_refused_since_yesterday_is_counted_through_restarts(here):
    hour = 3600
    counts = [(30 * hour, 100), (20 * hour, 104), (10 * hour, 3), (1 * hour, 5)]
    here.influx.write([f"refused,worker=1,reason=type count={n}i {now() - ago}" for ago, n in counts])
    here.influx.write([f"refused,worker=2,reason=future count=1i {now() - hour}"])
    here.influx.write([f"refused,worker=2,reason=pc count=900i {now() - hour}"])  # another check's
    assert found("refusals", here) == [(Verdict.WARNING, "refused since yesterday: 1 future, 9 type")]


def test_pcs_that_stand_in_no_registry_are_told_by_their_venues(here):
    tags = "pc=99,venue=yb-0012,place=04273,class=game"
    here.influx.write([f"unregistered,{tags} messages=2i {now() - 60}"])
    assert found("strangers", here) == [(Verdict.WARNING, "since yesterday at yb-0012")]


def test_presence_that_is_silent_is_found(here):
    assert found("presence", here) == [(Verdict.ERROR, "it has written nothing within the last ten minutes")]
    here.influx.write([f"presence,venue=yb-0012,pc=01 observed=1i {now() - 400}"])
    ((verdict, summary),) = found("presence", here)
    assert (verdict, summary.startswith("its last verdict is 40")) == (Verdict.ERROR, True)


@pytest.mark.parametrize(("free", "verdicts"), [(50, []), (9, [Verdict.WARNING]), (2, [Verdict.ERROR])])
def test_a_disk_that_fills_up_is_found(free, verdicts):
    assert [said.verdict for said in disk.judge(Path("/x"), 100, free)] == verdicts


def test_a_list_that_is_old_damaged_or_gone_is_found(here, tmp_path):
    offered = here.deploy.blocklist
    copy = tmp_path / "list"
    deploy: Deploy = replace(here.deploy, blocklist=replace(offered, file=copy))
    other = replace(here, deploy=deploy)
    assert [verdict for verdict, _ in found("offer", other)] == [Verdict.ERROR]
    copy.write_bytes(b"garbage")
    assert [verdict for verdict, _ in found("offer", other)] == [Verdict.ERROR]
    copy.write_bytes(offered.file.read_bytes())
    os.utime(copy, (now() - 5 * 86_400,) * 2)
    assert found("offer", other) == [(Verdict.WARNING, "it was last built 5 days ago")]


def test_a_source_that_was_refused_is_found(here):
    here.influx.write(
        [
            f"blocklist,source=a refused=1i {now() - 7200}",
            f"blocklist,source=a refused=0i {now() - 3600}",
            f"blocklist,source=b refused=1i {now() - 3600}",
        ]
    )
    assert found("sources", here) == [(Verdict.WARNING, "refused, an older copy is in force: b")]


def test_a_mail_server_that_does_not_answer_or_offers_no_starttls_is_found(here):
    deploy = replace(here.deploy, mail=replace(here.deploy.mail, port=free_port()))
    ((verdict, summary),) = found("mail", replace(here, deploy=deploy))
    assert (verdict, "cannot be reached" in summary) == (Verdict.WARNING, True)
    deploy = replace(here.deploy, mail=replace(here.deploy.mail, starttls=True))
    ((verdict, summary),) = found("mail", replace(here, deploy=deploy))
    assert (verdict, "offers no STARTTLS" in summary) == (Verdict.WARNING, True)


def test_a_database_that_is_away_leaves_its_questions_open(here):
    away = Influx(replace(here.deploy.influx, url=f"http://127.0.0.1:{free_port()}"))
    for name in ("ledger", "books", "load", "refusals", "strangers", "presence", "sources"):
        assert [verdict for verdict, _ in found(name, replace(here, influx=away))] == [Verdict.UNKNOWN]
    away.close()


def test_every_module_of_the_folder_is_a_check_and_no_other():
    files = {path.stem for path in Path(provisioning.doctor.__file__).parent.glob("[!_]*.py")}
    listed = {check.look.__module__.rpartition(".")[2] for check in CHECKS}
    assert files - listed == {"check", "entries"}
    assert [check.id for check in (SETTINGS, *CHECKS)] == [f"QN-D{n:03}" for n in range(1, len(CHECKS) + 2)]


def test_the_manual_lists_each_question_and_its_way_out():
    page = (ROOT / "docs" / "operate.md").read_text("utf-8")
    rows = [f"| `{c.id}` {c.name} | {c.asks} | {c.hint} |" for c in (SETTINGS, *CHECKS)]
    assert "\n".join(rows) in page, "\n".join(rows)


def test_a_finding_of_nothing_has_no_words():
    assert Finding(SETTINGS, Verdict.OK).summary == ""
