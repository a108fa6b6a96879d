"""What managed policies mean for names: from a browser's own words to ours. Pure."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from collector.agent.blindness.evidence import Policy

if TYPE_CHECKING:
    from collections.abc import Mapping

# A text, or what Chromium's reader lets pass and ours does not: comments, and commas before a closing bracket.
_LENIENT = re.compile(r'("(?:[^"\\]|\\.)*")|//[^\n]*|/\*.*?\*/|,(?=\s*[}\]])', re.DOTALL)


def chromium(browser: str, values: Mapping[str, Any], *, builtin_default: bool) -> Policy:
    """From the policies of Chromium's family; numbers 0 and 1 are what Windows' registry has for booleans.

    `DnsOverHttpsMode`: `off`, `automatic` (upgrades where the system's resolver is known to offer it: on,
    since nobody sees whether it did) or `secure`. A browser that is managed at all and has no word on it
    leaves DoH off, but only the browser knows whether it counts as managed: unset.
    """
    mode = values.get("DnsOverHttpsMode")
    return Policy(
        browser,
        doh={"off": False, "automatic": True, "secure": True}.get(str(mode)),
        quic=_flag(values.get("QuicAllowed")),
        ech=_flag(values.get("EncryptedClientHelloEnabled")),
        builtin=_or(_flag(values.get("BuiltInDnsClientEnabled")), default=builtin_default),
        dns_host=_host(values.get("DnsOverHttpsTemplates")),
    )


def firefox(values: Mapping[str, Any]) -> Policy:
    """From Firefox's `policies`. What is not locked, the person may change again: it counts as unset."""
    doh = _dict(values.get("DNSOverHTTPS"))
    enabled, locked = _flag(doh.get("Enabled")), _flag(doh.get("Locked"))
    no_ech = _flag(values.get("DisableEncryptedClientHello"))
    http3 = _dict(_dict(values.get("Preferences")).get("network.http.http3.enable"))
    return Policy(
        "firefox",
        doh=enabled if enabled or locked else None,
        quic=_flag(http3.get("Value")) if http3.get("Status") == "locked" else None,
        ech=None if no_ech is None else not no_ech,
        builtin=False,  # Firefox asks the system, or over HTTPS
        dns_host=_host(doh.get("ProviderURL")),
    )


def read_json(text: str) -> dict[str, Any]:
    """A policy file as Chromium reads it; empty where it is none, as the browser takes it then."""
    try:
        found = json.loads(_LENIENT.sub(lambda match: match[1] or "", text))
    except ValueError:
        return {}
    return _dict(found)


def _flag(value: Any) -> bool | None:
    return bool(value) if isinstance(value, (bool, int)) else None


def _or(value: bool | None, *, default: bool) -> bool:  # noqa: FBT001 - a value, not a switch
    return default if value is None else value


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _host(templates: Any) -> str:
    """Of the first of the templates, which stand apart by spaces."""
    first = str(templates or "").split(" ")[0]
    try:
        return (urlsplit(first).hostname or "").rstrip(".")
    except ValueError:
        return ""
