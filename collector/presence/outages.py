"""When it was we who did not see: outages of our own, from ingest's books alone."""

from __future__ import annotations

from dataclasses import dataclass

from collector.presence.facts import BROKER_GONE, INGEST_STALLED, Outage

MINUTE = 60
ENTRIES = 4  # in a clean minute at least: one is written each 10 s, a little later under load


@dataclass(frozen=True)
class Booked:
    """One worker's entries of a minute (epoch seconds): how many, and whether it was connected in all of them."""

    worker: str
    minute: int
    entries: int
    connected: bool


@dataclass(frozen=True)
class Books:
    """Minutes of all workers, and the newest entry of each: its moment, and whether it was connected then."""

    minutes: tuple[Booked, ...]
    newest: tuple[tuple[int, bool], ...]


def outages(books: Books, now: int) -> tuple[Outage, ...]:
    """Stretches of whole minutes in which no worker has a clean record, oldest first.

    The first of them begins with time itself: of what was before the books nobody knows. The minute that is
    not over counts only where all its entries say that the broker was away.
    """
    this = now // MINUTE * MINUTE
    clean = {row.minute for row in books.minutes if row.connected and row.entries >= ENTRIES}
    begun = {row.minute for row in books.minutes if row.minute >= this}
    cut = {minute for minute in begun if not any(r.connected for r in books.minutes if r.minute == minute)}
    first = min((row.minute for row in books.minutes), default=this)
    found = [Outage(0, first)]
    for minute in range(first, this + MINUTE, MINUTE):
        if minute in clean or (minute == this and minute not in cut):
            continue
        before = found.pop() if found[-1].end == minute else Outage(minute, minute)
        found.append(Outage(before.begin, minute + MINUTE))
    return tuple(found)


def cause_now(books: Books, now: int, fresh: float) -> str:
    """Why we do not see at this moment; empty where a worker does."""
    alive = [connected for at, connected in books.newest if now - at <= fresh]
    if any(alive):
        return ""
    return BROKER_GONE if alive else INGEST_STALLED
