"""`quannet simulate` as a person meets it: real broker and ingest, and each exit code."""

import json
import subprocess
import sys

import pytest

from provisioning.local.stack import Stack

QUICK = ("--every", "1", "--for", "2", "--ramp", "1000")


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    with Stack(tmp_path_factory.mktemp("simulate") / "stack") as made:
        made.ingest()
        yield made


def start(stack: Stack, *words: str) -> subprocess.Popen:
    command = [sys.executable, "-m", "cli", "simulate", "--deploy", str(stack.deploy.folder), *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def simulate(stack: Stack, *words: str) -> tuple[int, str, str]:
    """Exit code, result and talk."""
    process = start(stack, *words)
    out, talk = process.communicate(timeout=60)
    return process.returncode, out, talk


def test_two_parts_make_the_whole_and_nothing_honest_is_lost(stack):
    words = (*QUICK, "--pcs", "61", "--cut", "0.5@0.5-1", "--backlog", "3", "--liars", "clone-spool=0.2")
    parts = [start(stack, *words, "--part", part, "--json") for part in ("1/2", "2/2")]
    told = [process.communicate(timeout=60) for process in parts]
    assert [process.returncode for process in parts] == [0, 0], told
    results = [json.loads(out) for out, _ in told]
    # Each liar of this kind is two.
    pcs = [one["honest"]["pcs"] + one["liars"]["clone-spool"]["pcs"] // 2 for one in results]
    assert pcs == [31, 30]
    for one, (_, talk) in zip(results, told, strict=True):
        honest = one["honest"]
        assert one["lost"] == honest["queued"] == honest["dropped"] == 0
        assert honest["numbered"] == honest["acknowledged"] >= honest["pcs"] * 5
        assert honest["live"]["count"] + honest["settling"]["count"] + honest["backlog"]["count"] > 0
        assert one["drained_after"] is not None
        assert "PCs were connected after" in talk


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--part", "3/2"), "write K/N"),
        (("--liars", "cheat=0.1"), "the kinds are clock-unset"),
        (("--cut", "0.5"), "write SHARE@FROM-TO"),
        (("--pcs", "100000"), "are registered"),
    ],
)
def test_what_cannot_be_meant_is_wrong_usage(stack, words, told):
    code, _, talk = simulate(stack, *words)
    assert code == 2
    assert told in " ".join(talk.split())


def test_a_broker_on_another_machine_is_refused_before_anything_is_sent(stack):
    settings = stack.deploy.folder / "server.toml"
    text = settings.read_text("utf-8")
    settings.write_text(text.replace('host = "localhost"', 'host = "192.0.2.1"'), "utf-8")
    try:
        code, _, talk = simulate(stack)
    finally:
        settings.write_text(text, "utf-8")
    assert code == 2
    assert "--remote if that is meant" in " ".join(talk.split())


def test_without_an_ingest_messages_are_not_acknowledged_and_without_a_broker_nobody_can_say(tmp_path):
    with Stack(tmp_path / "stack") as stack:
        words = ("--every", "1", "--for", "1", "--pcs", "5", "--patience", "0.3")
        code, out, _ = simulate(stack, *words)
        assert code == 1
        lost, _, told = out.splitlines()[-1].partition(" ")
        assert (int(lost) >= 5, told) == (True, "messages of honest PCs were not acknowledged")
        stack.mosquitto.kill()
        assert simulate(stack, *words)[0] == 3
