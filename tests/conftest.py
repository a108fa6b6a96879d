"""What all tests share: a real database, and the cast: yb-0012 (game), yb-0031 (agent), yb-0100 (hospitality)."""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from importlib import metadata
from pathlib import Path

import pytest

from collector.influx import Influx
from collector.roster import Hours, Roster, Span, Venue
from provisioning.local.influxd import Influxd

LONG_AGO = date(2015, 1, 1)
MATERIAL = Path(__file__).parents[2] / "shared" / "data"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--accept", action="store_true", help="write what is seen into the scripts of tests/cli")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Real lists and captures lie beside the checkout, not in it: whoever has none skips what needs them.

    In CI they must be there: the tests then run, and fail without them.
    """
    if MATERIAL.exists() or os.environ.get("CI"):
        return
    for item in items:
        if item.get_closest_marker("material"):
            item.add_marker(pytest.mark.skip(reason=f"real lists and captures are not at {MATERIAL}"))


def pytest_report_header() -> str:
    names = ("paho-mqtt", "psutil", "influxdb-client", "grafanalib", "pydantic")
    return "with " + ", ".join(f"{name} {metadata.version(name)}" for name in names)


@pytest.fixture(scope="session")
def influxd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Influxd]:
    with Influxd(tmp_path_factory.mktemp("influxd")) as server:
        yield server


@pytest.fixture
def influx(influxd: Influxd, request: pytest.FixtureRequest) -> Iterator[Influx]:
    """A database of the test's own."""
    name = "t" + str(abs(hash(request.node.nodeid)))
    connection = Influx(replace(influxd.access, database=name))
    connection.create_database()
    yield connection
    connection.query(f'DROP DATABASE "{name}"', method="POST")
    connection.close()


def venue(name: str, klass: str, hours: tuple[Hours, ...], pcs: int = 3) -> Venue:
    return Venue(
        name,
        f"Quán {name}",
        "1 Đường Thử, Yên Bái",
        tuple(f"{n:02}" for n in range(1, pcs + 1)),
        (Span(LONG_AGO, None, "04273", klass),),
        hours,
    )


@pytest.fixture(scope="session")
def roster() -> Roster:
    game = (Hours(date(2024, 12, 25), None, "after-hours-game", ((480, 1320),)),)
    agent = (Hours(date(2024, 12, 25), None, "after-hours-agent", ((420, 1380),)),)
    return Roster(
        "Thử",
        (
            venue("yb-0012", "game", game, pcs=10),
            venue("yb-0031", "agent", agent),
            venue("yb-0100", "hospitality", ()),
        ),
    )
