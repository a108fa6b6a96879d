"""Every measurement that quannet writes: its tags and fields, their types, units and bounds, and who writes it."""

from __future__ import annotations

import enum
from dataclasses import dataclass

# What ingest adds to each point of an agent, from topic and roster; never taken from a payload.
IDENTITY = ("venue", "pc", "place", "class")

CLASSES = ("game", "agent", "isp", "hospitality")  # a venue's legal class, DESIGN's words

_I63 = 2**63 - 1


class Kind(enum.Enum):
    """InfluxDB's field types that we use. Booleans are 0 and 1: Grafana's rules read no other."""

    INT = int
    FLOAT = float
    TEXT = str


class Writer(enum.Enum):
    """Which process writes it."""

    AGENT = "agent"
    INGEST = "ingest"
    PRESENCE = "presence"
    WATCH = "watch"
    BUILD = "blocklist build"
    SUMMARISE = "summarise"
    SERVER = "each process of the server"


@dataclass(frozen=True)
class Tag:
    name: str
    doc: str


@dataclass(frozen=True)
class Field:
    """`low` and `high` are the bounds that ingest accepts (for text: of its length).

    `after_hours_of` names the field of seconds of which this one holds the share outside the allowed
    hours: ingest computes it, an agent may not send it.
    """

    name: str
    kind: Kind
    unit: str
    doc: str
    low: float = 0
    high: float = _I63
    after_hours_of: str = ""


@dataclass(frozen=True)
class Measurement:
    name: str
    writer: Writer
    doc: str
    tags: tuple[Tag, ...]
    fields: tuple[Field, ...]
    identity: tuple[str, ...] = IDENTITY

    def field(self, name: str) -> Field:
        """KeyError where there is none."""
        return _FIELDS[self.name][name]

    def has_field(self, name: str) -> bool:
        return name in _FIELDS[self.name]

    @property
    def tag_names(self) -> tuple[str, ...]:
        return self.identity + tuple(tag.name for tag in self.tags)


def _int(name: str, unit: str, doc: str, high: float = _I63, *, after_hours_of: str = "") -> Field:
    return Field(name, Kind.INT, unit, doc, high=high, after_hours_of=after_hours_of)


def _flag(name: str, doc: str) -> Field:
    return Field(name, Kind.INT, "0/1", doc, high=1)


def _share(name: str, doc: str) -> Field:
    return Field(name, Kind.FLOAT, "%", doc, high=100)


def _text(name: str, doc: str, longest: int = 64) -> Field:
    return Field(name, Kind.TEXT, "", doc, high=longest)


MEASUREMENTS: tuple[Measurement, ...] = (
    Measurement(
        "agent",
        Writer.AGENT,
        "The agent's own health; exactly one line in each message, so that a gap in `n` shows in the database.",
        (),
        (
            _text("stream", "random id of the spool that numbered the message"),
            _int("n", "", "number of the message in its stream: 1, 2, 3 …"),
            _text("version", "the agent's release", 32),
            _text(
                "clock",
                "whose clock stamped the message: `server` or `pc` (never synchronised before a reboot)",
                8,
            ),
            _int("uptime", "s", "since the agent started"),
            _int("queued", "messages", "in the spool and not yet acknowledged"),
            _int("queued_bytes", "B", "the same, in bytes"),
            _int("dropped", "messages", "given up in this stream because the spool was full or too old"),
            _int("resent", "messages", "sent more than once since the agent started"),
            _int("errors", "", "failed samples since the agent started"),
            _int("rss", "B", "resident memory of the agent"),
            Field(
                "cpu", Kind.FLOAT, "%", "of one core, used by the agent since its last message", high=100_000
            ),
        ),
    ),
    Measurement(
        "host",
        Writer.AGENT,
        "The PC's load.",
        (),
        (
            _share("cpu", "busy share of all cores"),
            _share("memory", "memory in use"),
            _share("disk", "the system disk in use"),
            _int("sent", "B", "sent over all networks since the last sample"),
            _int("received", "B", "received over all networks since the last sample"),
            _int("uptime", "s", "since the PC started"),
        ),
    ),
    Measurement(
        "games",
        Writer.AGENT,
        "Catalogue games that ran since the last sample: a line a game, or one with game=none and play 0.",
        (Tag("game", "id in the game catalogue, or `none`"),),
        (
            _int("play", "s", "for which it ran since the last sample", 86_400),
            _int(
                "after_hours",
                "s",
                "share of `play` outside the allowed hours; absent where no rule is known",
                86_400,
                after_hours_of="play",
            ),
            _int("processes", "", "that belong to it now", 100_000),
        ),
    ),
    Measurement(
        "session",
        Writer.AGENT,
        "Whether a person uses the PC.",
        (),
        (
            _text(
                "state",
                "active, idle, locked, none (nobody is logged in) or unknown (the sensor cannot see)",
                16,
            ),
            _int("idle", "s", "since the last key or mouse; absent where unknown"),
            _int("active", "s", "in use since the last sample; absent where unknown", 86_400),
            _int(
                "after_hours",
                "s",
                "share of `active` outside the allowed hours; absent where no rule is known",
                86_400,
                after_hours_of="active",
            ),
        ),
    ),
    Measurement(
        "sites",
        Writer.AGENT,
        "Listed sites that the PC looked up or reached since the last sample: a line a domain, or one with category=none and zeros.",
        (
            Tag("category", "the list's category, or `none`"),
            Tag("grade", "`violation` (the authority's own list), `hint` (any other list) or `none`"),
            Tag("slot", "0, 1 … 19: keeps two domains of one sample apart"),
        ),
        (
            _text("domain", "the listed domain, never the name below it; absent where none", 253),
            _text("source", "id of the list that it stands on; absent where none"),
            _text("version", "that list's version; absent where none"),
            _int("lookups", "", "times that a name under it was looked up since the last sample"),
            _int(
                "accesses",
                "",
                "times that it was reached: a connection or a TLS name within a minute of a lookup",
            ),
            _text("process", "executable that did it; empty where unknown"),
            _int("more", "", "further domains that had no slot; on the last slot's line alone"),
        ),
    ),
    Measurement(
        "blind",
        Writer.AGENT,
        "Why `sites` may have missed something: a line a reason that holds, or one with reason=none and blind=0.",
        (Tag("reason", "why, or `none`; see the sensor's page"),),
        (
            _flag("blind", "1 where the reason holds"),
            _text("detail", "what shows it; never a name that is not listed"),
        ),
    ),
    Measurement(
        "presence",
        Writer.PRESENCE,
        "One point a minute for each registered PC: whether it is observed, and why not.",
        (),
        (
            _text(
                "state",
                "online, blind (online, but `sites` may miss something), cloned (online, under an identity that "
                "two PCs use), closed (switched off in order), silent (gone while its neighbours were heard), "
                "dark (gone with its whole venue) or unknown",
                16,
            ),
            _text(
                "cause", "why the state is what it is; of a blind PC the first reason of its last sample", 32
            ),
            _flag("online", "1 where it sends messages: the state is online, blind or cloned"),
            _flag("observed", "1 where the state is online: what coverage is the share of"),
            _int("seen", "s", "since the last message was stamped; absent where never seen"),
            _text("hours", "what the law says of now: open, closed, or no_rule (none is known)", 8),
        ),
    ),
    Measurement(
        "after_hours",
        Writer.INGEST,
        "What a sample held outside the allowed hours, beside `games` and `session`: written only where there is "
        "any, so that a rule over all PCs reads only what counts against somebody.",
        (),
        (
            _int("play", "s", "of catalogue games; of games at the same time the longest", 86_400),
            _int("use", "s", "of use by a person", 86_400),
        ),
    ),
    Measurement(
        "unobserved",
        Writer.PRESENCE,
        "A point a minute for each PC that should be observed and is not, beside `presence`: what rules read.",
        (Tag("state", "blind, cloned, silent or dark, as in `presence`"),),
        (
            _int("minutes", "min", "for which the point stands: 1", 1),
            _text("cause", "as in `presence`", 32),
            _text("hours", "what the law says of now: open, closed, or no_rule (none is known)", 8),
        ),
    ),
    Measurement(
        "venue",
        Writer.PRESENCE,
        "A point a minute for each registered venue: its PCs by what is known of them.",
        (),
        (
            _int("registered", "PCs", "that it is licensed for"),
            _int("online", "PCs", "that send messages"),
            _int("observed", "PCs", "that are online and not blind"),
            _int("closed", "PCs", "that were switched off in order"),
            _share("closed_share", "closed of registered"),
            _int("strangers", "PCs", "that spoke with its credentials lately and stand in no registry"),
            _int("excess", "PCs", "by which those online and the strangers are more than the licensed"),
        ),
        identity=("venue", "place", "class"),
    ),
    Measurement(
        "coverage",
        Writer.PRESENCE,
        "A point a minute for each place that has venues: how much of what should be observed is.",
        (),
        (
            _int("registered", "PCs", "of its venues"),
            _int(
                "expected",
                "PCs",
                "of these, without those that were switched off in order, and in closed hours without all that are off",
            ),
            _int("observed", "PCs", "that are online and not blind"),
            _share("share", "observed of expected; absent where none is expected"),
        ),
        identity=("place",),
    ),
    Measurement(
        "register",
        Writer.PRESENCE,
        "What the registry itself says of each venue, each ten minutes: its certificate, and whether its hours "
        "are known.",
        (),
        (
            _flag("certificate_missing", "1 where the registry has no number of a certificate"),
            _flag("certificate_expired", "1 where its last day is over"),
            Field(
                "certificate_days",
                Kind.INT,
                "d",
                "until it expires, 0 on its last day, negative afterwards; absent where no date is known",
                low=-100_000,
                high=100_000,
            ),
            _flag("issuer_wrong", "1 where it was issued by a level that had no right to on that day"),
            _flag("no_rule", "1 where no rule on its opening hours is known today"),
        ),
        identity=("venue", "place", "class"),
    ),
    Measurement(
        "disk",
        Writer.PRESENCE,
        "Room on the server's disks, a point a minute for each folder that must not run full.",
        (Tag("folder", "path on the server"),),
        (
            _share("used", "of the disk that holds it"),
            _int("free", "B", "on it"),
        ),
        identity=(),
    ),
    Measurement(
        "outbox",
        Writer.WATCH,
        "Notices on their way to people, a point a minute.",
        (Tag("channel", "email, or zalo"),),
        (
            _int("waiting", "notices", "composed and not yet delivered"),
            _int("age", "s", "for which the oldest of them has waited; 0 where none waits"),
            _int("given_up", "notices", "since the process started"),
        ),
        identity=(),
    ),
    Measurement(
        "ledger",
        Writer.INGEST,
        "The books of one ingest process: received = stored + dead + in_flight + shed, in messages.",
        (Tag("worker", "the ingest process"),),
        (
            _int("received", "messages", "taken from the broker since the process started"),
            _int("stored", "messages", "of which InfluxDB has stored at least what was good"),
            _int("dead", "messages", "of which nothing could be taken; they are in the dead-letter file"),
            _int("in_flight", "messages", "taken and not yet written"),
            _int(
                "shed",
                "messages",
                "turned away while the database was slow or away; their agents send them again",
            ),
            _int("lines_stored", "lines", "written since the process started"),
            _int("lines_dead", "lines", "refused since the process started"),
            _int("write_errors", "", "failed writes since the process started"),
            _flag("connected", "1 where the process was subscribed at the broker since its last entry"),
        ),
        identity=(),
    ),
    Measurement(
        "refused",
        Writer.INGEST,
        "What one ingest process has refused, by reason; a line a reason that has occurred.",
        (
            Tag("worker", "the ingest process"),
            Tag("reason", "one word, as in the dead-letter file; see the operator's page"),
        ),
        (
            _int("count", "", "messages or single lines, since the process started"),
            _int("fresh", "", "of these, since the worker's point before"),
        ),
        identity=(),
    ),
    Measurement(
        "late",
        Writer.INGEST,
        "What a message held that reached the database too late for the rules that read its own time; stamped "
        "with its arrival, once a message, and only where there is something to report.",
        (),
        (
            _text("stream", "of the message"),
            _int("n", "", "of the message"),
            _int("happened", "s", "the message's own stamp, in seconds since 1970"),
            _int("delay", "s", "between its own stamp and its arrival"),
            _int(
                "after_hours",
                "s",
                "of play outside the allowed hours; of games at the same time the longest",
                86_400,
            ),
            _int("use_after_hours", "s", "of use outside the allowed hours", 86_400),
            _int("accesses", "", "to sites on the authority's own list"),
            _text("domain", "the first of these sites; absent where none", 253),
        ),
    ),
    Measurement(
        "unregistered",
        Writer.INGEST,
        "PCs that speak with a venue's credentials and stand in no registry; a point a minute while they do.",
        (Tag("pc", "the name that it gives itself, or `others` beyond the first twenty of a venue"),),
        (_int("messages", "", "refused since the last point"),),
        identity=("venue", "place", "class"),
    ),
    Measurement(
        "misdated",
        Writer.INGEST,
        "Messages that were refused since their stamps cannot be true: the PC's clock was wrong, and it was switched "
        "off before it could send. A point a minute and PC, only where there are any; stamped with the arrival.",
        (
            Tag("worker", "the ingest process"),
            Tag("reason", "future or old, as in the dead-letter file"),
        ),
        (_int("messages", "", "or single lines, since the worker's point before"),),
    ),
    Measurement(
        "process",
        Writer.SERVER,
        "The health of one of the server's own processes.",
        (Tag("process", "its command; of ingest with the worker, such as ingest-1"),),
        (
            _int("rss", "B", "resident memory"),
            Field("cpu", Kind.FLOAT, "%", "of one core, since its last point", high=100_000),
            _int("uptime", "s", "since it started"),
        ),
        identity=(),
    ),
    Measurement(
        "daily",
        Writer.SUMMARISE,
        "A PC's day, stamped with its local midnight; written anew while late data may still change it.",
        (),
        (
            _int("play", "s", "of catalogue games"),
            _int("after_hours", "s", "of it outside the allowed hours; absent where no rule is known"),
            _int("active", "s", "in use; absent where no sample could tell"),
            _int("use_after_hours", "s", "of it outside the allowed hours; absent where no rule is known"),
            _int("accesses", "", "to sites on the authority's own list"),
            _int("hints", "", "accesses and lookups of sites on other lists, and lookups of the authority's"),
            _int("messages", "", "stored"),
            _share(
                "coverage", "of the day's minutes, as far as presence wrote them, in which it was observed"
            ),
        ),
    ),
    Measurement(
        "episode",
        Writer.SUMMARISE,
        "A violation from its first minute of firing to its last, stamped with the first; kept with the summaries. "
        "Tags as in `violation`.",
        (
            Tag("policy", "id of the policy"),
            Tag("severity", "critical, warning or info"),
            Tag("what", "its further labels; absent where it has none"),
        ),
        (
            _int("lasted", "s", "for which it has fired, as far as is known"),
            _flag("ended", "1 where its end was seen"),
            Field("most", Kind.FLOAT, "", "the highest number that was compared", low=-1e300, high=1e300),
        ),
    ),
    Measurement(
        "blocklist",
        Writer.BUILD,
        "What became of each source of the compiled list of sites, each time that it was built.",
        (Tag("source", "the source's id"),),
        (
            _text("version", "of the source as it is in force"),
            _int("domains", "", "that it gives to the compiled list"),
            _flag("refused", "1 where it was refused and its last good copy stays in force"),
            _text("reason", "why it was refused; empty where it was not"),
        ),
        identity=(),
    ),
    Measurement(
        "violation",
        Writer.WATCH,
        "A violation's life: a point when it begins to fire, one a minute while it fires, and one when it ends. "
        "Tags that say nothing of its subject are absent: a venue's has no PC, the stack's own no venue.",
        (
            Tag("policy", "id of the policy"),
            Tag("severity", "critical, warning or info"),
            Tag("what", "its further labels, such as `reason:doh`; absent where it has none"),
        ),
        (
            _flag("firing", "1 while it fires, 0 at its end"),
            _int("since", "s", "for which it has been firing"),
            Field(
                "value",
                Kind.FLOAT,
                "",
                "the number that was compared with the threshold",
                low=-1e300,
                high=1e300,
            ),
        ),
    ),
)

BY_NAME = {m.name: m for m in MEASUREMENTS}
_FIELDS = {m.name: {f.name: f for f in m.fields} for m in MEASUREMENTS}
