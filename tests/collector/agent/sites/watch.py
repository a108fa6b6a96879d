"""The sensor as the agent runs it, in a process of its own: a line of line protocol a point, at each word `sample`."""

import sys
from pathlib import Path

from collector import lineprotocol
from collector.agent.blocklist.follow import Followed
from collector.agent.platform.linux import LinuxPlatform
from collector.agent.sensors.sites import SitesSensor
from collector.clock import SystemClock


def main(path: str) -> None:
    clock = SystemClock()
    sensor = SitesSensor(LinuxPlatform().lookout, Followed(Path(path), Path(path).parent / "lists"), 1.0)
    for _ in sys.stdin:
        for point in sensor.sample(clock.instant()):
            sys.stdout.write(lineprotocol.encode(point) + "\n")
        sys.stdout.write("\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
