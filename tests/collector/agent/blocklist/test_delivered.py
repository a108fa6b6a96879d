"""The list that the site offers comes into force by itself, and stays so over a restart."""

import hashlib
from pathlib import Path
from random import Random

import pytest

from collector.agent.blocklist.delivered import Delivered
from collector.agent.blocklist.updater import Pace
from collector.clock import SystemClock
from collector.wire import BLOCKLIST, Offer
from provisioning.local.process import Child
from provisioning.local.shelf import Shelf


@pytest.fixture
def lists(tmp_path):
    made = delivered(tmp_path)
    made.start()
    yield made
    made.stop()


def delivered(folder: Path) -> Delivered:
    return Delivered(folder / "lists", None, SystemClock(), Random(1), Pace(spread=0.1, retry_first=0.1))


@pytest.fixture
def shelf(tmp_path):
    with Shelf(tmp_path / "shelf") as made:
        yield made


def offer(shelf: Shelf, path: Path) -> Offer:
    content = path.read_bytes()
    return Offer("v1", len(content), hashlib.sha256(content).hexdigest(), shelf.url(path.name))


def wait_until(condition, tmp_path) -> None:
    """Child waits for conditions; this one has nothing else to do."""
    with Child("sleep", ["sleep", "30"], tmp_path / "log") as child:
        child.wait_until(condition, within=20)


def test_before_the_first_offer_nothing_is_in_force(lists):
    lists.hear({})
    assert (lists.in_force, lists.match("danh-bac.example")) == (False, None)


def test_what_is_offered_comes_into_force_and_survives_a_restart(lists, shelf, compiled, tmp_path):
    path = compiled(shelf.folder / "list", authority=["danh-bac.example"])
    lists.hear({BLOCKLIST: offer(shelf, path)})
    wait_until(lambda: lists.in_force, tmp_path)
    assert lists.match("www.danh-bac.example").domain == "danh-bac.example"
    assert delivered(tmp_path).match("danh-bac.example") is not None


def test_a_newer_offer_replaces_it_and_an_empty_manifest_takes_nothing_away(lists, shelf, compiled, tmp_path):
    for name in ("a.example", "b.example"):
        path = compiled(shelf.folder / name, authority=[name])
        lists.hear({BLOCKLIST: offer(shelf, path)})
        wait_until(lambda n=name: lists.match(n) is not None, tmp_path)
    lists.hear({})
    assert (lists.match("a.example"), lists.match("b.example").domain) == (None, "b.example")
