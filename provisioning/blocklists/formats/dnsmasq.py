"""Settings of dnsmasq: `address=/name/0.0.0.0`, `local=/name/`, `server=/name/`."""

from __future__ import annotations

import re

from provisioning.blocklists.formats.kind import NOTHING, Format, Found, is_sink, uncommented
from provisioning.blocklists.names import RefusedError

_SETTING = re.compile(r"(address|local|server)\s*=\s*/(.+)/([^/]*)")


def parse(line: str) -> Found:
    text = uncommented(line)
    if not text:
        return NOTHING
    match = _SETTING.fullmatch(text)
    if match is None:
        raise RefusedError("syntax")
    kind, names, target = match[1], tuple(match[2].split("/")), match[3]
    if kind != "address" and target == "#":  # "ask the usual servers": an exception
        return names, True
    if not is_sink(target):
        raise RefusedError("redirect")
    return names, False


FORMAT = Format("dnsmasq", "#", re.compile(r"(?:address|local|server)\s*=\s*/"), lambda: parse)
