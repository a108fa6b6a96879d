"""How Grafana replaces $variables in the values of its provisioning files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from collector.document import Document, Key
    from collector.problem import Problem

# os.Expand of Go: a name, a name in braces, or one special character; any other dollar stays as it is.
_VARIABLE = re.compile(r"\$(?:__(?P<kind>env|file|vault)\{|\{[^}]*\}?|[A-Za-z0-9_]+|[*#@!?\-])")
_DIGIT = re.compile(r"\$[0-9]")
_READ = re.compile(r"\$__(?:env|file|vault)\{[^}]*\}?")
_SECRET_FILE = re.compile(r"(?:[A-Za-z]+ )?\$__file\{/[^}$]+\}")


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


def vanishing(text: str) -> str:
    """The first variable that Grafana would replace in an interpolated field; empty where there is none."""
    parts = (_READ.sub("", part) for part in text.split("$$"))
    return next((match[0] for part in parts if (match := _VARIABLE.search(part))), "")


def secret_file(text: str) -> bool:
    """Whether a secret is written as the file that holds it, such as `Token $__file{/run/secrets/influx}`."""
    return _SECRET_FILE.fullmatch(text) is not None


def texts(value: Any, key: Key) -> Iterator[tuple[Key, str]]:
    """Every text inside a value, with its place."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from texts(inner, (*key, name))
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from texts(inner, (*key, i))


def interpolated(document: Document, value: Any, key: Key) -> Iterator[Problem]:
    """What would vanish from fields in which Grafana replaces variables."""
    for place, text in texts(value, key):
        name = vanishing(text)
        if name:
            yield document.problem(
                "grafana/dollar",
                place,
                f"Grafana would read {name!r} as a variable, and leave nothing of it",
                f"write a literal dollar as `$$`: `${name}`",
            )


def raw(document: Document, value: Any, key: Key) -> Iterator[Problem]:
    """What is wrong in fields in which Grafana replaces nothing: a doubled dollar stays doubled."""
    for place, text in texts(value, key):
        read = _READ.search(text)
        if "$$" in text:
            fault, remedy = "Grafana replaces nothing here, and `$$` would stay two", "write a single `$`"
        elif read is not None:
            fault, remedy = f"Grafana replaces nothing here: {read[0]!r} would stay", "write the value itself"
        else:
            continue
        yield document.problem("grafana/dollar", place, fault, remedy)
