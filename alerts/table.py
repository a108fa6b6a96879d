"""Rows of texts in columns for a terminal."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def columns(rows: Sequence[Sequence[str]], gap: int = 2) -> str:
    """Each column as wide as its widest cell; the last one is not filled up."""
    widths = [max(width(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = (
        "".join(
            cell + " " * (size - width(cell) + gap) for cell, size in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    )
    return "".join(line + "\n" for line in lines)


def width(text: str) -> int:
    """Cells of a terminal: a mark above or below a letter takes none."""
    return sum(not unicodedata.combining(character) for character in text)
