"""A real InfluxDB 1.x (Debian's package `influxdb`) as a child process."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from collector.influx import Access, Influx
from provisioning.local.process import Child, free_port, listens
from provisioning.wal import seal

if TYPE_CHECKING:
    from pathlib import Path

DATABASE = "quannet"

# The database must not call home, and answers on loopback only. Its index is that of a real deployment.
_CONFIG = """\
reporting-disabled = true
bind-address = "127.0.0.1:{rpc}"

[meta]
  dir = {meta}

[data]
  dir = {data}
  wal-dir = {wal}
  index-version = "tsi1"
  query-log-enabled = false

[retention]
  check-interval = "{retention_check}"

[monitor]
  store-enabled = false

[http]
  bind-address = "127.0.0.1:{port}"
  log-enabled = false
"""


class Influxd(Child):
    """Started and with its database made when the constructor returns."""

    def __init__(
        self,
        folder: Path,
        *,
        port: int | None = None,
        retention_check: str = "30m",
        sealed: bool = True,
        log: Path | None = None,
    ) -> None:
        """`retention_check`: how often it drops what has grown too old, as 1.x writes a duration.

        `sealed` is how a deployment starts it; otherwise it may lose what it acknowledged when it is killed twice.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self.wal = folder / "wal"
        self._sealed = sealed
        self.port = port or free_port()
        self.access = Access(f"http://127.0.0.1:{self.port}", DATABASE, api="v1")
        config = folder / "influxdb.conf"
        # JSON's string form is TOML's.
        paths = {name: json.dumps(str(folder / name)) for name in ("meta", "data", "wal")}
        text = _CONFIG.format(rpc=free_port(), port=self.port, retention_check=retention_check, **paths)
        config.write_text(text, "utf-8")
        super().__init__("influxd", ["influxd", "-config", str(config)], log or folder / "influxd.log")
        self.ready()

    def _start(self) -> None:
        if self._sealed:
            seal(self.wal)
        super()._start()

    def ready(self) -> None:
        self.wait_until(lambda: listens(self.port))
        influx = Influx(self.access)
        influx.create_database()
        influx.close()
