"""One name as somebody wrote it in a list, as the one spelling that is compared; or why it is refused."""

from __future__ import annotations

import ipaddress
import re

import idna

LOCAL_NAMES = frozenset(
    [
        "localhost",
        "localhost.localdomain",
        "local",
        "broadcasthost",
        "ip6-localhost",
        "ip6-loopback",
        "ip6-localnet",
        "ip6-mcastprefix",
        "ip6-allnodes",
        "ip6-allrouters",
        "ip6-allhosts",
    ]
)
# Under these VNNIC registers names for others: listing one would list half of the country.
REGISTRIES = frozenset(
    f"{second}.vn"
    for second in "com net org edu gov int ac biz info name pro health id io ai".split()  # noqa: SIM905 - short
)

# Real names hold underscores and hyphens where the rules for host names have none.
_USUAL = re.compile(r"(?:[a-z0-9_-]{1,63}\.)+(?=[0-9-]*[a-z])[a-z0-9-]{2,63}")
_LABEL = re.compile(r"[a-z0-9_-]*")
_URL = re.compile(r"[a-z][a-z0-9+.-]*://(?:[^/?#@]*@)?([^/?#]*)(.*)", re.DOTALL)
_PORT = re.compile(r"[^:\[\]]*:[0-9]{1,5}")
MAX_NAME = 253


class RefusedError(ValueError):
    """An entry that is not taken; `reason` is one word, for counting."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def normalise(text: str) -> str:
    """The name in lower case, punycode, without wildcard and trailing dot. RefusedError."""
    name = text.lower()
    if not name.isascii():
        name = _punycode(name)
    elif "://" in name:
        name = _host(name)
    name = name.removeprefix("*").removeprefix(".").removesuffix(".")
    if len(name) > MAX_NAME or _USUAL.fullmatch(name) is None or name in LOCAL_NAMES or name in REGISTRIES:
        raise RefusedError(_why(name))
    return name


def _punycode(name: str) -> str:
    """As browsers do it: the mapping of UTS 46, then punycode, so that emoji and old names pass too."""
    try:
        mapped = idna.uts46_remap(name, std3_rules=False, transitional=False)
    except idna.IDNAError:
        raise RefusedError("characters") from None
    if "://" in mapped:
        return _host(mapped) if mapped.isascii() else _punycode(_host(mapped))
    labels = mapped.split(".")
    return ".".join(
        label if label.isascii() else f"xn--{label.encode('punycode').decode()}" for label in labels
    )


def _host(url: str) -> str:
    match = _URL.fullmatch(url)
    if match is None or match[2].strip("/"):
        raise RefusedError("path")  # a page of a site is not the site
    return match[1]


def _why(name: str) -> str:
    """The reason for which a name is refused, the most telling one first."""
    labels = name.split(".")
    reasons = {
        "localhost": name in LOCAL_NAMES,
        "registry": name in REGISTRIES,
        "address": _is_address(name),
        "path": "/" in name or "?" in name,
        "port": _PORT.fullmatch(name) is not None,
        "characters": not all(_LABEL.fullmatch(label) for label in labels),
        "label-too-long": any(len(label) > 63 for label in labels),
        "name-too-long": len(name) > MAX_NAME,
    }
    return next((reason for reason, holds in reasons.items() if holds), "no-domain")


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_network(text.strip("[]"), strict=False)
    except ValueError:
        return False
    return True
