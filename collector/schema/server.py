"""What the other processes of the server write: verdicts, the registry, violations, summaries, their own health."""

from __future__ import annotations

from collector.schema.parts import Field, Kind, Measurement, Tag, Writer, flag, share, whole, words

ROWS: tuple[Measurement, ...] = (
    Measurement(
        "presence",
        Writer.PRESENCE,
        "One point a minute for each registered PC: whether it is observed, and why not.",
        (),
        (
            words(
                "state",
                "online, blind (online, but `sites` may miss something), cloned (online, under an identity that "
                "two PCs use), closed (switched off in order), silent (gone while its neighbours were heard), "
                "dark (gone with its whole venue) or unknown",
                16,
            ),
            words(
                "cause", "why the state is what it is; of a blind PC the first reason of its last sample", 32
            ),
            flag("online", "1 where it sends messages: the state is online, blind or cloned"),
            flag("observed", "1 where the state is online: what coverage is the share of"),
            whole("seen", "s", "since the last message was stamped; absent where never seen"),
            words("hours", "what the law says of now: open, closed, or no_rule (none is known)", 8),
        ),
    ),
    Measurement(
        "unobserved",
        Writer.PRESENCE,
        "A point a minute for each PC that should be observed and is not, beside `presence`: what rules read.",
        (Tag("state", "blind, cloned, silent or dark, as in `presence`"),),
        (
            whole("minutes", "min", "for which the point stands: 1", 1),
            words("cause", "as in `presence`", 32),
            words("hours", "what the law says of now: open, closed, or no_rule (none is known)", 8),
        ),
    ),
    Measurement(
        "venue",
        Writer.PRESENCE,
        "A point a minute for each registered venue: its PCs by what is known of them.",
        (),
        (
            whole("registered", "PCs", "that it is licensed for"),
            whole("online", "PCs", "that send messages"),
            whole("observed", "PCs", "that are online and not blind"),
            whole("closed", "PCs", "that were switched off in order"),
            share("closed_share", "closed of registered"),
            whole("strangers", "PCs", "that spoke with its credentials lately and stand in no registry"),
            whole("excess", "PCs", "by which those online and the strangers are more than the licensed"),
        ),
        identity=("venue", "place", "class"),
    ),
    Measurement(
        "coverage",
        Writer.PRESENCE,
        "A point a minute for each place that has venues: how much of what should be observed is.",
        (),
        (
            whole("registered", "PCs", "of its venues"),
            whole(
                "expected",
                "PCs",
                "of these, without those that were switched off in order, and in closed hours without all that are off",
            ),
            whole("observed", "PCs", "that are online and not blind"),
            share("share", "observed of expected; absent where none is expected"),
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
            flag("certificate_missing", "1 where the registry has no number of a certificate"),
            flag("certificate_expired", "1 where its last day is over"),
            Field(
                "certificate_days",
                Kind.INT,
                "d",
                "until it expires, 0 on its last day, negative afterwards; absent where no date is known",
                low=-100_000,
                high=100_000,
            ),
            flag("issuer_wrong", "1 where it was issued by a level that had no right to on that day"),
            flag("no_rule", "1 where no rule on its opening hours is known today"),
        ),
        identity=("venue", "place", "class"),
    ),
    Measurement(
        "disk",
        Writer.PRESENCE,
        "Room on the server's disks, a point a minute for each folder that must not run full.",
        (Tag("folder", "path on the server"),),
        (
            share("used", "of the disk that holds it"),
            whole("free", "B", "on it"),
        ),
        identity=(),
    ),
    Measurement(
        "outbox",
        Writer.WATCH,
        "Notices on their way to people, a point a minute.",
        (Tag("channel", "email, or zalo"),),
        (
            whole("waiting", "notices", "composed and not yet delivered"),
            whole("age", "s", "for which the oldest of them has waited; 0 where none waits"),
            whole("given_up", "notices", "since the process started"),
        ),
        identity=(),
    ),
    Measurement(
        "process",
        Writer.SERVER,
        "The health of one of the server's own processes.",
        (Tag("process", "its command; of ingest with the worker, such as ingest-1"),),
        (
            whole("rss", "B", "resident memory"),
            Field("cpu", Kind.FLOAT, "%", "of one core, since its last point", high=100_000),
            whole("uptime", "s", "since it started"),
        ),
        identity=(),
    ),
    Measurement(
        "daily",
        Writer.SUMMARISE,
        "A PC's day, stamped with its local midnight; written anew while late data may still change it.",
        (),
        (
            whole("play", "s", "of catalogue games"),
            whole("after_hours", "s", "of it outside the allowed hours; absent where no rule is known"),
            whole("active", "s", "in use; absent where no sample could tell"),
            whole("use_after_hours", "s", "of it outside the allowed hours; absent where no rule is known"),
            whole("accesses", "", "to sites on the authority's own list"),
            whole(
                "hints", "", "accesses and lookups of sites on other lists, and lookups of the authority's"
            ),
            whole("messages", "", "stored"),
            share(
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
            whole("lasted", "s", "for which it has fired, as far as is known"),
            flag("ended", "1 where its end was seen"),
            Field("most", Kind.FLOAT, "", "the highest number that was compared", low=-1e300, high=1e300),
        ),
    ),
    Measurement(
        "blocklist",
        Writer.BUILD,
        "What became of each source of the compiled list of sites, each time that it was built.",
        (Tag("source", "the source's id"),),
        (
            words("version", "of the source as it is in force"),
            whole("domains", "", "that it gives to the compiled list"),
            flag("refused", "1 where it was refused and its last good copy stays in force"),
            words("reason", "why it was refused; empty where it was not"),
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
            flag("firing", "1 while it fires, 0 at its end"),
            whole("since", "s", "for which it has been firing"),
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
