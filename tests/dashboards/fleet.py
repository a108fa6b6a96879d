"""A small province made from a seed: what its PCs would have written up to a moment, as line protocol.

Every board shows something: play, play after hours, an outage of one venue, one killed agent, one PC
that was switched off, one that was never seen, two violations, sites reached and sites only looked up,
a PC that is blind for two reasons and one that does not look at all.
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
# category, grade, listed domain, list, version
PROHIBITED = ("prohibited", "violation", "nha-cai-so-1.example", "site-deny", "2026-11-02")
_HINTS = (
    ("gambling", "hint", "keo-bong-truc-tuyen.example", "hostsvn-gambling", "2026-07-23"),
    ("adult", "hint", "phim-nong.example", "hostsvn-adult", "2026-07-23"),
    ("threat", "hint", "nhan-qua-mien-phi.example", "hostsvn-threat", "2026-07-23"),
    ("crypto", "hint", "dao-coin.example", "rieng", "3"),
)
_PROGRAMS = ("chrome.exe", "chrome.exe", "coccoc.exe", "msedge.exe", "")


DEAF = ("yb-0033", "05")  # without a list: it does not look for sites

Site = tuple[str, str, str, str, str]


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
    yield from map(encode, _strangers(venues(count, pcs)[0], end))


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
            if (venue.id, pc) != DEAF:
                yield from _seen(venue, pc, tags, at, end)
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


def _seen(venue: Venue, pc: str, tags: dict[str, str], at: int, end: int) -> Iterator[Point]:
    """What the sensors of names say in one sample."""
    rng = random.Random(f"sites/{venue.id}/{pc}/{at}")
    reasons = list(_reasons(venue, pc, at, end))
    for reason, detail in reasons or [("none", "")]:
        yield Point(
            "blind", {**tags, "reason": reason}, {"blind": int(reason != "none"), "detail": detail}, at
        )
    hits = [] if reasons else list(_hits(rng, venue, pc, at, end))
    for slot, (site, lookups, accesses) in enumerate(hits):
        category, grade, domain, source, version = site
        fields = {"domain": domain, "source": source, "version": version, "lookups": lookups}
        fields |= {"accesses": accesses, "process": random.Random(pc + domain).choice(_PROGRAMS)}
        yield Point("sites", {**tags, "category": category, "grade": grade, "slot": str(slot)}, fields, at)
    if not hits:
        nothing = {"category": "none", "grade": "none", "slot": "0"}
        yield Point("sites", {**tags, **nothing}, {"lookups": 0, "accesses": 0}, at)


def _hits(rng: random.Random, venue: Venue, pc: str, at: int, end: int) -> Iterator[tuple[Site, int, int]]:
    """One PC reaches a prohibited site every fourth minute, the last one a minute ago; another only looks it up."""
    if venue.id == "yb-0012" and pc == "01" and at > end - 2400 and (end - at) % 240 == 60:
        yield PROHIBITED, 2, 1
    if venue.id == "yb-0019" and pc == "02" and (end - at) % 600 == 120:
        yield PROHIBITED, 1, 0
    if int(pc) % 2 and rng.random() < 0.04:
        for site in rng.sample(_HINTS, rng.choice((1, 1, 2))):
            yield site, rng.randrange(1, 4), int(rng.random() < 0.4)


def _reasons(venue: Venue, pc: str, at: int, end: int) -> Iterator[tuple[str, str]]:
    state, cause = _state(venue, pc, at, end)
    if state == "blind":
        yield cause, "chrome: google" if cause == "doh" else "wg0"
        if cause == "doh" and at > end - 600:
            yield "vpn", "wg0"


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
        return "dark", "venue_gone"
    if venue.id == "yb-0012" and pc == "02" and at > end - 1200:
        return "blind", "doh"
    if venue.id == "yb-0047" and pc in {"01", "04"}:
        return "blind", "vpn"  # all the time
    return "online", "seen"


def _strangers(venue: Venue, end: int) -> Iterator[Point]:
    """A PC that nobody registered has sent for half an hour."""
    tags = {"venue": venue.id, "pc": "khach-1", "place": venue.place, "class": venue.klass}
    for at in range(end - 1800, end + 1, 60):
        yield Point("unregistered", tags, {"messages": 2}, at)


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
