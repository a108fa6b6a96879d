"""A province in small: agents, broker, ingest and database as presence finds them, in steps of five seconds.

It is what presence reads (a Source) in memory, and it delivers as the real parts do: a message is stored where the
agent, its line, the broker, ingest and the database are all there; otherwise it waits in the spool, and after an
outage what happens now comes first and the backlog behind it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from collector import wire
from collector.influx import Unavailable
from collector.presence.clones import Numbers
from collector.presence.facts import Message, Verdict
from collector.presence.outages import Booked, Books
from collector.roster import Roster, Span, Venue

BASE = int(datetime(2026, 3, 2, 3, 0, tzinfo=UTC).timestamp())  # minute 0 of each case: 10:00 on a Monday
BEFORE = 600  # seconds that all have been running by then
STEP = 5
BEAT = 30
KEEPALIVE = 90  # seconds until the broker gives up a connection on which nothing comes
Key = tuple[str, str]


@dataclass
class Agent:
    key: Key
    phase: int
    stream: str
    n: int = 1
    running: bool = True
    connected: bool = False
    back_after: int = 10  # seconds from a line to a connection
    reach_at: int | None = None
    stalled: bool = False  # nobody answered: it asks ever more rarely, up to once a minute
    resume_at: int | None = None
    spool: list[Message] = field(default_factory=list)

    def sample(self, t: int) -> None:
        if (t - self.phase) % BEAT == 0:
            self.spool.append(Message(BASE + t, self.stream, self.n, len(self.spool), "server"))
            self.n += 1


class World:
    """`venues` are ids with place and PCs; who is `absent` is registered and never started."""

    base = BASE

    def __init__(self, venues: list[tuple[str, str, tuple[str, ...]]], absent: set[Key]) -> None:
        self.roster = Roster(
            "Thử",
            tuple(
                Venue(name, name, "", pcs, (Span(date(2015, 1, 1), None, place, "game"),), ())
                for name, place, pcs in venues
            ),
        )
        keys = [(name, pc) for name, _, pcs in venues for pc in pcs]
        self.agents = {
            key: [Agent(key, i * 7 % 6 * STEP, f"{i:032x}")]
            for i, key in enumerate(keys)
            if key not in absent
        }
        self.up = {"broker": True, "ingest": True, "database": True, "presence": True}
        self.up_since = dict.fromkeys(self.up, -BEFORE)
        self.cut: set[Key] = set()
        self.retained: dict[Key, tuple[str, int]] = {}
        self.words: dict[Key, tuple[str, int]] = {}  # what presence was told since it began
        self.stored: dict[Key, list[Message]] = defaultdict(list)
        self.new: list[tuple[Key, Message]] = []  # stored since somebody took them
        self.ledger: list[tuple[int, int]] = []
        self.rows: dict[Key, list[tuple[int, Verdict]]] = defaultdict(list)
        self._wills: list[tuple[int, Key]] = []
        self._clean = True  # ingest was connected since its last entry
        self._streams = len(keys)
        self.t = -BEFORE

    # What happens in the world.

    def step(self) -> int:
        """Let one moment happen: which one."""
        for agents in self.agents.values():
            for agent in agents:
                if agent.running:
                    self._tick(agent)
        if self.up["broker"]:
            for at, key in [will for will in self._wills if will[0] <= self.t]:
                if not any(agent.connected for agent in self.agents[key]):
                    self._say(key, wire.LOST)
                self._wills.remove((at, key))
        self._clean = self._clean and self.up["broker"]
        if self.up["ingest"] and self.up["database"] and self.t % 10 == 0:
            self.ledger.append((BASE + self.t, int(self._clean)))
            self._clean = self.up["broker"]
        self.t += STEP
        return self.t - STEP

    def _tick(self, agent: Agent) -> None:
        reachable = self.up["broker"] and agent.key not in self.cut
        if agent.connected and not reachable:
            self._drop(agent, KEEPALIVE)
        if not agent.connected and reachable:
            agent.reach_at = self.t + agent.back_after if agent.reach_at is None else agent.reach_at
            if self.t >= agent.reach_at:
                agent.connected, agent.reach_at = True, None
                self._say(agent.key, wire.ONLINE)
        if not reachable:
            agent.reach_at = None
        agent.sample(self.t)
        if agent.connected and agent.spool:
            self._deliver(agent)

    def _deliver(self, agent: Agent) -> None:
        answered = self.up["ingest"] and self.up["database"]
        if not answered:
            agent.stalled, agent.resume_at = True, None
            return
        if agent.stalled:
            agent.resume_at = self.t + 2 * agent.phase if agent.resume_at is None else agent.resume_at
            if self.t < agent.resume_at:
                return
            agent.stalled = False
        # What happens now goes first and alone, the backlog in the next step.
        fresh = agent.spool[-1].at >= BASE + self.t - BEAT and len(agent.spool) > 1
        sent = [agent.spool.pop()] if fresh and agent.spool[-1].at == BASE + self.t else agent.spool[:]
        for message in sent:
            self.stored[agent.key].append(message)
            self.new.append((agent.key, message))
        agent.spool = [message for message in agent.spool if message not in sent]

    def _drop(self, agent: Agent, will_after: int) -> None:
        if agent.connected and self.up["broker"]:
            self._wills.append((self.t + will_after, agent.key))
        agent.connected, agent.reach_at = False, None

    def _say(self, key: Key, state: str) -> None:
        self.retained[key] = state, BASE + self.t
        if self.up["presence"]:
            self.words[key] = state, BASE + self.t

    # What a story may do to a PC. The word in the case file is the method's name.

    def start(self, key: Key) -> None:
        for agent in self.agents[key]:
            agent.running = True

    def kill(self, key: Key) -> None:
        """The process is ended: the broker sees the connection break at once."""
        for agent in self.agents[key]:
            self._drop(agent, 0)
            agent.running = False

    def power_off(self, key: Key) -> None:
        for agent in self.agents[key]:
            self._drop(agent, KEEPALIVE)
            agent.running = False

    def goodbye(self, key: Key) -> None:
        """Shut down in order; without a connection nobody hears it."""
        for agent in self.agents[key]:
            if agent.connected:
                self._say(key, wire.CLOSING)
            agent.running = agent.connected = False

    def cut_line(self, key: Key) -> None:
        self.cut.add(key)

    def mend_line(self, key: Key) -> None:
        self.cut.discard(key)

    def be_slow(self, key: Key) -> None:
        """It tries to connect only every two minutes or so, as after many failures."""
        for agent in self.agents[key]:
            agent.back_after = 240

    def reinstall(self, key: Key) -> None:
        for agent in self.agents[key]:
            agent.stream, agent.n, agent.spool = self._new_stream(), 1, []

    def reset_disk(self, key: Key) -> None:
        """A diskless PC boots from its image: the spool is as it was at the beginning."""
        for agent in self.agents[key]:
            agent.n, agent.spool = 1, []

    def copy_config(self, key: Key) -> None:
        """A second PC under the same name, with a spool of its own."""
        twin = Agent(key, (self.agents[key][0].phase + 10) % BEAT, self._new_stream())
        self.agents[key].append(twin)

    def copy_disk(self, key: Key) -> None:
        """A second PC under the same name, that goes on with the same spool."""
        first = self.agents[key][0]
        self.agents[key].append(Agent(key, (first.phase + 10) % BEAT, first.stream, first.n))

    def _new_stream(self) -> str:
        self._streams += 1
        return f"{self._streams:032x}"

    # What a story may do to us.

    def down(self, part: str) -> None:
        self.up[part] = False
        if part == "broker":
            self.retained.clear()
            self._wills.clear()
        if part == "presence":
            self.words.clear()

    def rise(self, part: str) -> None:
        self.up[part], self.up_since[part] = True, self.t
        if part == "ingest":
            self._clean = False  # not yet subscribed in its first entry
        if part == "presence":
            self.words = self.told_now()

    def told_now(self) -> dict[Key, tuple[str, int]]:
        """What a presence that begins now hears from the broker."""
        return {key: (state, BASE + self.t) for key, (state, _) in self.retained.items()}

    @property
    def hears(self) -> bool:
        since = max(self.up_since["broker"], self.up_since["presence"])
        return self.up["broker"] and self.t - since >= 10

    # What presence reads.

    def lasts(self, since: int) -> dict[Key, int]:
        self._reach()
        newest = {key: max(message.at for message in rows[-4:]) for key, rows in self.stored.items() if rows}
        return {key: at for key, at in newest.items() if at > since}

    def blind(self, _since, _heard):
        return {}

    def books(self, since: int, now: int) -> Books:
        self._reach()
        minutes: dict[int, list[int]] = defaultdict(list)
        for at, connected in self.ledger:
            if at >= since:
                minutes[at // 60 * 60].append(connected)
        rows = tuple(Booked("1", minute, len(all_), all(all_)) for minute, all_ in minutes.items())
        newest = tuple((at, bool(connected)) for at, connected in self.ledger[-1:] if at > now - 3600)
        return Books(rows, newest)

    def numbers(self, since: int) -> dict[Key, Numbers]:
        found = {}
        for key, rows in self.stored.items():
            inside = [message for message in rows[-100:] if message.at > since]
            if inside:
                ns = [message.n for message in inside]
                found[key] = Numbers(len({m.stream for m in inside}), len(ns), max(ns) - min(ns))
        return found

    def messages(self, venue, since, until, pc=None):
        return {
            name: [message for message in rows if since <= message.at <= until]
            for (its, name), rows in self.stored.items()
            if its == venue and pc in (None, name)
        }

    def verdicts(self, since: int, until: int) -> dict[Key, Verdict]:
        return {
            key: inside[-1]
            for key, rows in self.rows.items()
            if (inside := [verdict for at, verdict in rows if since <= at <= until])
        }

    def _reach(self) -> None:
        if not self.up["database"]:
            raise Unavailable("no database in this story")
