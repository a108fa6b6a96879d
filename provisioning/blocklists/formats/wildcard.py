"""Wildcards: `*.name` a line, which here means the name and everything below it."""

from __future__ import annotations

import re

from provisioning.blocklists.formats.domains import parse
from provisioning.blocklists.formats.kind import Format

FORMAT = Format("wildcard", "#!;", re.compile(r"\*\.[^\s/]+\Z"), lambda: parse)
