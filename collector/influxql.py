"""Every InfluxQL text: quoting, and one function a query that rules, panels and processes share."""

from __future__ import annotations

# Grafana puts the dashboard's or the rule's time range here; both ends are included.
TIME = "$timeFilter"


def ident(name: str) -> str:
    """A measurement's, tag's or field's name in double quotes."""
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def string(value: str) -> str:
    """A text in single quotes. ValueError for a line break, which no escape carries through."""
    if "\n" in value:
        raise ValueError("a line break cannot stand in an InfluxQL text")
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
