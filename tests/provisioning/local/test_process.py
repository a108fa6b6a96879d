"""Child processes: ready before use, gone afterwards, and clear about an early end."""

import os
import sys

import pytest

from provisioning.local.game import Game
from provisioning.local.mail import MailCatcher
from provisioning.local.process import Child, free_port, listens

SERVER = "import socket,time; s=socket.socket(); s.bind(('127.0.0.1', {port})); s.listen(); time.sleep(60)"
STUBBORN = "import signal,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_it_is_ready_when_it_listens_and_gone_after_the_block(tmp_path):
    port = free_port()
    with Child("server", python(SERVER.format(port=port)), tmp_path / "log") as child:
        child.wait_until(lambda: listens(port))
        pid = child.process.pid
        assert alive(pid)
    assert not alive(pid)
    assert not listens(port)


def test_an_early_end_is_told_with_its_last_words(tmp_path):
    with (
        Child("server", python("raise SystemExit('no room')"), tmp_path / "log") as child,
        pytest.raises(RuntimeError, match=r"server ended with 1:\nno room"),
    ):
        child.wait_until(lambda: False)


def test_what_never_becomes_ready_is_given_up(tmp_path):
    with (
        Child("server", python("import time; time.sleep(60)"), tmp_path / "log") as child,
        pytest.raises(TimeoutError),
    ):
        child.wait_until(lambda: False, within=0.2)


def test_who_does_not_listen_is_killed(tmp_path):
    child = Child("stubborn", python(STUBBORN), tmp_path / "log")
    child.wait_until(lambda: "up" in child.tail())
    assert child.stop(within=0.2) == -9


def test_it_starts_again_after_a_kill(tmp_path):
    port = free_port()
    with Child("server", python(SERVER.format(port=port)), tmp_path / "log") as child:
        child.wait_until(lambda: listens(port))
        child.kill()
        assert not child.running
        child.restart()
        child.wait_until(lambda: listens(port))


def test_a_real_game_runs_without_a_screen():
    with Game() as game:
        assert alive(game.process.pid)
        pid = game.process.pid
    assert not alive(pid)


def test_a_mail_arrives():
    import smtplib

    with MailCatcher() as catcher, smtplib.SMTP("127.0.0.1", catcher.port) as smtp:
        smtp.sendmail("a@x.example", ["b@x.example"], "Subject: =?utf-8?b?xJHDqm0=?=\r\n\r\nbody\r\n")
        (mail,) = catcher.mails
    assert mail["subject"] == "đêm"
