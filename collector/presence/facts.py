"""What is known, and what is concluded from it: the values that presence's parts hand to each other."""

from __future__ import annotations

from dataclasses import dataclass

from collector import wire

Key = tuple[str, str]  # venue and PC

GOODBYE_SLACK = 5  # seconds: the last message may be stamped a little after the goodbye that it preceded

# What a verdict says of a PC that is gone and holds until it is heard again: it is reached once.
SAID_GOODBYE, LOST, NO_MESSAGE = "said_goodbye", "lost", "no_message"
VENUE_GONE, MANY_GONE, OUR_OUTAGE, NOT_BACK = "venue_gone", "many_gone", "our_outage", "not_back"
MANY_LOST = "many_lost"  # of many venues single PCs at once
STANDING = frozenset({SAID_GOODBYE, LOST, NO_MESSAGE, VENUE_GONE, MANY_GONE, MANY_LOST, OUR_OUTAGE, NOT_BACK})
# It is we who do not see now; what stood before stands again afterwards.
INGEST_STALLED, BROKER_GONE = "ingest_stalled", "broker_gone"
NO_SIGHT = frozenset({INGEST_STALLED, BROKER_GONE})
# No verdict yet, and none of these holds for long.
WAITING, NEVER_SEEN = "waiting", "never_seen"
# Of a PC that is heard.
SEEN, TWO_AGENTS, COPIED_DISK = "seen", "two_agents", "copied_disk"


@dataclass(frozen=True)
class Times:
    """Seconds, nearly all counted in an agent's interval between two messages (`beat`)."""

    beat: float = 30.0
    books_fresh: float = 60.0  # the last entry in ingest's books may be as old; they are written each 10 s

    @property
    def silent_after(self) -> float:
        """Without a message for longer, a PC is gone."""
        return 4 * self.beat

    @property
    def missing_after(self) -> float:
        """Two messages have not come: it may be going."""
        return 2.5 * self.beat

    @property
    def ahead(self) -> float:
        """A neighbour that was heard without a break for as long after it was not cut off together with it."""
        return 3 * self.beat

    @property
    def no_break(self) -> float:
        """Between two messages of somebody who is heard without a break."""
        return 1.5 * self.beat

    @property
    def settled(self) -> float:
        """After as long whatever the neighbours can prove is stored."""
        return 5 * self.beat

    @property
    def dark_after(self) -> float:
        """Nobody of a venue was heard for longer: the venue is gone."""
        return 6 * self.beat

    @property
    def excused_before(self) -> float:
        """Last heard up to as long before an outage of ours: it may have been there when that began."""
        return 3 * self.beat

    @property
    def excused_after(self) -> float:
        """… and up to as long after its end, while all come back at once."""
        return 4 * self.beat

    @property
    def together(self) -> float:
        """What vanishes within as long may have vanished at once: stamps lie up to a beat apart."""
        return 2 * self.beat

    @property
    def compared(self) -> float:
        """Messages of so long are looked through for a second agent's."""
        return 20 * self.beat

    @property
    def compare_every(self) -> float:
        """The query over all PCs' numbers is the dearest of all: it is asked less often than each minute."""
        return 10 * self.beat


USUAL = Times()


@dataclass(frozen=True)
class Seen:
    """What is known of a PC: when its newest stored message was stamped (epoch seconds), its last status and
    when that came, why its last sample of `blind` said that it may miss names, and by what a second agent
    under its identity shows; empty where they do not.
    """

    last: int | None
    status: str | None = None
    told: int = 0
    blind: str = ""
    clone: str = ""

    @property
    def closed(self) -> bool:
        """It said goodbye, and nothing came after it."""
        return self.status == wire.CLOSING and (self.last is None or self.last <= self.told + GOODBYE_SLACK)


@dataclass(frozen=True)
class Verdict:
    """State and cause as the schema lists them, and the stamp of the last message that it is about."""

    state: str
    cause: str
    last: int | None

    @property
    def stands(self) -> bool:
        """Until the PC is heard again."""
        return self.cause in STANDING


@dataclass(frozen=True)
class Outage:
    """Epoch seconds between which it was we who did not see."""

    begin: float
    end: float


@dataclass(frozen=True)
class Ours:
    """What our own books say: outages that have ended, and the cause of one that has not, else empty.

    `hears` is false while we do not know all agents' last words: then nobody is judged anew.
    """

    outages: tuple[Outage, ...] = ()
    cause: str = ""
    hears: bool = True


@dataclass(frozen=True)
class Message:
    """A stored message: its stamp in epoch seconds, its number and stream, how many waited in the spool when
    it was sampled, and whose clock stamped it.
    """

    at: int
    stream: str
    n: int
    queued: int
    clock: str
