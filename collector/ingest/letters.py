"""Dead letters in a table and as JSON; what a payload holds is shown so that it can do no harm to a terminal."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

from collector.clock import local

if TYPE_CHECKING:
    from collections.abc import Iterator

    from collector.ingest.deadletter import Letter
    from collector.ingest.replay import Outcome

SHOWN_LINES = 200
SHOWN_CHARACTERS = 300  # of a line
_ROW = "{:19}  {:11}  {:26}  {:>7}  {}\n"


def header() -> str:
    return _ROW.format("when", "reason", "venue/pc", "bytes", "detail").rstrip()


def as_text(letter: Letter, outcome: Outcome | None, *, with_payload: bool = False) -> str:
    """A row, and beneath it what was refused."""
    reason, detail = letter.reason, letter.detail
    if outcome is not None:
        reason, detail = outcome.reason or letter.reason, outcome.detail or f"stored by replay {outcome.at}"
    when = f"{local(letter.at):%Y-%m-%d %H:%M:%S}"
    sender = "/".join(letter.sender) if letter.sender[0] else safe(letter.topic) or "-"
    row = _ROW.format(when, safe(reason), sender, len(letter.payload), safe(detail))
    if with_payload:
        row += "".join(f"    {line}\n" for line in lines(letter.payload))
    return row


def as_json(letter: Letter, outcome: Outcome | None) -> dict[str, Any]:
    venue, pc = letter.sender
    return {
        "id": letter.id,
        "at": local(letter.at).isoformat(timespec="milliseconds"),
        "reason": letter.reason,
        "detail": letter.detail,
        "venue": venue,
        "pc": pc,
        "topic": letter.topic,
        "bytes": len(letter.payload),
        "payload": letter.payload.hex(),
        "replayed": None
        if outcome is None
        else {"at": outcome.at, "reason": outcome.reason, "detail": outcome.detail},
    }


def lines(payload: bytes) -> Iterator[str]:
    """A payload's lines, unpacked as far as it can be; what is too much is counted."""
    text = _unpacked(payload).decode("utf-8", "backslashreplace")
    rows = text.split("\n")
    for row in rows[:SHOWN_LINES]:
        more = len(row) - SHOWN_CHARACTERS
        yield safe(row[:SHOWN_CHARACTERS]) + (f" … and {more} characters" if more > 0 else "")
    if len(rows) > SHOWN_LINES:
        yield f"… and {len(rows) - SHOWN_LINES} lines"


def safe(text: str) -> str:
    """With escapes for what a terminal would act upon, hide, or write backwards."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def _unpacked(payload: bytes) -> bytes:
    """As much as is shown of a packed one, also where it is cut short or a bomb; any other as it is."""
    try:
        return zlib.decompressobj().decompress(payload, SHOWN_LINES * SHOWN_CHARACTERS)
    except zlib.error:
        return payload
