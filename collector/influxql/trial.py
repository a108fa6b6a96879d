"""Queries of the demo: what it shows and what it judges."""

from __future__ import annotations

from collector.influxql.text import string


def play_of(venue: str, pc: str) -> str:
    """A PC's samples of play, by game."""
    return (
        'SELECT "play", "after_hours" FROM "games" '
        f'WHERE "venue" = {string(venue)} AND "pc" = {string(pc)} GROUP BY "game"'
    )


def violations_since(since: str) -> str:
    """The last word on each violation that was heard of within `since`."""
    return f'SELECT last("firing") FROM "violation" WHERE time > now() - {since} GROUP BY "policy", "venue", "pc"'


def violation_history() -> str:
    """Every point of every violation."""
    return 'SELECT "firing", "since" FROM "violation" GROUP BY "policy", "venue", "pc"'


def books() -> str:
    """The last entry of each ingest process."""
    return 'SELECT last("received") AS "received", "stored", "dead", "in_flight", "shed" FROM "ledger" GROUP BY "worker"'


def message_numbers() -> str:
    """Every message that is stored: its number and its stream."""
    return 'SELECT "n", "stream" FROM "agent"'


def hits_of(venue: str, pc: str) -> str:
    """A PC's samples of listed sites, by category."""
    return (
        'SELECT "domain", "accesses", "process" FROM "sites" '
        f'WHERE "venue" = {string(venue)} AND "pc" = {string(pc)} GROUP BY "category"'
    )
