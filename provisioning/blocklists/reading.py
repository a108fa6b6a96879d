"""One list as it stands in a file: the names it holds, what was refused, and what it says of itself."""

from __future__ import annotations

import hashlib
import itertools
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from provisioning.blocklists.formats import detect
from provisioning.blocklists.names import RefusedError, normalise

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

    from provisioning.blocklists.formats.kind import Format

MAX_FILE = 512 * 1024 * 1024  # bytes
MAX_NAMES = 10_000_000  # some 1.5 GB of memory
EXAMPLES = 5  # kept a reason

_PEEK = 256 * 1024  # bytes from which the format is told
_HEADER_LINES = 100
_COUNT = re.compile(
    r"(?:blocked|entries|number of (?:entries|(?:unique )?domains)|total(?: number of)? (?:domains|entries|rules))"
    r"\s*:\s*([0-9]{1,3}(?:[.,' ][0-9]{3})+|[0-9]+)(?![0-9.,])",
    re.IGNORECASE,
)
_VERSION = re.compile(r"version\s*:\s*(\S.*)", re.IGNORECASE)
_DATE = re.compile(r"(?:last[ -](?:modified|updated?)|date)\s*:\s*(\S.*)", re.IGNORECASE)


class UnreadableError(ValueError):
    """A file that is no list at all; `reason` is one word, `remedy` what to do."""

    def __init__(self, reason: str, summary: str, remedy: str) -> None:
        super().__init__(summary)
        self.reason = reason
        self.remedy = remedy


@dataclass(frozen=True)
class Refusal:
    """An entry that was not taken, as an example of its kind."""

    line: int
    text: str


@dataclass
class Refusals:
    """Counted by reason, with the first few of each."""

    counts: dict[str, int] = field(default_factory=dict)
    examples: dict[str, list[Refusal]] = field(default_factory=dict)

    def add(self, reason: str, line: int, text: str) -> None:
        self.counts[reason] = self.counts.get(reason, 0) + 1
        kept = self.examples.setdefault(reason, [])
        if len(kept) < EXAMPLES:
            kept.append(Refusal(line, text.strip()[:80]))

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass
class Reading:
    """`entries` counts all that the file gives as a name, repeats included; `claimed` is its own count."""

    format: str
    names: set[str] = field(default_factory=set)
    exceptions: set[str] = field(default_factory=set)
    entries: int = 0
    refused: Refusals = field(default_factory=Refusals)
    claimed: int | None = None
    claimed_line: int = 1
    version: str = ""
    ends: bool = True  # its last line has an end


def read(path: Path, format_: Format | None = None) -> Reading:
    """All of a file; its format told by its content unless given. OSError, or UnreadableError."""
    with path.open("rb") as file:
        start = file.read(_PEEK)
        _refuse_other_things(start, path.stat().st_size)
        text = start.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").splitlines()
        format_ = format_ or detect(text)
        if format_ is None:
            raise UnreadableError(
                "format", "no line looks like an entry of a list", "name the format if it is one of ours"
            )
        file.seek(0)
        return _read(file, format_)


def _refuse_other_things(start: bytes, size: int) -> None:
    if size > MAX_FILE:
        raise UnreadableError("size", f"larger than {MAX_FILE} bytes", "split it")
    if not start.strip(b"\xef\xbb\xbf \t\r\n"):
        raise UnreadableError("empty", "the file is empty", "fetch it again")
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableError("encoding", "the file is UTF-16", "save it as UTF-8")
    if b"\0" in start or start.startswith(b"\x1f\x8b"):
        raise UnreadableError("binary", "the file is no text", "unpack it if it is an archive")
    if start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        raise UnreadableError("html", "the file is a web page", "fetch the list itself, not its page")


def _read(file: BinaryIO, format_: Format) -> Reading:
    reading = Reading(format_.name)
    digest = hashlib.sha256()
    parse = format_.reader()
    for number, line in _lines(file, digest, reading):
        if line.lstrip()[:1] in format_.comments:  # an empty line too
            if number <= _HEADER_LINES:
                _note(reading, number, line)
            continue
        try:
            texts, exception = parse(line)
        except RefusedError as fault:
            reading.entries += 1
            reading.refused.add(fault.reason, number, line)
            continue
        into = reading.exceptions if exception else reading.names
        for text in texts:
            reading.entries += 1
            try:
                into.add(normalise(text))
            except RefusedError as fault:
                reading.refused.add(fault.reason, number, text)
        if len(reading.names) > MAX_NAMES:
            raise UnreadableError("size", f"more than {MAX_NAMES} names", "split it")
    reading.version = reading.version or digest.hexdigest()[:12]
    return reading


def _lines(file: BinaryIO, digest: hashlib._Hash, reading: Reading) -> Iterator[tuple[int, str]]:
    for number, raw in zip(itertools.count(1), file, strict=False):
        digest.update(raw)
        reading.ends = raw.endswith(b"\n")
        content = raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw
        try:
            yield number, content.decode("utf-8").rstrip()
        except UnicodeDecodeError:
            reading.entries += 1
            reading.refused.add("encoding", number, content.decode("utf-8", "replace"))


def _note(reading: Reading, number: int, line: str) -> None:
    """Take from a line of comment what the list says of its size and version; the first word holds."""
    text = line.lstrip(" \t#!;/*").strip()
    count = _COUNT.match(text)
    if count is not None and reading.claimed is None:
        reading.claimed = int(re.sub(r"[.,' ]", "", count[1]))
        reading.claimed_line = number
    version = _VERSION.match(text) or (None if reading.version else _DATE.match(text))
    if version is not None:
        reading.version = version[1].strip()[:80]
