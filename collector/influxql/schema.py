"""What a database holds: measurements, tags, fields, and whether anything came lately."""

from __future__ import annotations

from collector.influxql.text import ident


def measurements() -> str:
    return "SHOW MEASUREMENTS"


def tag_keys(measurement: str) -> str:
    return f"SHOW TAG KEYS FROM {ident(measurement)}"


def field_keys(measurement: str) -> str:
    return f"SHOW FIELD KEYS FROM {ident(measurement)}"


def newest(measurement: str, field: str, since: str) -> str:
    """The last value of a field and its time; cheap, since the newest shard alone is read where it has one."""
    return f"SELECT last({ident(field)}) FROM {ident(measurement)} WHERE time > now() - {since}"
