"""What ingest writes: what it found in messages, and its own books."""

from __future__ import annotations

from collector.schema.parts import Measurement, Tag, Writer, flag, whole, words

ROWS: tuple[Measurement, ...] = (
    Measurement(
        "after_hours",
        Writer.INGEST,
        "What a sample held outside the allowed hours, beside `games` and `session`: written only where there is "
        "any, so that a rule over all PCs reads only what counts against somebody.",
        (),
        (
            whole("play", "s", "of catalogue games; of games at the same time the longest", 86_400),
            whole("use", "s", "of use by a person", 86_400),
        ),
    ),
    Measurement(
        "ledger",
        Writer.INGEST,
        "The books of one ingest process: received = stored + dead + in_flight + shed, in messages.",
        (Tag("worker", "the ingest process"),),
        (
            whole("received", "messages", "taken from the broker since the process started"),
            whole("stored", "messages", "of which InfluxDB has stored at least what was good"),
            whole("dead", "messages", "of which nothing could be taken; they are in the dead-letter file"),
            whole("in_flight", "messages", "taken and not yet written"),
            whole(
                "shed",
                "messages",
                "turned away while the database was slow or away; their agents send them again",
            ),
            whole("lines_stored", "lines", "written since the process started"),
            whole("lines_dead", "lines", "refused since the process started"),
            whole("write_errors", "", "failed writes since the process started"),
            flag("connected", "1 where the process was subscribed at the broker since its last entry"),
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
            whole("count", "", "messages or single lines, since the process started"),
            whole("fresh", "", "of these, since the worker's point before"),
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
            words("stream", "of the message"),
            whole("n", "", "of the message"),
            whole("happened", "s", "the message's own stamp, in seconds since 1970"),
            whole("delay", "s", "between its own stamp and its arrival"),
            whole(
                "after_hours",
                "s",
                "of play outside the allowed hours; of games at the same time the longest",
                86_400,
            ),
            whole("use_after_hours", "s", "of use outside the allowed hours", 86_400),
            whole("accesses", "", "to sites on the authority's own list"),
            words("domain", "the first of these sites; absent where none", 253),
        ),
    ),
    Measurement(
        "unregistered",
        Writer.INGEST,
        "PCs that speak with a venue's credentials and stand in no registry; a point a minute while they do.",
        (Tag("pc", "the name that it gives itself, or `others` beyond the first twenty of a venue"),),
        (whole("messages", "", "refused since the last point"),),
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
        (whole("messages", "", "or single lines, since the worker's point before"),),
    ),
)
