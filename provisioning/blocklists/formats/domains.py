"""Plain domains: a name a line."""

from __future__ import annotations

import re

from provisioning.blocklists.formats.kind import NOTHING, Format, Found
from provisioning.blocklists.names import RefusedError

_COMMENT = re.compile(r"\s(?:[#;!]|//).*")


def parse(line: str) -> Found:
    words = line.split()
    if len(words) > 1 and not words[0].startswith("//"):
        words = _COMMENT.sub("", line).split()
        if len(words) > 1:
            raise RefusedError("syntax")
    if not words or words[0].startswith("//"):
        return NOTHING
    return (words[0],), False


FORMAT = Format(
    "domains",
    "#!;",
    re.compile(r"(?:https?://)?(?!\*)[^\s/=|^:,<>\"{}]+\.[^\s/=|^:,<>\"{}]{2,}(?:\s*#.*)?/?\Z"),
    lambda: parse,
)
