"""What agents write: each line is checked against these rows before it is stored."""

from __future__ import annotations

from collector.schema.parts import Field, Kind, Measurement, Tag, Writer, flag, share, whole, words

ROWS: tuple[Measurement, ...] = (
    Measurement(
        "agent",
        Writer.AGENT,
        "The agent's own health; exactly one line in each message, so that a gap in `n` shows in the database.",
        (),
        (
            words("stream", "random id of the spool that numbered the message"),
            whole("n", "", "number of the message in its stream: 1, 2, 3 …"),
            words("version", "the agent's release", 32),
            words(
                "clock",
                "whose clock stamped the message: `server` or `pc` (never synchronised before a reboot)",
                8,
            ),
            whole("uptime", "s", "since the agent started"),
            whole("queued", "messages", "in the spool and not yet acknowledged"),
            whole("queued_bytes", "B", "the same, in bytes"),
            whole("dropped", "messages", "given up in this stream because the spool was full or too old"),
            whole("resent", "messages", "sent more than once since the agent started"),
            whole("errors", "", "failed samples since the agent started"),
            whole("rss", "B", "resident memory of the agent"),
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
            share("cpu", "busy share of all cores"),
            share("memory", "memory in use"),
            share("disk", "the system disk in use"),
            whole("sent", "B", "sent over all networks since the last sample"),
            whole("received", "B", "received over all networks since the last sample"),
            whole("uptime", "s", "since the PC started"),
        ),
    ),
    Measurement(
        "games",
        Writer.AGENT,
        "Catalogue games that ran since the last sample: a line a game, or one with game=none and play 0.",
        (Tag("game", "id in the game catalogue, or `none`"),),
        (
            whole("play", "s", "for which it ran since the last sample", 86_400),
            whole(
                "after_hours",
                "s",
                "share of `play` outside the allowed hours; absent where no rule is known",
                86_400,
                after_hours_of="play",
            ),
            whole("processes", "", "that belong to it now", 100_000),
        ),
    ),
    Measurement(
        "session",
        Writer.AGENT,
        "Whether a person uses the PC.",
        (),
        (
            words(
                "state",
                "active, idle, locked, none (nobody is logged in) or unknown (the sensor cannot see)",
                16,
            ),
            whole("idle", "s", "since the last key or mouse; absent where unknown"),
            whole("active", "s", "in use since the last sample; absent where unknown", 86_400),
            whole(
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
            words("domain", "the listed domain, never the name below it; absent where none", 253),
            words("source", "id of the list that it stands on; absent where none"),
            words("version", "that list's version; absent where none"),
            whole("lookups", "", "times that a name under it was looked up since the last sample"),
            whole(
                "accesses",
                "",
                "times that it was reached: a connection or a TLS name within a minute of a lookup",
            ),
            words("process", "executable that did it; empty where unknown"),
            whole("more", "", "further domains that had no slot; on the last slot's line alone"),
        ),
    ),
    Measurement(
        "blind",
        Writer.AGENT,
        "Why `sites` may have missed something: a line a reason that holds, or one with reason=none and blind=0.",
        (Tag("reason", "why, or `none`; see the sensor's page"),),
        (
            flag("blind", "1 where the reason holds"),
            words("detail", "what shows it; never a name that is not listed"),
        ),
    ),
)
