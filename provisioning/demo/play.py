"""The whole of quannet on this machine: a province in a temporary folder, and one real PC in it, this one."""

from __future__ import annotations

import shutil
import tempfile
import threading
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from collector.agent.delivery import Pace
from collector.clock import local
from collector.conventions import BOARD_PROVINCE
from collector.influx import Influx, Unavailable
from collector.simulate import Fleet, Habits, SimulatedVenue
from provisioning.demo.judge import is_about, judge, judge_visits, plain_text
from provisioning.demo.listed import DOMAIN, ListedSite
from provisioning.demo.report import Reporter
from provisioning.local import website
from provisioning.local.agent import LocalAgent
from provisioning.local.game import Game
from provisioning.local.mail import MailCatcher
from provisioning.local.process import free_port, listens
from provisioning.local.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import EmailMessage

    from collector.clock import Clock

PROGRAMS = ("mosquitto", "mosquitto_passwd", "influxd")
VENUE, PC = "yb-0031", "01"  # an Internet agent of the example; its first PC is this machine
EVERY = 3  # seconds between two messages of a PC, so that something happens while one looks
LOOK_EVERY = 2.0
DRAIN_WITHIN = 30.0
HABITS = Habits(in_use=0.6, plays=0.7)
SEED = 20161118


@dataclass(frozen=True)
class Demo:
    """`say` shows a line; `seconds` None runs until `stop`."""

    clock: Clock
    stop: threading.Event
    say: Callable[[str], None]
    language: str = "vi"
    seconds: float | None = None
    _shown: threading.Event = field(default_factory=threading.Event)

    def run(self) -> list[str]:
        """What it fell short of; empty where all that it promises was seen.

        FileNotFoundError where a program is missing. Whatever was started has ended on return.
        """
        missing = [name for name in PROGRAMS if shutil.which(name) is None]
        if missing:
            raise FileNotFoundError(
                f"not installed: {', '.join(missing)}; `make setup` installs what is needed"
            )
        with tempfile.TemporaryDirectory(prefix="quannet-demo-") as folder, ExitStack() as ends:
            return self._play(Path(folder), ends)

    def _play(self, folder: Path, ends: ExitStack) -> list[str]:
        self.say("starting broker, database, ingest, presence, watch, preview and a mail server …")
        mails = ends.enter_context(MailCatcher(self._on_mail))
        port = free_port()
        listed = self._listed(folder / "listed", ends)
        stack = ends.enter_context(Stack(folder / "province", self._changes(mails.port, port, listed)))
        stack.ingest()
        stack.spawn("presence", "--every", "10")
        stack.spawn("watch", "--state", str(folder / "state"))
        preview = stack.spawn("preview", "--port", str(port))
        fleet = self._fleet(stack, looks=listed is not None)
        game = ends.enter_context(Game())
        self.say(f"a real game runs here: {game.program}, process {game.process.pid}")
        agent = LocalAgent(folder / "this-pc", stack.endpoint(VENUE), VENUE, PC, EVERY)
        stack.adopt(agent)
        preview.wait_until(lambda: listens(port))
        self.say(
            f"boards with live data: {stack.deploy.preview_url}/d/{BOARD_PROVINCE}?from=now-15m/m&to=now-1m/m"
        )
        influx = Influx(stack.deploy.influx)
        ends.callback(influx.close)
        numbered = self._live(fleet, Reporter(influx, VENUE, PC, self.say), agent, listed)
        shortfalls = list(judge(influx, stack.deploy.roster().get(), mails.mails, numbered, VENUE, PC))
        return shortfalls + (list(judge_visits(influx, mails.mails, VENUE, PC)) if listed else [])

    def _listed(self, folder: Path, ends: ExitStack) -> ListedSite | None:
        if website.possible():
            self.say(f"a site on the authority's list is served here: www.{DOMAIN}; curl will visit it")
            return ends.enter_context(ListedSite(folder))
        self.say(
            "blocked sites are left out: to serve one here and to see packets takes root, dnsmasq, curl and"
            " a mount namespace"
        )
        return None

    def _live(
        self, fleet: Fleet, reporter: Reporter, agent: LocalAgent, listed: ListedSite | None
    ) -> dict[str, int]:
        """Let everybody live for the time given, then deliver what is left: each stream's last number."""
        enough = threading.Event()
        living = threading.Thread(target=fleet.run, args=(enough,), name="fleet")
        living.start()
        try:
            self._watch(reporter, listed)
            self.say("stopping: the PCs deliver what they still hold …")
            fleet.sampling = False
            agent.stop()
            deadline = self.clock.monotonic() + DRAIN_WITHIN
            while fleet.queued() and self.clock.monotonic() < deadline:
                enough.wait(0.1)
        finally:
            enough.set()
            living.join()
        state = agent.state()
        return fleet.numbered() | ({state["stream"]: state["numbered"]} if state else {})

    def _watch(self, reporter: Reporter, listed: ListedSite | None) -> None:
        end = None if self.seconds is None else self.clock.monotonic() + self.seconds
        while end is None or self.clock.monotonic() < end:
            if self.stop.wait(LOOK_EVERY):
                return
            if listed is not None and not listed.visit():
                self.say(f"www.{DOMAIN} could not be visited")
            try:
                reporter.look()
            except Unavailable as fault:
                self.say(f"the database does not answer: {fault}")

    def _changes(self, mail_port: int, preview_port: int, listed: ListedSite | None) -> dict[str, Any]:
        """Agents' hours lie in the other half of the day, so that they are closed now; ISPs never close."""
        morning = local(self.clock.wall()).time() < time(12)
        return {
            "language": self.language,
            "hours": [
                {
                    "classes": ["agent"],
                    "from": "2025-07-01",
                    "open": "13:00-23:00" if morning else "01:00-11:00",
                    "basis": "demo",
                },
                {"classes": ["isp"], "from": "2025-07-01", "open": "00:00-24:00", "basis": "demo"},
            ],
            "mail": {
                "host": "127.0.0.1",
                "port": mail_port,
                "starttls": False,
                "sender": "quannet@demo.example",
                "recipients": ["inspector@demo.example"],
            },
            **({"offer": listed.offer} if listed else {}),
            "preview": {"url": f"http://127.0.0.1:{preview_port}"},
            "alerting": {
                "every": "10s",
                "for": {"after-hours-game": "20s", "after-hours-agent": "20s"},
            },
        }

    def _fleet(self, stack: Stack, *, looks: bool) -> Fleet:
        venues = [
            SimulatedVenue(
                venue.id,
                tuple(pc for pc in venue.pcs if (venue.id, pc) != (VENUE, PC)),
                stack.endpoint(venue.id),
                HABITS,
            )
            for venue in stack.deploy.roster().get().venues
        ]
        pace = Pace(answer_within=5, probe_first=0.5)
        fleet = Fleet(venues, self.clock, seed=SEED, every=EVERY, pace=pace, looks=looks)
        self.say(f"{len(fleet.pcs)} simulated PCs in {len(venues)} venues, and this machine as {VENUE}/{PC}")
        return fleet

    def _on_mail(self, mail: EmailMessage) -> None:
        """Its subject; of the first one about this PC the whole text."""
        self.say(f"mail to {mail['to']}: {mail['subject']}")
        if is_about(mail, VENUE, PC) and not self._shown.is_set():
            self._shown.set()
            self.say("".join(f"    | {line}\n" for line in plain_text(mail).splitlines()).rstrip())
