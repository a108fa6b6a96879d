"""Secrets are made once, readable by their owner alone, and hashed for the broker by its own tool."""

from __future__ import annotations

import ssl
import stat
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from collector.clock import FrozenClock
from provisioning import credentials

HOSTS = ["localhost", "127.0.0.1", "mqtt.laocai.example"]
USERS = ["quannet.server", "yb-0012", "yb-0031"]


@pytest.fixture
def clock():
    return FrozenClock(datetime(2026, 3, 2, 8, tzinfo=UTC))


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_a_second_run_changes_nothing(tmp_path, clock):
    folder = tmp_path / "secrets"
    credentials.ensure(folder, USERS, HOSTS, clock)
    before = contents(folder)
    clock.advance(86_400)
    credentials.ensure(folder, reversed(USERS), HOSTS[:1], clock)
    assert contents(folder) == before


def test_nobody_else_can_read_them(tmp_path, clock):
    folder = tmp_path / "secrets"
    credentials.ensure(folder, USERS, HOSTS, clock)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*") if path.is_file()}
    folders = {stat.S_IMODE(path.stat().st_mode) for path in (folder, folder / "passwords")}
    assert (modes, folders) == ({0o600}, {0o700})


def test_each_user_has_a_long_password_of_its_own_and_the_broker_only_its_hash(tmp_path, clock):
    made = credentials.ensure(tmp_path, USERS, HOSTS, clock)
    passwords = [path.read_text("utf-8").strip() for path in made.password_files.values()]
    assert len(set(passwords)) == len(USERS)
    assert min(len(password) for password in passwords) >= 40
    hashed = made.mosquitto_passwords.read_text("utf-8")
    assert [line.partition(":")[0] for line in hashed.splitlines()] == USERS
    assert not any(password in hashed for password in passwords)


def test_a_new_venue_leaves_the_others_passwords_alone(tmp_path, clock):
    before = contents(tmp_path) if credentials.ensure(tmp_path, USERS, HOSTS, clock) else {}
    credentials.ensure(tmp_path, [*USERS, "yb-0100"], HOSTS, clock)
    after = contents(tmp_path)
    assert set(after) - set(before) == {"passwords/yb-0100"}
    assert {name for name in before if before[name] != after[name]} == {"mosquitto.passwd"}


def test_a_venue_struck_off_can_no_longer_log_in_but_keeps_its_password(tmp_path, clock):
    credentials.ensure(tmp_path, USERS, HOSTS, clock)
    made = credentials.ensure(tmp_path, USERS[:2], HOSTS, clock)
    assert "yb-0031" not in made.mosquitto_passwords.read_text("utf-8")
    assert (tmp_path / "passwords" / "yb-0031").exists()


def test_a_password_changed_by_hand_reaches_the_broker(tmp_path, clock):
    made = credentials.ensure(tmp_path, USERS, HOSTS, clock)
    before = made.mosquitto_passwords.read_bytes()
    made.password_files["yb-0012"].write_text("a new one\n", "utf-8")
    credentials.ensure(tmp_path, USERS, HOSTS, clock)
    assert made.mosquitto_passwords.read_bytes() != before


@pytest.mark.parametrize("damage", ["", "yb-0012\n", "yb-0012:$6$abc$def\n", "yb-0012:$7$x$!$!\n"])
def test_a_damaged_file_of_the_broker_is_written_anew(damage, tmp_path, clock):
    made = credentials.ensure(tmp_path, ["yb-0012"], HOSTS, clock)
    made.mosquitto_passwords.write_text(damage, "utf-8")
    credentials.ensure(tmp_path, ["yb-0012"], HOSTS, clock)
    assert made.mosquitto_passwords.read_text("utf-8").startswith("yb-0012:$7$101$")


def test_the_certificate_names_the_hosts_and_python_trusts_it_through_the_authority(tmp_path, clock):
    made = credentials.ensure(tmp_path, USERS, HOSTS, clock)
    cert = x509.load_pem_x509_certificate(made.cert_file.read_bytes())
    names = cert.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost", "mqtt.laocai.example"]
    assert [str(ip) for ip in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(made.cert_file, made.key_file)
    client = ssl.create_default_context(cafile=str(made.ca_file))
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    handshake(client, server, "mqtt.laocai.example")
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(client, server, "elsewhere.example")


def handshake(client, server, host):
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    one = client.wrap_bio(to_client, to_server, server_hostname=host)
    two = server.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(4):
        for side in (one, two):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    one.getpeercert()


def test_a_pc_whose_clock_stands_years_behind_still_trusts_it(tmp_path, clock):
    made = credentials.ensure(tmp_path, USERS, HOSTS, clock)
    for path in (made.ca_file, made.cert_file):
        assert x509.load_pem_x509_certificate(path.read_bytes()).not_valid_before_utc.year == 2000


@pytest.mark.parametrize("why", ["a new host", "it ends within a year", "its key is lost", "another key"])
def test_the_certificate_is_made_anew_under_the_same_authority(why, tmp_path, clock):
    made = credentials.ensure(tmp_path, USERS, HOSTS, clock)
    before = contents(tmp_path)
    hosts = HOSTS
    if why == "a new host":
        hosts = [*HOSTS, "10.0.0.7"]
    elif why == "it ends within a year":
        clock.advance(timedelta(days=3650 - 364).total_seconds())
    elif why == "its key is lost":
        made.key_file.unlink()
    else:
        made.key_file.write_bytes((tmp_path / "ca.key").read_bytes())
    credentials.ensure(tmp_path, USERS, hosts, clock)
    after = contents(tmp_path)
    assert {name for name in before if before[name] != after[name]} == {"server.pem", "server.key"}
