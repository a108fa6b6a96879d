"""A real VictoriaMetrics (Debian's package `victoria-metrics`) as a child process: a second taker of /api/v2/write."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import urllib3

from collector.influx import Access
from provisioning.local.process import Child, free_port, listens

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Stored:
    """A field of a series as it stands; the name joins measurement and field."""

    name: str
    tags: dict[str, str]
    values: tuple[float, ...]
    milliseconds: tuple[int, ...]


class Victoria(Child):
    """Serving when the constructor returns. Of a text it makes a 0; `password` asks everybody for `Basic` q:…."""

    def __init__(self, folder: Path, *, password: str | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.access = Access(self.url, "quannet", api="v2")
        asked = [] if password is None else ["-httpAuth.username=q", f"-httpAuth.password={password}"]
        command = [
            "victoria-metrics",
            f"-httpListenAddr=127.0.0.1:{self.port}",
            f"-storageDataPath={folder / 'data'}",
            "-retentionPeriod=100y",
            "-search.latencyOffset=0s",
            *asked,
        ]
        super().__init__("victoria-metrics", command, folder / "victoria.log")
        self.ready()

    def ready(self) -> None:
        self.wait_until(lambda: listens(self.port))

    def stored(self, name: str, count: int = 1) -> list[Stored]:
        """All series of a field once `count` values stand; they are found some time after the write."""
        found: list[Stored] = []

        def complete() -> bool:
            found[:] = self._export(name)
            return sum(len(one.values) for one in found) >= count

        self.wait_until(complete)
        return found

    def _export(self, name: str) -> list[Stored]:
        self._get("/internal/force_flush")
        asked = urlencode({"match[]": name, "start": 0})
        rows = [json.loads(line) for line in self._get(f"/api/v1/export?{asked}").splitlines()]
        return sorted(
            (
                Stored(
                    row["metric"].pop("__name__"),
                    row["metric"],
                    tuple(row["values"]),
                    tuple(row["timestamps"]),
                )
                for row in rows
            ),
            key=lambda one: sorted(one.tags.items()),
        )

    def _get(self, path: str) -> bytes:
        return urllib3.request("GET", self.url + path).data
