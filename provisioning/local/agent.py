"""A real agent on this machine as a child process, as a PC of some venue."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from collector.agent.loop import STATUS_FILE
from provisioning import files
from provisioning.local.process import Child
from provisioning.render import as_toml

if TYPE_CHECKING:
    from pathlib import Path

    from collector.agent.link import Endpoint


class LocalAgent(Child):
    """`every` is the seconds between two samples. Its settings, password and spool lie in `folder`."""

    def __init__(self, folder: Path, endpoint: Endpoint, venue: str, pc: str, every: int) -> None:
        self.settings = folder / "agent.toml"
        self._spool = folder / "spool"
        files.write(folder / "password", endpoint.password.encode(), files.SECRET)
        broker = {
            "host": endpoint.host,
            "port": endpoint.port,
            "ca_file": str(endpoint.ca_file),
            "password_file": "password",
        }
        tables: dict[str, dict[str, Any]] = {
            "": {"venue": venue, "pc": pc, "interval": every},
            "broker": broker,
            "spool": {"folder": "spool"},
            "sites": {"spread": 1},
        }
        files.write(self.settings, as_toml(tables).encode(), files.PUBLIC)
        super().__init__("agent", self.command("run"), folder / "agent.log")

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "collector.agent", "--config", str(self.settings), *arguments]

    def state(self) -> dict[str, Any]:
        """What it last wrote of itself; empty before its first message."""
        try:
            state: dict[str, Any] = json.loads((self._spool / STATUS_FILE).read_text("utf-8"))
        except FileNotFoundError:
            return {}
        return state
