"""Queries of the doctor: what the server's own measurements say about the server."""

from __future__ import annotations


def ledger_entries(since: str) -> str:
    """Every entry in the books of each ingest process."""
    counts = [
        "received",
        "stored",
        "dead",
        "in_flight",
        "shed",
        "lines_stored",
        "lines_dead",
        "write_errors",
        "connected",
    ]
    fields = ", ".join(f'"{name}"' for name in counts)
    return f'SELECT {fields} FROM "ledger" WHERE time > now() - {since} GROUP BY "worker"'


def refusal_counts(since: str) -> str:
    """What each ingest process has refused since it started, by reason, as it grew."""
    return (
        f'SELECT last("count") AS "count" FROM "refused" WHERE time > now() - {since}'
        ' GROUP BY time(10m), "worker", "reason" fill(none)'
    )


def strangers(since: str) -> str:
    """Of each venue the messages from PCs that stand in no registry."""
    return f'SELECT sum("messages") AS "messages" FROM "unregistered" WHERE time > now() - {since} GROUP BY "venue"'


def last_presence(since: str) -> str:
    return f'SELECT last("observed") FROM "presence" WHERE time > now() - {since}'


def last_sources(since: str) -> str:
    """Of each source of the list of sites, whether it was refused when it was last built."""
    return (
        f'SELECT last("refused") AS "refused" FROM "blocklist" WHERE time > now() - {since} GROUP BY "source"'
    )
