"""What a format of lists is: how its lines are told from others, and what names a line gives."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

# The names that a line gives, as they are written, and whether they are exceptions.
Found = tuple[tuple[str, ...], bool]
NOTHING: Found = ((), False)

_SINK = re.compile(r"0\.0\.0\.0|127(?:\.[0-9]{1,3}){3}|::1?|0|#|")


@dataclass(frozen=True)
class Format:
    """`sign` is found in lines of this format and hardly in others; `reader` gives one file's parser.

    A parser takes a line without its end and without being a comment; it raises RefusedError.
    """

    name: str
    comments: str  # the characters of which one begins a line of comment
    sign: re.Pattern[str]
    reader: Callable[[], Callable[[str], Found]]


def is_sink(address: str) -> bool:
    """An address that leads nowhere: what a list gives a name in order to block it."""
    return _SINK.fullmatch(address) is not None


def uncommented(line: str) -> str:
    """A line without white space around it and without a comment behind it."""
    return line.split(" #", 1)[0].split("\t#", 1)[0].strip()
