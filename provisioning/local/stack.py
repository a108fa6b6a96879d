"""A whole deployment on this machine: a site of its own, real broker and database, quannet's processes."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Self

import yaml

from collector import deploy
from collector.agent.link import Endpoint
from collector.clock import SystemClock
from collector.conventions import BROKER_USER
from collector.problem import as_text
from provisioning import credentials, plan, scaffold
from provisioning.local.influxd import DATABASE, Influxd
from provisioning.local.mosquitto import Mosquitto
from provisioning.local.process import Child, free_port
from provisioning.site import SETTINGS, VENUES, Site, load
from provisioning.targets.mosquitto import CONFIG

if TYPE_CHECKING:
    from pathlib import Path

HOST = "localhost"


class Stack:
    """Broker and database run when the constructor returns; a context manager ends whatever runs.

    The site is the example's with other addresses; `changes` are merged over its settings, and `registry`
    stands in place of its venues.
    """

    def __init__(
        self, folder: Path, changes: dict[str, Any] | None = None, *, registry: str | None = None
    ) -> None:
        self.folder = folder
        self._ends = ExitStack()
        try:
            scaffold.init(folder / "site")
            if registry is not None:
                (folder / "site" / VENUES).write_text(registry, "utf-8")
            self._build(changes or {})
        except BaseException:
            self._ends.close()
            raise

    def _build(self, changes: dict[str, Any]) -> None:
        self.logs = self.folder / "logs"
        self.logs.mkdir()
        self.influxd = self._ends.enter_context(
            Influxd(self.folder / "influxdb", log=self.logs / "influxd.log")
        )
        port = free_port()
        self._settle(port, changes)
        self.site = self._site()
        self.credentials = credentials.ensure(
            self.folder / "secrets", [BROKER_USER, *self.site.venue_ids], [HOST], SystemClock()
        )
        plan.apply(plan.plan(self.site), self.folder / "deploy")
        self.deploy = deploy.load(self.folder / "deploy")
        config = self.deploy.folder / CONFIG
        self.mosquitto = self._ends.enter_context(Mosquitto(config, port, self.logs / "mosquitto.log"))

    def spawn(self, command: str, *arguments: str, name: str = "") -> Child:
        """One of quannet's own processes on this deployment: `quannet COMMAND --deploy … ARGUMENTS`."""
        name = name or command
        words = [sys.executable, "-m", "cli", command, "--deploy", str(self.deploy.folder), *arguments]
        return self._ends.enter_context(Child(name, words, self.logs / f"{name}.log", cwd=self.folder))

    def ingest(self, worker: str = "1") -> Child:
        """Connected to the broker when it returns."""
        state = self.folder / "state"
        child = self.spawn("ingest", "--worker", worker, "--state", str(state), name=f"ingest-{worker}")
        child.wait_until(lambda: "connected to the broker" in child.tail())
        return child

    def endpoint(self, venue: str) -> Endpoint:
        """Where and as whom a venue's PCs dial."""
        password = self.credentials.password_files[venue].read_text("utf-8").strip()
        return Endpoint(HOST, self.mosquitto.port, venue, password, self.credentials.ca_file)

    def adopt(self, child: Child) -> Child:
        """End another process with the rest."""
        return self._ends.enter_context(child)

    def close(self) -> None:
        self._ends.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _settle(self, port: int, changes: dict[str, Any]) -> None:
        path = self.folder / "site" / SETTINGS
        settings: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
        settings |= {
            "deploy": str(self.folder / "deploy"),
            "secrets": str(self.folder / "secrets"),
            "broker": {"host": HOST, "port": port},
            "influx": {"url": self.influxd.access.url, "database": DATABASE, "api": "v1"},
        }
        path.write_text(yaml.safe_dump(settings | changes, allow_unicode=True, sort_keys=False), "utf-8")

    def _site(self) -> Site:
        site, problems = load(self.folder / "site")
        if site is None:
            raise ValueError(as_text(problems))
        return site
