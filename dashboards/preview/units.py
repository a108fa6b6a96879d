"""A number as a reader of the site's language writes it, in the unit that the panel names."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from collector import texts
from collector.clock import local

_STEPS = (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1))
_TOKENS = (("YYYY", "%Y"), ("MM", "%m"), ("DD", "%d"), ("HH", "%H"), ("mm", "%M"), ("ss", "%S"))
_BYTES = ("B", "KiB", "MiB", "GiB", "TiB")
UNITS = ("none", "short", "percent", "percentunit", "s", "ms", "bytes")


def show(value: Any, unit: str, language: str, decimals: int | None = None) -> str:
    """Texts stay as they are; an unknown unit follows the number, as in Grafana."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return str(value)
    if unit.startswith("time:"):
        return _moment(value, unit.removeprefix("time:"))
    if unit in {"percent", "percentunit"}:
        return _number(value * 100 if unit == "percentunit" else value, language, decimals) + " %"
    if unit in {"s", "ms"}:
        return _duration(value / 1000 if unit == "ms" else value, language, decimals)
    if unit == "bytes":
        return _size(value, language, decimals)
    number = _number(value, language, decimals)
    return number if unit in {"none", "short", ""} else f"{number} {unit.removeprefix('suffix:').strip()}"


def _moment(epoch_ms: float, pattern: str) -> str:
    """On the province's clock, by the few of moment.js' letters that boards use."""
    for token, directive in _TOKENS:
        pattern = pattern.replace(token, directive)
    return local(datetime.fromtimestamp(epoch_ms / 1000, UTC)).strftime(pattern)


def _duration(seconds: float, language: str, decimals: int | None) -> str:
    for name, size in _STEPS:
        if abs(seconds) >= size or name == "s":
            return (
                f"{_number(seconds / size, language, decimals)} {texts.text(f'boards.unit.{name}', language)}"
            )
    raise AssertionError("the last step takes everything")


def _size(count: float, language: str, decimals: int | None) -> str:
    power = next((n for n in range(len(_BYTES)) if abs(count) < 1024 ** (n + 1)), len(_BYTES) - 1)
    return f"{_number(count / 1024**power, language, decimals)} {_BYTES[power]}"


def _number(value: float, language: str, decimals: int | None) -> str:
    """At most `decimals` (or one) digits behind the comma, and none that are nought."""
    text = f"{value:,.{1 if decimals is None else decimals}f}"
    if decimals is None:
        text = text.removesuffix(".0")
    if text.strip("-0.,") == "":
        text = text.removeprefix("-")
    # Vietnamese writes 1.234,5.
    return text.translate(str.maketrans(",.", ".,")) if language == "vi" else text
