"""How Grafana replaces $variables in the values of its provisioning files."""

from __future__ import annotations

import re

# os.Expand of Go: a name, a name in braces, or one special character; any other dollar stays as it is.
_VARIABLE = re.compile(r"\$(?:__(?P<kind>env|file|vault)\{|\{[^}]*\}?|[A-Za-z0-9_]+|[*#@!?\-])")
_DIGIT = re.compile(r"\$[0-9]")


def expand(text: str) -> str:
    """The text as Grafana takes it: `$$` is a dollar, and a variable is empty, since ours name none.

    ValueError where it asks for a secret or the environment, which this engine does not read.
    """
    return "$".join(_expand(part) for part in text.split("$$"))


def _expand(part: str) -> str:
    result, at = [], 0
    for match in _VARIABLE.finditer(part):
        if match["kind"]:
            raise ValueError(f"{match[0]}…}} is read by Grafana only; write the value itself")
        # A digit is a whole name to Go: $12 is the variable 1, and then a 2.
        end = match.start() + 2 if _DIGIT.match(match[0]) else match.end()
        result.append(part[at : match.start()])
        at = end
    return "".join(result) + part[at:]


def braced(text: str) -> bool:
    """Whether an annotation holds `${`, which some versions of Grafana replace and others do not."""
    return "${" in text
