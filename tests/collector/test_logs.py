"""Logs are lines with ids as fields, in both forms, and name no person, page or password."""

import ast
import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from collector.logs import IDS, clean

ROOT = Path(__file__).parents[2]
SERVER = [
    path
    for folder in ("collector", "alerts", "dashboards", "provisioning")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if not {"agent", "simulate"} & set(path.parts)  # neither is a process of the server
]
# Of a value with such a name nobody knows whom it names.
UNSPEAKABLE = {
    "url",
    "title",
    "domain",
    "process",
    "sender",
    "recipients",
    "payload",
    "address",
    "contact",
    "password",
}

SPEAKS = """
import logging, sys, threading
from collector.logs import configure, identify
configure(sys.argv[1], command="ingest")
identify(worker="2")
log = logging.getLogger("collector.ingest.x")
log.warning("a message is %s", "late", extra={"venue": "yb-0012", "pc": "07"})
log.debug("nothing for a normal state")
log.info("Đóng cửa", extra={"worker": "3"})
if sys.argv[1:] == ["json"]:
    thread = threading.Thread(target=lambda: 1 / 0)
    thread.start()
    thread.join()
    raise ValueError("http://user:hunter2@127.0.0.1/ fails")
"""


def speak(form: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", SPEAKS, form], capture_output=True, text=True, check=False, encoding="utf-8"
    )
    assert done.stdout == ""
    return done.stderr.splitlines()


def test_text_is_a_line_an_event_with_its_ids_behind():
    assert speak("text") == [
        "WARNING collector.ingest.x a message is late pc=07 venue=yb-0012 worker=2",
        "INFO collector.ingest.x Đóng cửa worker=3",
    ]


def test_json_is_a_line_an_event_with_time_level_logger_and_ids():
    first, second, *_ = map(json.loads, speak("json"))
    moment = datetime.fromisoformat(first.pop("time"))
    assert moment.utcoffset().total_seconds() == 0
    assert first == {
        "level": "warning",
        "logger": "collector.ingest.x",
        "message": "a message is late",
        "command": "ingest",
        "venue": "yb-0012",
        "pc": "07",
        "worker": "2",
    }
    assert (second["message"], second["worker"]) == ("Đóng cửa", "3")


def test_an_error_that_ends_a_thread_or_the_process_keeps_the_form():
    _, _, in_thread, at_the_end = map(json.loads, speak("json"))
    assert (in_thread["level"], in_thread["message"]) == ("critical", "a thread ended by an error")
    assert "ZeroDivisionError" in in_thread["exc_info"]
    assert "ValueError" in at_the_end["exc_info"]
    assert "hunter2" not in at_the_end["exc_info"].rsplit("ValueError", 1)[1]


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("550 <thanh-tra@laocai.example>: no such user", "550 <…@…>: no such user"),
        ("550 5.1.1 nguyen.van.a@laocai.example rejected", "550 5.1.1 …@… rejected"),
        ("http://user:hunter2@influx.example/ping refused", "http://user:…@… refused"),
        (
            "Max retries with url: /write?db=quannet&u=a&p=b (refused)",
            "Max retries with url: /write (refused)",
        ),
        ("https://influx.example/query?q=SELECT fails", "https://influx.example/query fails"),
        ("the broker is gone: Keep alive timeout", "the broker is gone: Keep alive timeout"),
        (
            "[Errno 2] No such file: '/srv/quannet/blocklist'",
            "[Errno 2] No such file: '/srv/quannet/blocklist'",
        ),
    ],
)
def test_addresses_and_passwords_are_left_out(said, written):
    assert clean(said) == written


def log_calls():
    for path in SERVER:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "log"
            ):
                yield pytest.param(path, node, id=f"{path.relative_to(ROOT)}:{node.lineno}")


@pytest.mark.parametrize(("path", "call"), list(log_calls()))
def test_a_log_call_names_nobody_and_its_ids_are_fields(path, call):
    text = call.args[0]
    assert isinstance(text, ast.Constant), "a log text is written out, so that it can be looked for"
    assert "\n" not in text.value
    named = {n.attr for a in call.args for n in ast.walk(a) if isinstance(n, ast.Attribute)}
    named |= {n.id for a in call.args for n in ast.walk(a) if isinstance(n, ast.Name)}
    assert not named & (UNSPEAKABLE | {"venue", "pc", "worker", "policy"}), "ids are fields, in extra"
    for keyword in call.keywords:
        if keyword.arg == "extra" and isinstance(keyword.value, ast.Dict):
            assert {key.value for key in keyword.value.keys} <= set(IDS)
