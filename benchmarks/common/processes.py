"""CPU and memory of processes while something runs, looked at each second."""

import statistics
from dataclasses import dataclass, field

import psutil

from collector.clock import SystemClock


def cpu_seconds(pid: int) -> float:
    """Of a process and the children that it has or had."""
    times = psutil.Process(pid).cpu_times()
    own = times.user + times.system + times.children_user + times.children_system
    return own + sum(cpu_seconds(child.pid) for child in psutil.Process(pid).children())


def resident(pid: int) -> int:
    process = psutil.Process(pid)
    return process.memory_info().rss + sum(resident(child.pid) for child in process.children())


@dataclass
class Usage:
    """Of processes by name; several of one name are added up."""

    pids: dict[str, list[int]]
    shares: dict[str, list[float]] = field(default_factory=dict)
    rss: dict[str, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._clock = SystemClock()
        self.begin()

    def begin(self) -> None:
        """What was before is not counted."""
        self.shares = {name: [] for name in self.pids}
        self.rss = {name: [] for name in self.pids}
        self._first = self._last = self._cpu()
        self._begun = self._at = self._clock.monotonic()

    def look(self) -> None:
        now, cpu = self._clock.monotonic(), self._cpu()
        for name, pids in self.pids.items():
            self.shares[name].append((cpu[name] - self._last[name]) / (now - self._at))
            self.rss[name].append(sum(map(resident, pids)))
        self._at, self._last = now, cpu

    @property
    def spent(self) -> dict[str, float]:
        """CPU seconds between the beginning and the last look."""
        return {name: self._last[name] - self._first[name] for name in self.pids}

    @property
    def seconds(self) -> float:
        """Between the beginning and the last look."""
        return self._at - self._begun

    def report(self) -> dict[str, dict[str, float]]:
        return {
            name: {
                "cpu_percent_of_a_core_median": round(100 * statistics.median(self.shares[name]), 1),
                "cpu_percent_of_a_core_mean": round(100 * self.spent[name] / self.seconds, 1),
                "rss_mib_median": round(statistics.median(self.rss[name]) / 2**20, 1),
                "rss_mib_most": round(max(self.rss[name]) / 2**20, 1),
            }
            for name in self.pids
        }

    def _cpu(self) -> dict[str, float]:
        return {name: sum(map(cpu_seconds, pids)) for name, pids in self.pids.items()}
