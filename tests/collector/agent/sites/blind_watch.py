"""The sensor `blind` as the agent runs it, in a process of its own: a line a point, at each word `sample`."""

import sys
from pathlib import Path
from types import SimpleNamespace

from collector import lineprotocol
from collector.agent import config
from collector.agent.platform.linux import LinuxPlatform
from collector.agent.sensors.blind import BlindSensor
from collector.clock import SystemClock


def main(resolvers: str) -> None:
    clock = SystemClock()
    broker = config.Broker(host="127.0.0.1", password_file=Path("password"))
    blind = config.BlindSettings(Path(resolvers)) if resolvers else config.BlindSettings()
    settings = config.Settings(
        "yb-0012", "07", broker, config.SpoolSettings(Path("state")), blind=blind, interval=1
    )
    listed = SimpleNamespace(in_force=True, renew=lambda: None)  # some list is in force
    sensor = BlindSensor.build(settings, LinuxPlatform(), listed)
    for _ in sys.stdin:
        for point in sensor.sample(clock.instant()):
            sys.stdout.write(lineprotocol.encode(point) + "\n")
        sys.stdout.write("\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
