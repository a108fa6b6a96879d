"""A small province made from a seed: what its PCs would have written up to a moment, as line protocol.

Every board shows something: play, play after hours, an outage of one venue, one killed agent, one PC
that was switched off, one that was never seen, and two violations.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from collector.lineprotocol import Point, encode

if TYPE_CHECKING:
    from collections.abc import Iterator

PLACES = (("04648", "Phường Yên Bái"), ("04714", "Xã Văn Chấn"), ("04252", "Xã Mù Cang Chải"))
GAMES = ("lien-minh", "fifa-online-4", "valorant", "dot-kich", "roblox")
_CLASSES = ("game", "game", "agent", "game", "hospitality", "isp")
_STEP = 30


@dataclass(frozen=True)
class Venue:
    id: str
    klass: str
    place: str
    pcs: tuple[str, ...]


def venues(count: int, pcs: int) -> list[Venue]:
    return [
        Venue(
            f"yb-{12 + 7 * i:04}",
            _CLASSES[i % len(_CLASSES)],
            PLACES[i % len(PLACES)][0],
            tuple(f"{n:02}" for n in range(1, pcs + 1)),
        )
        for i in range(count)
    ]


def lines(now: int, hours: float, *, count: int = 4, pcs: int = 5, seed: int = 1) -> Iterator[str]:
    """`now` in epoch seconds. Game points closed 90 minutes ago by law; a few go on."""
    end = now // _STEP * _STEP
    start = end - int(hours * 3600) // 60 * 60
    for place, venue in enumerate(venues(count, pcs)):
        for pc in venue.pcs:
            rng = random.Random(f"{seed}/{venue.id}/{pc}")
            yield from map(encode, _pc(rng, venue, pc, start, end, first=place == 0))
    yield from map(encode, _violations(venues(count, pcs), end))


def _pc(rng: random.Random, venue: Venue, pc: str, start: int, end: int, *, first: bool) -> Iterator[Point]:
    tags = {"venue": venue.id, "pc": pc, "place": venue.place, "class": venue.klass}
    game, until, load, queued, dropped = "none", start, rng.uniform(10, 30), 0, 0
    seen = start
    for at in range(start, end + 1, _STEP):
        state, cause = _state(venue, pc, at, end)
        shut = venue.klass == "game" and at > end - 5400
        if at >= until:
            stays = not shut or (first and int(pc) <= 2)
            game = rng.choice(("none", *GAMES)) if stays and venue.klass != "hospitality" else "none"
            until = at + rng.randrange(600, 5400)
        if state in {"online", "blind"}:
            seen = at
            load = min(98.0, max(3.0, load + rng.uniform(-4, 4) + (0.4 if game != "none" else -0.4)))
            play = 0 if game == "none" else _STEP
            late = {} if venue.klass == "hospitality" else {"after_hours": play if shut else 0}
            yield Point("games", {**tags, "game": game}, {"play": play, "processes": 1, **late}, at)
            memory = 35 + load / 3
            yield Point("host", tags, {"cpu": round(load, 1), "memory": round(memory, 1), "disk": 61.0}, at)
        if at % 60 == 0:
            fields: dict[str, int | float | str] = {
                "state": state,
                "cause": cause,
                "online": int(state in {"online", "blind"}),
                "observed": int(state == "online"),
                "hours": _hours(venue, shut=shut),
            }
            yield Point("presence", tags, fields if state == "unknown" else {**fields, "seen": at - seen}, at)
            if state in {"online", "blind"}:
                word = "active" if game != "none" else "idle"
                yield Point("session", tags, {"state": word, "active": 60 if game != "none" else 0}, at)
                queued = max(0, queued + rng.randrange(-3, 4))
                dropped += rng.random() < 0.003
                health = {"queued": queued, "dropped": dropped, "version": "0.1.0", "clock": "server"}
                yield Point("agent", tags, health, at)


def _hours(venue: Venue, *, shut: bool) -> str:
    if venue.klass == "hospitality":
        return "no_rule"
    return "closed" if shut else "open"


def _state(venue: Venue, pc: str, at: int, end: int) -> tuple[str, str]:
    if venue.id == "yb-0012":
        if pc == "03" and at > end - 2700:
            return "silent", "lost"
        if pc == "04" and at > end - 1800:
            return "closed", "said_goodbye"
        if pc == "05":
            return "unknown", "never_seen"
    if venue.id == "yb-0019" and end - 2400 < at <= end - 900:
        return "silent", "no_message"
    if venue.id == "yb-0012" and pc == "02" and at > end - 1200:
        return "blind", "doh"
    return "online", "seen"


def _violations(all_venues: list[Venue], end: int) -> Iterator[Point]:
    venue = all_venues[0]
    for pc, policy, severity, since in (
        ("01", "after-hours", "critical", 1500),
        ("03", "silent", "warning", 2400),
    ):
        tags = {"venue": venue.id, "pc": pc, "place": venue.place, "class": venue.klass}
        tags |= {"policy": policy, "severity": severity}
        for at in range(end - since, end + 1, 60):
            fields = {"firing": 1, "since": at - (end - since), "value": 60.0}
            yield Point("violation", tags, fields, at)
    tags = {"venue": venue.id, "pc": "02", "place": venue.place, "class": venue.klass}
    tags |= {"policy": "after-hours", "severity": "critical"}
    yield Point("violation", tags, {"firing": 0, "since": 600, "value": 0.0}, end - 60)
