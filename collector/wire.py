"""Wire v1: topics, payloads, answers and status between agents and the server.

A payload is one frame or several (a backlog travels in bundles); a frame is the header line
`# <version> <stream> <n>` and the lines of the message numbered `n` in that stream, each with its
timestamp in seconds and without identity tags. `n = 0` carries no lines: a ping.

What the server answers is an acknowledgement, or a refusal of a payload that it cannot open: the agent
then keeps what it has, shows the server's words, and asks again ever more rarely.
"""

from __future__ import annotations

import json
import re
import zlib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

WIRE_VERSION = 1

ROOT = f"quannet/v{WIRE_VERSION}"
SHARED_DATA = f"$share/ingest/{ROOT}/+/+/data"
ALL_STATUS = f"{ROOT}/+/+/status"
# Retained, from the server to every agent; authentic because only the server may publish there.
MANIFEST_TOPIC = f"{ROOT}/_site/manifest"

# What a manifest may offer.
BLOCKLIST = "blocklist"
OFFERS = (BLOCKLIST,)

# A state that `status` may show.
ONLINE, CLOSING, LOST = "online", "closing", "lost"

COMPRESS_OVER = 512  # bytes; below it zlib's header eats the gain
MAX_PAYLOAD = 256 * 1024  # bytes on the wire
MAX_TEXT = 1024 * 1024  # bytes after decompression: 4 times the payload, a bomb stops here
MAX_FRAMES = 500
MAX_LINES = 500  # in one frame
MAX_STATUS = 1024  # bytes
MAX_WORDS = 200  # characters of a refusal
MAX_MANIFEST = 16 * 1024  # bytes

_ZLIB = 0x78
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_PC = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")
_TOPIC = re.compile(rf"{ROOT}/({_SLUG.pattern})/({_PC.pattern})/(data|ack|status)")
_STREAM = re.compile(r"[0-9a-f]{32}")
_HEADER = re.compile(rf"# ([0-9]{{1,4}}) ({_STREAM.pattern}) ([0-9]{{1,15}})")
# What a header of any version begins with, and as a rule its stream.
_ANY_VERSION = re.compile(rf"# ([0-9]{{1,4}})(?: ({_STREAM.pattern})(?= |$)| |$)", re.MULTILINE)
_HEAD = 64  # bytes in which that stands
_VERSION = re.compile(r"[\x21-\x7e]{1,64}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_URL = re.compile(r"https?://[\x21-\x7e]{1,1000}")
_ACK = re.compile(rf"({_STREAM.pattern}) ([0-9,-]{{1,8000}}) ([0-9]{{1,15}})")
_REFUSAL = re.compile(rf"! (-|{_STREAM.pattern}) ([a-z]{{1,16}}) ([\x20-\x7e]{{1,{MAX_WORDS}}})")


class WireError(ValueError):
    """A payload that cannot be taken; `reason` is one word for counters and dead letters."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True)
class Frame:
    """The message numbered `n` of a stream; no lines where n is 0."""

    stream: str
    n: int
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Ack:
    """These numbers of a stream are stored (or dead-lettered); `server_ms` is the server's clock."""

    stream: str
    numbers: tuple[int, ...]
    server_ms: int


@dataclass(frozen=True)
class Refusal:
    """Nothing of a payload was taken. `stream` is empty where the payload did not show whose it is."""

    stream: str
    reason: str
    words: str


@dataclass(frozen=True)
class Offer:
    """A file that agents shall fetch, and by what they know that it is the right one."""

    version: str
    size: int
    sha256: str
    url: str

    def __post_init__(self) -> None:
        """WireError where a value cannot be meant."""
        texts = ((_VERSION, self.version), (_SHA256, self.sha256), (_URL, self.url))
        if not all(isinstance(text, str) and pattern.fullmatch(text) for pattern, text in texts):
            raise WireError("manifest", "no version, SHA-256 or address of a file")
        if type(self.size) is not int or self.size <= 0:
            raise WireError("manifest", f"{self.size!r:.20} is no size")


def is_venue(text: str) -> bool:
    return _SLUG.fullmatch(text) is not None


def is_pc(text: str) -> bool:
    return _PC.fullmatch(text) is not None


def topic(venue: str, pc: str, kind: str) -> str:
    """`kind` is data, ack or status."""
    return f"{ROOT}/{venue}/{pc}/{kind}"


def parse_topic(text: str) -> tuple[str, str, str]:
    """(venue, pc, kind). WireError for anything else."""
    match = _TOPIC.fullmatch(text)
    if match is None:
        raise WireError("topic", f"{text[:100]!r} is no topic of wire {WIRE_VERSION}")
    return match[1], match[2], match[3]


def encode(frames: Iterable[Frame]) -> bytes:
    text = "\n".join("\n".join((f"# {WIRE_VERSION} {f.stream} {f.n}", *f.lines)) for f in frames).encode()
    return zlib.compress(text, 6) if len(text) > COMPRESS_OVER else text


def decode(payload: bytes) -> list[Frame]:
    """Frames of a payload, their lines unread. WireError says why there are none to take."""
    if not payload:
        raise WireError("empty", "no bytes")
    if len(payload) > MAX_PAYLOAD:
        raise WireError("size", f"{len(payload)} bytes; at most {MAX_PAYLOAD}")
    if payload[0] == _ZLIB:
        payload = _inflate(payload)
    try:
        text = payload.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise WireError("encoding", str(fault)) from None
    if "\r" in text or "\0" in text:
        raise WireError("encoding", "carriage return or NUL")
    return _frames(text)


def messages_in(payload: bytes) -> int:
    """How many numbered messages a payload holds; one where it cannot be opened."""
    try:
        return sum(1 for frame in decode(payload) if frame.n)
    except WireError:
        return 1


def encode_ack(ack: Ack) -> bytes:
    """Runs of neighbours are written as `a-b`."""
    runs: list[list[int]] = []
    for n in sorted(set(ack.numbers)):
        if runs and n == runs[-1][1] + 1:
            runs[-1][1] = n
        else:
            runs.append([n, n])
    text = ",".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)
    return f"{ack.stream} {text} {ack.server_ms}".encode("ascii")


def decode_ack(payload: bytes) -> Ack:
    match = _ACK.fullmatch(payload.decode("ascii", "replace"))
    if match is None:
        raise WireError("ack", f"not `<stream> <numbers> <ms>`: {payload[:100]!r}")
    numbers: list[int] = []
    for part in match[2].split(","):
        first, dash, last = part.partition("-")
        if not first.isdigit() or (dash and not last.isdigit()):
            raise WireError("ack", f"{part[:40]!r} is neither a number nor a range")
        low, high = int(first), int(last or first)
        if not low <= high < low + MAX_FRAMES:
            raise WireError("ack", f"range {part[:40]!r} is backward or too long")
        numbers.extend(range(low, high + 1))
    return Ack(match[1], tuple(numbers), int(match[3]))


def encode_refusal(payload: bytes, fault: WireError) -> bytes:
    """The answer to a payload that `decode` refused; harmless to show, whatever the payload held."""
    words = "".join(c if " " <= c <= "~" else "?" for c in fault.detail)[:MAX_WORDS] or "-"
    return f"! {_stream_of(payload) or '-'} {fault.reason} {words}".encode("ascii")


def decode_answer(payload: bytes) -> Ack | Refusal:
    if not payload.startswith(b"!"):
        return decode_ack(payload)
    match = _REFUSAL.fullmatch(payload.decode("ascii", "replace"))
    if match is None:
        raise WireError("refusal", f"not `! <stream> <reason> <words>`: {payload[:100]!r}")
    return Refusal("" if match[1] == "-" else match[1], match[2], match[3])


def encode_status(state: str, **more: str) -> bytes:
    return json.dumps({"state": state, **more}, sort_keys=True).encode()


def decode_status(payload: bytes) -> dict[str, Any]:
    """The state is one of ours; the rest is as it came. WireError otherwise."""
    if len(payload) > MAX_STATUS:
        raise WireError("size", f"status of {len(payload)} bytes")
    try:
        status = json.loads(payload)
    except ValueError as fault:
        raise WireError("status", str(fault)) from None
    if not isinstance(status, dict) or status.get("state") not in {ONLINE, CLOSING, LOST}:
        raise WireError("status", f"no state that we know: {payload[:100]!r}")
    return status


def encode_manifest(offers: Mapping[str, Offer]) -> bytes:
    """`offers` by kind, one of OFFERS."""
    return json.dumps({kind: asdict(offer) for kind, offer in offers.items()}, sort_keys=True).encode()


def decode_manifest(payload: bytes) -> dict[str, Offer]:
    """What is offered, by kind. Kinds and keys of a newer server are passed over; WireError otherwise."""
    if len(payload) > MAX_MANIFEST:
        raise WireError("size", f"manifest of {len(payload)} bytes")
    try:
        values = json.loads(payload)
        found = {kind: values[kind] for kind in OFFERS if kind in values.keys()}  # noqa: SIM118 - a mapping, or refused
        return {
            kind: Offer(value["version"], value["size"], value["sha256"], value["url"])
            for kind, value in found.items()
        }
    except WireError:
        raise
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as fault:
        raise WireError("manifest", f"cannot be read: {fault!r:.100}") from None


def _inflate(payload: bytes) -> bytes:
    stream = zlib.decompressobj()
    try:
        text = stream.decompress(payload, MAX_TEXT)
    except zlib.error as fault:
        raise WireError("zlib", str(fault)) from None
    if stream.unconsumed_tail:
        raise WireError("size", f"more than {MAX_TEXT} bytes when decompressed")
    if not stream.eof or stream.unused_data:
        raise WireError("zlib", "cut short, or bytes after its end")
    return text


def _stream_of(payload: bytes) -> str:
    """The stream that a payload of any version seems to be of; empty where it does not show."""
    head = payload[:_HEAD]
    if payload[:1] == bytes([_ZLIB]):
        try:
            head = zlib.decompressobj().decompress(payload[:MAX_PAYLOAD], _HEAD)
        except zlib.error:
            return ""
    match = _ANY_VERSION.match(head.decode("ascii", "replace"))
    return (match[2] or "") if match else ""


def _frames(text: str) -> list[Frame]:
    frames: list[Frame] = []
    header: tuple[str, int] | None = None
    lines: list[str] = []
    for line in text.split("\n"):
        if not line.startswith("#"):
            if header is None:
                raise WireError("header", f"expected `# {WIRE_VERSION} <stream> <n>`, found {line[:60]!r}")
            lines.append(line)
            continue
        if header is not None:
            frames.append(_frame(header, lines))
        header, lines = _header(line), []
        if len(frames) >= MAX_FRAMES:
            raise WireError("size", f"more than {MAX_FRAMES} frames")
    assert header is not None  # an empty text has one line, which is no header
    frames.append(_frame(header, lines))
    return frames


def _header(line: str) -> tuple[str, int]:
    match = _HEADER.fullmatch(line)
    version = match or _ANY_VERSION.match(line)  # another version's header may go on as it likes
    if version is not None and int(version[1]) != WIRE_VERSION:
        raise WireError("version", f"wire {version[1]}; this server speaks {WIRE_VERSION}")
    if match is None:
        raise WireError("header", f"not `# {WIRE_VERSION} <stream> <n>`: {line[:60]!r}")
    return match[2], int(match[3])


def _frame(header: tuple[str, int], lines: list[str]) -> Frame:
    stream, n = header
    if (n == 0) != (not lines):
        raise WireError("header", "a ping (0) has no lines, a message has some")
    if len(lines) > MAX_LINES:
        raise WireError("size", f"{len(lines)} lines in one frame; at most {MAX_LINES}")
    return Frame(stream, n, tuple(lines))
