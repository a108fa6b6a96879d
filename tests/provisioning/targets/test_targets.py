"""Every target is listed, and what it writes is what its program takes."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

import cli
import provisioning.targets
from collector import deploy
from collector.conventions import DATASOURCE_UID
from collector.influx import Access, Influx
from provisioning.local.process import Child, free_port, listens
from provisioning.render import as_toml
from provisioning.targets import TARGETS, grafana, influxdb, mosquitto, server, systemd

SECRET = ("site.yaml", 'influx: {url: "http://127.0.0.1:8086"}')


def test_every_module_of_the_folder_is_a_target_and_no_other():
    files = {path.stem for path in Path(provisioning.targets.__file__).parent.glob("[!_]*.py")}
    assert {render.__module__.rpartition(".")[2] for render in TARGETS} == files


def test_grafanas_data_source_is_the_one_that_rules_and_boards_name(good_site):
    texts = grafana.render(good_site())
    (source,) = yaml.safe_load(texts["grafana/provisioning/datasources/quannet.yaml"])["datasources"]
    assert (source["uid"], source["access"], source["type"]) == (DATASOURCE_UID, "proxy", "influxdb")
    assert source["jsonData"]["dbName"] == "quannet"
    assert "secureJsonData" not in source
    named = set(re.findall(r'"uid": "([^"]*influx[^"]*)"', "".join(texts.values())))
    named |= set(re.findall(r"datasourceUid: (.*influx.*)", "".join(texts.values())))
    assert named == {DATASOURCE_UID}


@pytest.mark.parametrize(
    ("influx", "header"),
    [
        ("api: v2, secret_file: /etc/t", "Token $__file{/etc/t}"),
        ("secret_file: /etc/t}\ngrafana: {authorization_file: /etc/g", "$__file{/etc/g}"),
    ],
)
def test_grafana_is_told_where_its_secret_lies_and_not_what_it_is(good_site, influx, header):
    texts = grafana.render(good_site((*SECRET, f'influx: {{url: "http://127.0.0.1:8086", {influx}}}')))
    (source,) = yaml.safe_load(texts["grafana/provisioning/datasources/quannet.yaml"])["datasources"]
    assert source["jsonData"]["httpHeaderName1"] == "Authorization"
    assert source["secureJsonData"] == {"httpHeaderValue1": header}


def test_a_dollar_in_a_name_reaches_grafana_doubled(good_site):
    texts = grafana.render(good_site((*SECRET, "influx: {url: 'http://127.0.0.1:8086', database: a$b}")))
    (source,) = yaml.safe_load(texts["grafana/provisioning/datasources/quannet.yaml"])["datasources"]
    assert source["jsonData"]["dbName"] == "a$$b"


def test_boards_and_rules_share_one_folder_of_grafana(good_site):
    texts = grafana.render(good_site())
    (provider,) = yaml.safe_load(texts["grafana/provisioning/dashboards/quannet.yaml"])["providers"]
    (group,) = yaml.safe_load(texts["grafana/provisioning/alerting/rules.yaml"])["groups"]
    assert provider["folder"] == group["folder"]
    assert provider["options"]["path"] == "/etc/quannet/grafana/dashboards"


def test_the_sites_overrides_reach_the_rules(good_site):
    change = "alerting: {every: 2m, for: {after-hours-game: 20m}}\nmail:"
    texts = grafana.render(good_site(("site.yaml", "mail:", change)))
    (group,) = yaml.safe_load(texts["grafana/provisioning/alerting/rules.yaml"])["groups"]
    lasting = {rule["uid"]: rule["for"] for rule in group["rules"]}
    assert (group["interval"], lasting["policy-after-hours-game"]) == ("2m", "20m")


@pytest.mark.parametrize(("language", "names"), [("vi", ["Phường Nam Cường"]), ("en", ["Nam Cuong Ward"])])
def test_boards_offer_the_places_in_the_sites_language(good_site, language, names):
    texts = grafana.render(
        good_site(("site.yaml", 'province: "15"', f'language: {language}\nprovince: "15"'))
    )
    assert all(name in texts["grafana/dashboards/quannet-province.json"] for name in names)


def test_a_real_influxd_starts_on_its_configuration(good_site, tmp_path):
    port = free_port()
    found = good_site((*SECRET, f'influx: {{url: "http://127.0.0.1:{port}"}}'))
    text = influxdb.render(found)[influxdb.CONFIG].replace("/var/lib/influxdb", str(tmp_path))
    text = text.replace("127.0.0.1:8088", f"127.0.0.1:{free_port()}")
    (tmp_path / "influxdb.conf").write_text(text, "utf-8")
    command = ["influxd", "-config", str(tmp_path / "influxdb.conf")]
    with Child("influxd", command, tmp_path / "log") as child:
        child.wait_until(lambda: listens(port))
        influx = Influx(Access(f"http://127.0.0.1:{port}", "quannet", api="v1"))
        influx.create_database()
        influx.write(["host,venue=yb-0012,pc=07 cpu=1.5 1772438400"])
        assert influx.query("SELECT cpu FROM host")[0].column("cpu") == [1.5]
        influx.close()


def test_a_database_with_a_password_asks_everybody_for_it(good_site):
    secret = 'influx: {url: "http://127.0.0.1:8086", api: v2, secret_file: /etc/quannet/secrets/influx}'
    text = influxdb.render(good_site((*SECRET, secret)))[influxdb.CONFIG]
    assert tomllib.loads(text)["http"]["auth-enabled"] is True


def test_a_database_on_another_machine_is_not_configured_here(good_site):
    found = good_site((*SECRET, "influx: {url: 'https://influx.laocai.example', api: v2}"))
    assert influxdb.render(found) == {}
    assert not any("influxdb.service.d" in path for path in systemd.render(found))


@pytest.mark.parametrize(
    ("url", "folders"),
    [
        ("http://127.0.0.1:8086", [server.STATE, influxdb.DATA]),
        ("https://localhost:8086", [server.STATE, influxdb.DATA]),
        ("https://influx.laocai.example", [server.STATE]),
    ],
)
def test_the_server_watches_the_disks_of_its_own_folder_and_of_a_database_that_is_here(
    good_site, tmp_path, url, folders
):
    found = good_site((*SECRET, f'influx: {{url: "{url}", api: v2}}'))
    (tmp_path / "server.toml").write_text(server.render(found)["server.toml"])
    assert deploy.load(tmp_path).disks == tuple(map(Path, folders))
    assert f"WorkingDirectory={server.STATE}\n" in systemd.render(found)["systemd/quannet-ingest.service"]


def test_a_deployment_of_an_earlier_release_watches_no_disks(good_site, tmp_path):
    text = server.render(good_site())["server.toml"]
    (tmp_path / "server.toml").write_text(re.sub(r"\[disk\]\n[^\n]*\n", "", text))
    assert deploy.load(tmp_path).disks == ()


def test_what_is_not_set_stands_nowhere_in_the_servers_settings(good_site):
    data = tomllib.loads(server.render(good_site())["server.toml"])
    assert "secret_file" not in data["influx"]
    assert data["broker"]["password_file"] == "/etc/quannet/secrets/passwords/quannet.server"


def test_the_broker_listens_on_loopback_until_the_site_says_otherwise(good_site):
    config = mosquitto.render(good_site())[mosquitto.CONFIG]
    assert re.findall(r"^listener .*", config, re.MULTILINE) == ["listener 8883 127.0.0.1"]


def test_the_broker_listens_where_the_site_says(good_site):
    change = ("site.yaml", "host: localhost", "host: localhost, listen: 10.0.0.7, port: 8884")
    config = mosquitto.render(good_site(change))[mosquitto.CONFIG]
    assert re.findall(r"^listener .*", config, re.MULTILINE) == ["listener 8884 10.0.0.7"]


@pytest.mark.parametrize("process", [process.command for process in systemd.PROCESSES])
def test_a_unit_starts_a_command_that_needs_no_more_than_the_deployment(process):
    command = cli.main.commands[process]
    needed = [option.name for option in command.params if option.required and option.name != "deploy"]
    assert needed == []
    assert "deploy" in [option.name for option in command.params]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_finds_no_fault_in_the_units_and_calls_them_hardened(good_site, tmp_path):
    program = tmp_path / "quannet"
    program.touch(0o755)
    found = good_site(("site.yaml", "mail:", f"program: {program}\nmail:"))
    units = []
    for path, text in systemd.render(found).items():
        if path.endswith((".service", ".timer")):
            units.append(tmp_path / Path(path).name)
            units[-1].write_text(text, "utf-8")
    assert len(units) == len(systemd.PROCESSES) + len(("summarise.service", "summarise.timer"))
    verdict = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, check=False
    )
    units = [unit for unit in units if unit.suffix == ".service"]
    assert (verdict.returncode, verdict.stderr) == (0, "")
    # Exposure 0 is none, 10 is all; 2.0 is given as 20.
    subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", *units],
        check=True,
        capture_output=True,
    )


def test_the_nights_work_is_commands_that_need_no_more_than_the_deployment(good_site):
    text = systemd.render(good_site())["systemd/quannet-summarise.service"]
    started = re.findall(
        r"^ExecStart=/opt/quannet/bin/quannet (\w+) --deploy /etc/quannet$", text, re.MULTILINE
    )
    assert started == ["summarise", "database"]
    for name in started:
        needed = [option.name for option in cli.main.commands[name].params if option.required]
        assert needed == ["deploy"]


def test_toml_knows_tables_in_the_order_given():
    assert as_toml({"": {"a": 1}, "b": {"c": True}}).splitlines()[1:] == ["", "a = 1", "", "[b]", "c = true"]


@pytest.mark.parametrize(
    ("settings", "arguments", "memory"),
    [("", "", "1G"), ("ingest: {workers: 4}\n", " --workers 4", "4G")],
)
def test_the_site_says_how_many_ingest_processes_there_are(good_site, settings, arguments, memory):
    text = systemd.render(good_site(("site.yaml", "mail:", f"{settings}mail:")))[
        "systemd/quannet-ingest.service"
    ]
    command = "/opt/quannet/bin/quannet --log json ingest --deploy /etc/quannet"
    assert f"\nExecStart={command}{arguments}\n" in text
    assert f"\nMemoryMax={memory}\n" in text


def test_a_worker_that_hangs_is_replaced_before_systemd_ends_all_of_them():
    from collector.ingest.workers import Pace

    ingest = systemd.PROCESSES[0]
    assert Pace().silent_after + Pace().fresh < ingest.hung_after
