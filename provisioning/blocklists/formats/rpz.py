"""A response policy zone: `name CNAME .`, `*.name CNAME .`; `CNAME rpz-passthru.` is an exception."""

from __future__ import annotations

import re

from provisioning.blocklists.formats.kind import NOTHING, Format, Found, is_sink
from provisioning.blocklists.names import RefusedError

_BLOCKS = frozenset({".", "*.", "rpz-drop.", "rpz-tcp-only."})
_TTL_OR_CLASS = re.compile(r"(?:[0-9]+[smhdw]?)+|IN", re.IGNORECASE)
_TRIGGER = re.compile(r"(?:^|\.)rpz-(?:client-ip|ip|nsip|nsdname)$")


class Zone:
    """The parser of one zone file: it remembers the origin and an open parenthesis."""

    def __init__(self) -> None:
        self._origin = ""
        self._open = 0

    def __call__(self, line: str) -> Found:
        text = line.split(";", 1)[0].rstrip()
        inside, self._open = self._open > 0, max(0, self._open + text.count("(") - text.count(")"))
        words = text.split()
        if inside or not words:
            return NOTHING
        if words[0].startswith("$"):
            return self._directive(words)
        owner, rest = ("@", words) if text[0].isspace() else (words[0], words[1:])
        while rest and _TTL_OR_CLASS.fullmatch(rest[0]):
            rest = rest[1:]
        if len(rest) < 2:
            raise RefusedError("syntax")
        return self._record(owner.lower(), rest[0].upper(), rest[1].lower())

    def _directive(self, words: list[str]) -> Found:
        if words[0].upper() == "$ORIGIN" and len(words) > 1:
            self._origin = words[1].strip(".").lower()
        elif words[0].upper() != "$TTL":
            raise RefusedError("syntax")
        return NOTHING

    def _record(self, owner: str, kind: str, target: str) -> Found:
        if kind not in {"CNAME", "A", "AAAA"} or owner == "@":
            return NOTHING  # the zone's own SOA and NS; TXT and the like only dress an answer
        name = owner
        if name.endswith("."):  # absolute: the zone's own name is no part of the blocked one
            name = name[:-1]
            name = name.removesuffix(f".{self._origin}") if self._origin else name
        if _TRIGGER.search(name):
            raise RefusedError("trigger")  # speaks of addresses or name servers
        if kind == "CNAME":
            if target == "rpz-passthru." or target.rstrip(".") == name:
                return (name,), True
            if target in _BLOCKS:
                return (name,), False
        elif is_sink(target):
            return (name,), False
        raise RefusedError("redirect")


FORMAT = Format(
    "rpz",
    ";",
    re.compile(
        r"(?:\S+\s+)?(?:[0-9]+[smhdw]?\s+)?(?:IN\s+)?(?:CNAME|SOA|NS)\s+\S|\$(?:TTL|ORIGIN)\s", re.IGNORECASE
    ),
    Zone,
)
