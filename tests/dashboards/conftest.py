"""A province's boards in a folder, and a database that holds what its PCs wrote until now."""

import contextlib
import importlib.util
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from collector.clock import SystemClock
from collector.influx import Influx
from dashboards import BoardContext, render
from dashboards.preview import serve
from provisioning.local.process import free_port, listens

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


@pytest.fixture(scope="module")
def province(influxd):
    """Four venues with five PCs each; the last two hours. Not to be written to."""
    connection = Influx(replace(influxd.access, database="province"))
    connection.drop_database()
    connection.create_database()
    # Anew for each file, and a minute ahead: "now" on a board is the last three minutes, and tests take their time.
    connection.write(list(fleet.lines(int(SystemClock().wall().timestamp()) + 60, 2)))
    yield connection
    connection.close()


@pytest.fixture(scope="session")
def serving():
    """Serves an application on loopback while a `with` lasts; gives its address."""

    @contextlib.contextmanager
    def run(app):
        stop, port = threading.Event(), free_port()
        thread = threading.Thread(target=serve, args=(app, "127.0.0.1", port, stop))
        thread.start()
        try:
            clock = SystemClock()
            deadline = clock.monotonic() + 10
            while not listens(port):
                assert clock.monotonic() < deadline
            yield f"http://127.0.0.1:{port}"
        finally:
            stop.set()
            thread.join(10)
        assert not thread.is_alive()

    return run
