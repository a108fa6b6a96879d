"""A PC as the judges see it, told in few words: chromium runs, the capture looks, the site wants nothing."""

from pathlib import Path
from typing import Any

from collector.agent.blindness import resolvers
from collector.agent.blindness.evidence import Connection, Evidence, View
from collector.agent.blindness.judges import REASONS
from collector.agent.observation import Contact, Lookup

NOW, LAST, BEGAN = 1000.0, 970.0, 100.0
KNOWN = resolvers.load(Path(resolvers.OWN))[0]
assert KNOWN is not None


def pc(*, lookups=(), contacts=(), view: dict[str, Any] | None = None, **changes: Any) -> Evidence:
    seen = {"running": True, "permitted": True, "since": 50.0, **(view or {})}
    told = {
        "now": NOW,
        "last": LAST,
        "resolvers": KNOWN,
        "browsers": {"chromium": BEGAN},
        "servers": ("203.0.113.2",),
        **changes,
    }
    return Evidence(view=View(lookups=tuple(lookups), contacts=tuple(contacts), **seen), **told)


def to(address: str, port: int = 443, program: str = "chromium", *, since: float = 980.0, udp: bool = False):
    return Connection(program, address, port, "udp" if udp else "tcp", since)


def asked(name: str, *addresses: str, at: float = 975.0, process: str = "") -> Lookup:
    return Lookup((name,), addresses, ("203.0.113.9", 40000), at, process)


def hello(name: str, address: str, *, at: float = 980.0, ech: bool = False, process: str = "") -> Contact:
    return Contact(name, address, 443, ("203.0.113.9", 40001), ech, "tls", at, process)


def sites(count: int, *, looked_up: bool, hello_too: bool = True) -> dict[str, Any]:
    """A browser with so many sites open, with or without lookups that could be seen."""
    names = [(f"s{i}.example", f"198.51.100.{i + 1}") for i in range(count)]
    return {
        "lookups": [asked(name, address) for name, address in names] if looked_up else [],
        "contacts": [hello(name, address) for name, address in names] if hello_too else [],
        "connections": tuple(to(address) for _, address in names),
    }


def reasons(verdicts) -> list[str]:
    found = [verdict.reason for verdict in verdicts]
    assert set(found) <= set(REASONS)
    return found
