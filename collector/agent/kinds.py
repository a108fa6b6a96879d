"""What a setting may hold: each function takes a value of TOML, or raises ValueError with what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def text(value: Any, _: Path) -> str:
    if not isinstance(value, str):
        raise ValueError(f"is {kind(value)}, not a text")  # noqa: TRY004 - caught as the rest
    if not value.strip():
        raise ValueError("is empty")
    return value


def slug(good: Callable[[str], bool]) -> Callable[[Any, Path], str]:
    def take(value: Any, base: Path) -> str:
        word = text(value, base)
        if not good(word):
            raise ValueError(f"{word!r} has letters that a topic cannot hold")
        return word

    return take


def number(low: float, high: float, *, whole: bool = False) -> Callable[[Any, Path], float]:
    def take(value: Any, _: Path) -> float:
        if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
            wanted = "a whole number" if whole else "a number"
            raise ValueError(f"is {kind(value)}, not {wanted}")  # noqa: TRY004 - caught as the rest
        if not low <= value <= high:
            raise ValueError(f"is {value}; it must be {low:,} to {high:,}".replace(",", "_"))
        return value if whole else float(value)

    return take


def path(value: Any, base: Path) -> Path:
    return base / Path(text(value, base))


def file(value: Any, base: Path) -> Path:
    found = path(value, base)
    if not found.is_file():
        raise ValueError(f"names no file: {found}")
    return found


def folder(value: Any, base: Path) -> Path:
    found = path(value, base)
    if found.exists() and not found.is_dir():
        raise ValueError(f"is no folder: {found}")
    return found


def kind(value: Any) -> str:
    names = {bool: "true or false", int: "a number", float: "a decimal number", str: "a text", list: "a list"}
    return names.get(type(value), "a table" if isinstance(value, dict) else f"a {type(value).__name__}")
