"""The built-in policies, the rules that a site of two decisions generates from them, and a real mail server."""

from datetime import date
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller

from alerts.compile import compile_all
from alerts.grafana import render
from alerts.load import BUILTIN, load
from alerts.rule import AlertContext, ProvincialHours
from provisioning.local.process import free_port


@pytest.fixture(scope="session")
def policies():
    found, problems = load(BUILTIN, "alerts/policies")
    assert not problems
    return found


@pytest.fixture(scope="session")
def by_id(policies):
    return {policy.id: policy for policy in policies}


@pytest.fixture(scope="session")
def context():
    return AlertContext(
        language="vi",
        provincial=(
            ProvincialHours(("agent",), date(2024, 1, 1), date(2025, 7, 1), ((360, 1380),), "Quyết định cũ"),
            ProvincialHours(("agent", "isp"), date(2025, 7, 1), None, ((420, 1380),), "Quyết định mới"),
        ),
        mail_recipients=("thanh-tra@laocai.example", "so-vh@laocai.example"),
        preview_url="http://127.0.0.1:8700",
        docs_url="https://docs.example/quannet/",
    )


@pytest.fixture(scope="session")
def files(policies, context):
    """Generated alerting files, by name."""
    return render(compile_all(policies, context), context)


class Mailbox:
    """A real SMTP server on loopback that keeps what it is given, and can be told to refuse.

    `answers` are given first, one to each message's data, instead of taking it.
    """

    def __init__(self, port=None, **options):
        self.port = port or free_port()
        self.mails = []
        self.answers = []
        self.refused = {}  # recipient -> answer
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, **options)

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.answers:
            return self.answers.pop(0)
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"

    @property
    def bodies(self):
        return [mail.get_body(("plain",)).get_content().replace("\r\n", "\n") for mail in self.mails]

    def start(self):
        self._controller.start()
        self._running = True

    def stop(self):
        if self._running:
            self._controller.stop()
        self._running = False


@pytest.fixture
def start_mailbox():
    """Starts mail servers that end with the test."""
    started = []

    def start(**options):
        mailbox = Mailbox(**options)
        mailbox.start()
        started.append(mailbox)
        return mailbox

    yield start
    for mailbox in started:
        mailbox.stop()
