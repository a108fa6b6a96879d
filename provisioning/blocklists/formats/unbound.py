"""Settings of unbound: `local-zone: "name" always_nxdomain`, `local-data: "name A 0.0.0.0"`."""

from __future__ import annotations

import re

from provisioning.blocklists.formats.kind import NOTHING, Format, Found, is_sink, uncommented
from provisioning.blocklists.names import RefusedError

_SETTING = re.compile(r"(local-zone|local-data)\s*:\s*(?:\"([^\"]*)\"|'([^']*)'|(\S+))\s*([a-z_]*)")
_FREE = frozenset({"transparent", "always_transparent", "typetransparent", "nodefault"})
_BLOCK = frozenset(
    [
        "always_deny",
        "always_nodata",
        "always_null",
        "always_nxdomain",
        "always_refuse",
        "block_a",
        "deny",
        "inform_deny",
        "inform_redirect",
        "redirect",
        "refuse",
        "static",
    ]
)


def parse(line: str) -> Found:
    text = uncommented(line)
    if not text or text == "server:":
        return NOTHING
    match = _SETTING.fullmatch(text)
    if match is None:
        raise RefusedError("syntax")
    value, kind = match[2] or match[3] or match[4] or "", match[5]
    if match[1] == "local-zone":
        if kind not in _FREE | _BLOCK:
            raise RefusedError("syntax")
        return (value,), kind in _FREE
    name, *rest = value.split() or [""]
    if not rest:
        raise RefusedError("syntax")
    if "A" in rest or "AAAA" in rest:
        if not is_sink(rest[-1]):
            raise RefusedError("redirect")
        return (name,), False
    return NOTHING  # TXT, SOA and the like only dress the zone


FORMAT = Format("unbound", "#", re.compile(r"local-(?:zone|data)\s*:|server:\Z"), lambda: parse)
