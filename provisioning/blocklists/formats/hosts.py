"""A hosts file: `0.0.0.0 name [name …]`."""

from __future__ import annotations

import re

from provisioning.blocklists.formats.kind import NOTHING, Format, Found, is_sink
from provisioning.blocklists.names import RefusedError

_ADDRESS = r"(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9a-f]*:[0-9a-f]*:[0-9a-f:.]*(?:%\w+)?|0)"


def parse(line: str) -> Found:
    words = line.split("#", 1)[0].split()
    if not words:
        return NOTHING
    if len(words) == 1 or not re.fullmatch(_ADDRESS, words[0], re.IGNORECASE):
        raise RefusedError("syntax")
    if not is_sink(words[0]) and not words[0].lower().startswith(("fe80:", "ff0", "255.")):
        raise RefusedError("redirect")  # it names a machine, it does not block a name
    return tuple(words[1:]), False


FORMAT = Format("hosts", "#", re.compile(rf"{_ADDRESS}\s+[^\s#]", re.IGNORECASE), lambda: parse)
