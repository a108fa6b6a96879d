"""Filter rules of ad blockers, as far as they speak of whole sites: `||name^`, `@@||name^`."""

from __future__ import annotations

import re

from provisioning.blocklists.formats.kind import NOTHING, Format, Found, uncommented
from provisioning.blocklists.names import RefusedError

# Options that leave a rule what it is. Any other limits it (third parties, scripts, one client …), so
# that the site itself is not what the list wants to keep from people.
_WHOLE = frozenset({"", "all", "doc", "document", "important"})
_COSMETIC = re.compile(r"#[@?$%]*#")


def parse(line: str) -> Found:
    rule = line.strip()
    if rule.startswith("["):  # [Adblock Plus 2.0]
        return NOTHING
    if _COSMETIC.search(rule):
        raise RefusedError("cosmetic")
    if rule.startswith("#"):
        return NOTHING
    rule = uncommented(rule)
    exception = rule.startswith("@@")
    name, _, options = rule.removeprefix("@@").partition("$")
    if name.startswith("||"):
        # Without an end the rule means every name that begins so.
        name, end, rest = name[2:].partition("^")
        if not end or rest.strip("|"):
            raise RefusedError("path" if "/" in rest or "/" in name else "pattern")
    elif name.startswith(("|", "/")):
        raise RefusedError("pattern")
    if any(sign in name.removeprefix("*.") for sign in "*|^"):
        raise RefusedError("pattern")
    if not set(options.lower().split(",")) <= _WHOLE:
        raise RefusedError("options")
    return (name,), exception


FORMAT = Format("adblock", "!", re.compile(r"(?:@@)?\|\||\[Adblock", re.IGNORECASE), lambda: parse)
