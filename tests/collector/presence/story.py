"""A case file read and played: what happens, minute by minute the verdicts, and what is expected of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

from collector.influx import Unavailable
from collector.presence.facts import Verdict
from collector.presence.points import points
from collector.presence.rounds import Rounds

DOES = ("start", "kill", "power_off", "goodbye", "cut_line", "mend_line", "be_slow")
DOES += ("reinstall", "reset_disk", "copy_config", "copy_disk")
OURS = {"server": ("ingest", "broker", "database", "presence")}
KEYS = {"what", "pcs", "communes", "absent", "minutes", "story", "expect", "accused", "forgets"}
ACCUSING = {"silent", "dark"}


class Story:
    def __init__(self, path: Path, world_of: type) -> None:
        case = yaml.safe_load(path.read_text("utf-8"))
        assert not case.keys() - KEYS, f"{path.name}: {sorted(case.keys() - KEYS)}"
        self.case = case
        self.minutes: int = case["minutes"]
        communes = case.get("communes")
        found: dict[str, list[str]] = {}
        for text in case["pcs"]:
            for venue, pc in expand(text):
                found.setdefault(venue, []).append(pc)
        venues = [
            (venue, f"{(i % communes if communes else i):05}", tuple(pcs))
            for i, (venue, pcs) in enumerate(found.items())
        ]
        self.keys = [(venue, pc) for venue, _, pcs in venues for pc in pcs]
        self.world = world_of(venues, {key for text in case.get("absent", ()) for key in self.who(text)})
        self.events: list[dict[str, Any]] = sorted(case["story"], key=lambda event: event["at"])

    def who(self, text: str) -> list[tuple[str, str]]:
        """The PCs that a pattern names: `yb-0012`, `yb-0012/02`, `isp-*`."""
        pattern = text if "/" in text else f"{text}/*"
        found = [key for key in self.keys if fnmatchcase("/".join(key), pattern)]
        assert found, f"{text} is nobody"
        return found

    def play(self, *, restarted_each: int = 0) -> Iterator[tuple[int, dict[tuple[str, str], Verdict]]]:
        """Each minute with the verdicts that were written. Presence is restarted each few minutes, if ever."""
        world, rounds, events = self.world, None, list(self.events)
        while world.t <= self.minutes * 60:
            while events and events[0]["at"] * 60 <= world.t:
                self._happen(events.pop(0))
            now = world.step()
            if not world.up["presence"]:
                rounds = None
            elif now % 60 == 0 and now > 0:
                again = restarted_each and now // 60 % restarted_each == 0
                rounds = Rounds(world) if rounds is None or again else rounds
                words = world.told_now() if restarted_each else world.words
                try:
                    verdicts = rounds.judge(world.roster, words, world.base + now, hears=world.hears)
                except Unavailable:
                    continue
                for point in points(world.roster, verdicts, world.base + now):
                    key = point.tags["venue"], point.tags["pc"]
                    seen = point.fields.get("seen")
                    last = None if seen is None else point.time - seen
                    row = Verdict(point.fields["state"], point.fields["cause"], last)
                    world.rows[key].append((point.time, row))
                yield now // 60, verdicts

    def _happen(self, event: dict[str, Any]) -> None:
        if "ours" in event:
            for part in OURS.get(event["ours"], (event["ours"],)):
                {"down": self.world.down, "up": self.world.rise}[event["goes"]](part)
            return
        assert event["does"] in DOES, event
        for text in [event["who"]] if isinstance(event["who"], str) else event["who"]:
            for key in self.who(text):
                getattr(self.world, event["does"])(key)


def expand(text: str) -> list[tuple[str, str]]:
    """`yb-0012/01-05`, `isp-001..300/01-02`."""
    venues, _, pcs = text.partition("/")
    return [
        (venue, pc)
        for venue in _range(venues, r"(.*?)(\d+)\.\.(\d+)")
        for pc in _range(pcs, r"()(\d+)-(\d+)")
    ]


def _range(text: str, pattern: str) -> list[str]:
    match = re.fullmatch(pattern, text)
    if match is None:
        return [text]
    name, first, last = match.groups()
    return [f"{name}{n:0{len(first)}}" for n in range(int(first), int(last) + 1)]
