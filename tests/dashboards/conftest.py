"""A province's boards in a folder, and a database that holds what its PCs wrote until now."""

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from collector.clock import SystemClock
from collector.influx import Influx
from dashboards import BoardContext, render

# Test folders are no packages, so a helper is loaded by its path.
_SPEC = importlib.util.spec_from_file_location("dashboards_fleet", Path(__file__).with_name("fleet.py"))
fleet = importlib.util.module_from_spec(_SPEC)
sys.modules[_SPEC.name] = fleet
_SPEC.loader.exec_module(fleet)


@pytest.fixture(scope="session")
def context():
    return BoardContext("vi", "Lào Cai", fleet.PLACES)


@pytest.fixture(scope="session")
def folder(context, tmp_path_factory):
    """The generated files, as provisioning writes them."""
    found = tmp_path_factory.mktemp("boards")
    for name, text in render(context).items():
        (found / name).write_text(text, "utf-8")
    return found


@pytest.fixture(scope="session")
def province(influxd):
    """Four venues with five PCs each; the last two hours, until now. Not to be written to."""
    connection = Influx(replace(influxd.access, database="province"))
    connection.create_database()
    connection.write(list(fleet.lines(int(SystemClock().wall().timestamp()), 2)))
    yield connection
    connection.close()
