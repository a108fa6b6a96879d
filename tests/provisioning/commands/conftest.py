"""A deployment with a database of the test's own, as a folder that commands are given."""

from dataclasses import replace

import pytest

from collector.deploy import load
from collector.influx import Influx
from provisioning.targets import server


@pytest.fixture
def deployed(good_site, tmp_path, influxd):
    """The folder; its roster and settings are those of the tests' base site."""
    name = f"command{abs(hash(str(tmp_path)))}"
    good = good_site()
    settings = replace(
        good.settings, influx=replace(good.settings.influx, url=influxd.access.url, database=name)
    )
    folder = tmp_path / "deploy"
    folder.mkdir()
    for path, text in server.render(replace(good, settings=settings)).items():
        (folder / path).write_text(text, "utf-8")
    influx = Influx(replace(influxd.access, database=name))
    influx.create_database()
    yield folder
    influx.drop_database()
    influx.close()


@pytest.fixture
def influx(deployed):
    """The deployment's database."""
    connection = Influx(load(deployed).influx)
    yield connection
    connection.close()
