"""Rows of texts in columns for a terminal."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


def columns(rows: Sequence[Sequence[str]], gap: int = 2, right: Collection[int] = ()) -> str:
    """Each column as wide as its widest cell, those of numbers on the `right`; the last one is not filled up."""
    widths = [max(width(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = (
        (" " * gap)
        .join(
            _filled(cell, size, right=i in right)
            for i, (cell, size) in enumerate(zip(row, widths, strict=True))
        )
        .rstrip()
        for row in rows
    )
    return "".join(line + "\n" for line in lines)


def _filled(cell: str, size: int, *, right: bool) -> str:
    blanks = " " * (size - width(cell))
    return blanks + cell if right else cell + blanks


def width(text: str) -> int:
    """Cells of a terminal: a mark above or below a letter takes none."""
    return sum(not unicodedata.combining(character) for character in text)
