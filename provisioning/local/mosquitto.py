"""A real Mosquitto (Debian's package) as a child process, on the configuration that was generated for it."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING

from provisioning.local.process import Child, listens

if TYPE_CHECKING:
    from pathlib import Path


class Mosquitto(Child):
    """Listening when the constructor returns. It keeps nothing on disk: killed, it has lost everything."""

    def __init__(self, config: Path, port: int, log: Path) -> None:
        self.port = port
        # Started by root it would become another user, who cannot read our secrets.
        mine = log.with_suffix(".conf")
        mine.write_text(f"{config.read_text('utf-8')}\nuser {getpass.getuser()}\n", "utf-8")
        super().__init__("mosquitto", ["mosquitto", "-c", str(mine)], log)
        self.ready()

    def ready(self) -> None:
        self.wait_until(lambda: listens(self.port))
