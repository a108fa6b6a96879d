"""Mails reach a real server, or say whether trying again can help."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from alerts.notice import Notice
from alerts.relay.email import Email
from alerts.relay.transport import DeliveryError
from collector.clock import FrozenClock
from collector.deploy import Mail
from provisioning.local.process import free_port

NOW = datetime(2026, 3, 2, 15, 6, tzinfo=UTC)
NOTICE = Notice("[Cảnh báo] Chơi ngoài giờ – yb-0012", "Điểm: yb-0012\n", "<p>Điểm: yb-0012</p>\n")
TO = ("thanh-tra@laocai.example", "so-vh@laocai.example")


def mail(port, **changes):
    settings = {"starttls": False, "user": None, "password_file": None} | changes
    return Mail("127.0.0.1", port, "quannet@laocai.example", TO, **settings)


def send(port, notice=NOTICE, tls=None, **changes):
    Email(mail(port, **changes), FrozenClock(NOW), tls=tls).send(notice)


def test_a_notice_arrives_as_text_and_html_with_vietnamese_letters(start_mailbox):
    box = start_mailbox()
    send(box.port)
    (got,) = box.mails
    assert got["Subject"] == NOTICE.subject
    assert got["To"] == ", ".join(TO)
    assert got["Date"].datetime == NOW
    assert got["Auto-Submitted"] == "auto-generated"
    assert box.bodies == [NOTICE.text]
    assert got.get_body(("html",)).get_content().replace("\r\n", "\n") == NOTICE.html


def test_a_long_subject_keeps_its_spaces_and_short_lines(start_mailbox):
    box = start_mailbox()
    subject = "[Cảnh báo] Hệ thống – không xác định được máy nào đang được giám sát – yb-0012 Đại lý Internet Nam Cường"
    send(box.port, Notice(subject, NOTICE.text, NOTICE.html))
    (got,) = box.mails
    assert got["Subject"] == subject
    head = got.as_bytes().split(b"\n\n")[0]
    assert max(map(len, head.splitlines())) <= 78


def test_the_same_notice_sent_again_is_the_same_message(start_mailbox):
    box = start_mailbox()
    send(box.port)
    send(box.port)
    send(box.port, Notice("other", NOTICE.text, NOTICE.html))
    ids = [got["Message-ID"] for got in box.mails]
    assert ids[0] == ids[1] != ids[2]


def test_nobody_listening_may_be_mended():
    with pytest.raises(DeliveryError, match="ConnectionRefused") as caught:
        send(free_port())
    assert not caught.value.permanent


@pytest.mark.parametrize(
    ("answer", "permanent"), [("451 try later", False), ("554 no thanks", True), ("421 closing", False)]
)
def test_a_refused_message_is_permanent_when_the_server_says_so(start_mailbox, answer, permanent):
    box = start_mailbox()
    box.answers = [answer]
    with pytest.raises(DeliveryError, match=answer[:3]) as caught:
        send(box.port)
    assert caught.value.permanent is permanent


@pytest.mark.parametrize(("code", "permanent"), [(450, False), (550, True)])
def test_when_all_recipients_are_refused_the_code_decides(start_mailbox, code, permanent):
    box = start_mailbox()
    box.refused = dict.fromkeys(TO, f"{code} no such user")
    with pytest.raises(DeliveryError, match=f"{code} no such user") as caught:
        send(box.port)
    assert caught.value.permanent is permanent
    assert box.mails == []


def test_when_one_recipient_is_refused_the_others_get_it_once(start_mailbox):
    box = start_mailbox()
    box.refused = {TO[0]: "450 mailbox full"}
    with pytest.raises(DeliveryError, match="mailbox full") as caught:
        send(box.port)
    assert caught.value.permanent  # sending it again would repeat it to those who have it
    assert len(box.mails) == 1


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> Path:
    """Key and certificate of 127.0.0.1 in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    start = datetime(2020, 1, 1, tzinfo=UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=36_500))
        .add_extension(here, critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def guarded(start_mailbox, certificate):
    """A server that wants TLS and a password."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def authenticate(server, session, envelope, mechanism, data):
        right = (data.login, data.password) == (b"quannet", b"s3cret")
        return AuthResult(success=right, handled=False)

    return start_mailbox(
        tls_context=context, require_starttls=True, auth_required=True, authenticator=authenticate
    )


def password(tmp_path, word):
    (tmp_path / "password").write_text(word + "\n", "utf-8")
    return tmp_path / "password"


def test_with_starttls_and_login_it_arrives(guarded, certificate, tmp_path):
    tls = ssl.create_default_context(cafile=str(certificate))
    secret = password(tmp_path, "s3cret")
    send(guarded.port, tls=tls, starttls=True, user="quannet", password_file=secret)
    assert len(guarded.mails) == 1


def test_a_wrong_password_may_be_mended_and_is_not_shown(guarded, certificate, tmp_path):
    tls = ssl.create_default_context(cafile=str(certificate))
    secret = password(tmp_path, "guess-7391")
    with pytest.raises(DeliveryError, match="535") as caught:
        send(guarded.port, tls=tls, starttls=True, user="quannet", password_file=secret)
    assert not caught.value.permanent
    assert "7391" not in str(caught.value)


def test_a_server_whose_certificate_nobody_signed_gets_nothing(guarded, tmp_path):
    secret = password(tmp_path, "s3cret")
    with pytest.raises(DeliveryError, match="CERTIFICATE_VERIFY_FAILED") as caught:
        send(guarded.port, starttls=True, user="quannet", password_file=secret)
    assert not caught.value.permanent
    assert guarded.mails == []


def test_a_server_without_starttls_gets_nothing(start_mailbox):
    box = start_mailbox()
    with pytest.raises(DeliveryError, match="STARTTLS"):
        send(box.port, starttls=True)
    assert box.mails == []


def test_a_password_file_that_is_gone_may_be_mended(start_mailbox, tmp_path):
    box = start_mailbox()
    with pytest.raises(DeliveryError) as caught:
        send(box.port, user="quannet", password_file=tmp_path / "gone")
    assert not caught.value.permanent
