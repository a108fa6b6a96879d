"""The alert engine as a process: the generated rules on their intervals, violations written, notices sent."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from alerts.engine.dispatch import Dispatcher
from alerts.engine.evaluate import Database, Verdict, evaluate
from alerts.engine.files import TICK, Route
from alerts.engine.memory import Memory, MemoryFile
from alerts.engine.outbox import Lines, Outbox
from alerts.engine.rules import Entry, RuleFolder, alert, compared
from alerts.engine.state import FIRING, UPDATED, Change, Instance, Instances, Phase, step
from alerts.notify import mailer
from collector import lineprotocol
from collector.clock import at_second
from collector.conventions import DEPLOY_ALERTING
from collector.influx import Influx
from collector.lineprotocol import Point
from collector.schema import IDENTITY
from collector.supervised import Supervised
from collector.vitals import Vitals

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable
    from pathlib import Path

    from alerts.engine.dispatch import Alert, Notification
    from collector.clock import Clock
    from collector.deploy import Deploy

log = logging.getLogger(__name__)

_SECONDS = int(TICK.total_seconds())


@dataclass(frozen=True)
class Event:
    """A violation that began or ended, for whoever looks on."""

    at: datetime
    policy: str
    alert: Alert


class Watch:
    """Grafana's scheduler for our rules.

    A tick on each multiple of ten seconds:
    1. read the rule files again where they changed;
    2. evaluate the groups whose time it is;
    3. write their violations, gather what began and ended into notifications;
    4. write and send, what failed before first;
    5. save what a restart must know.
    """

    def __init__(
        self,
        deploy: Deploy,
        influx: Influx,
        clock: Clock,
        send: Callable[[Notification], None],
        on_event: Callable[[Event], None] = lambda _: None,
        *,
        phase: timedelta = timedelta(0),
        state: Path | None = None,
        supervised: Supervised | None = None,
        vitals: Vitals | None = None,
    ) -> None:
        """`phase` is how long after the full interval a group is evaluated; `state` a folder for its memory."""
        self._source = Database(influx)
        self._clock = clock
        self._supervised = supervised or Supervised(clock)
        self._vitals = vitals
        self._on_event = on_event
        self._phase = int(phase.total_seconds())
        self._folder = RuleFolder(deploy.folder / DEPLOY_ALERTING)
        self._file = MemoryFile(state)
        memory = self._file.load()
        self._instances: dict[str, Instances] = {
            uid: {instance.labels: instance for instance in found} for uid, found in memory.instances.items()
        }
        self._dispatcher = Dispatcher(Route(receiver=""), memory.groups)
        self._outbox = Outbox(self._alive_and(send), memory.unsent)
        self._lines = Lines(influx, memory.unwritten)
        self._rules: dict[str, Entry] = {}
        self._broken: dict[str, str] = {}
        self._last: datetime | None = None

    def run(self, stop: threading.Event) -> None:
        while not stop.wait(self._until_next()):
            self.tick()
            self._supervised.ready()
            self._supervised.alive(self._state())

    def _alive_and(self, send: Callable[[Notification], None]) -> Callable[[Notification], None]:
        """A mail server may take its time: each notice is a sign of life, and a tick may have many."""

        def sending(notification: Notification) -> None:
            self._supervised.alive()
            send(notification)

        return sending

    def _state(self) -> str:
        firing = sum(i.phase in FIRING for found in self._instances.values() for i in found.values())
        return f"{len(self._rules)} rules, {firing} violations, {len(self._outbox.waiting)} notices wait"

    def tick(self) -> None:
        now = at_second(int(self._clock.wall().timestamp()) // _SECONDS * _SECONDS)
        last = self._last
        if last is None or now < last:  # the first one, or the server's clock was set back
            last = now - TICK
        if now == last:
            return
        self._last = now
        self._reload(now)
        for entry in self._rules.values():
            at = self._due(entry, last, now)
            if at is not None:
                self._supervised.alive()  # a database that does not answer takes seconds from each rule
                self._evaluate(entry, at)
        self._outbox.put(self._dispatcher.due(now))
        for line in [] if self._vitals is None else self._vitals.lines():
            self._lines.put(line)
        self._lines.flush()
        self._outbox.flush(now)
        self._save()

    def _until_next(self) -> float:
        return _SECONDS - self._clock.wall().timestamp() % _SECONDS

    def _due(self, entry: Entry, last: datetime, now: datetime) -> datetime | None:
        """The newest moment of evaluation since the last tick: a slow mail server may make ticks late."""
        interval = int(entry.group.interval.total_seconds())
        offset = self._phase % interval // _SECONDS * _SECONDS
        at = at_second((int(now.timestamp()) - offset) // interval * interval + offset)
        return at if at > last else None

    def _reload(self, now: datetime) -> None:
        alerting = self._folder.changed()
        if alerting is None:
            return
        fresh = {rule.uid: Entry(group, rule) for group in alerting.groups for rule in group.rules}
        first = not self._rules
        for uid in list(self._instances):
            # As in Grafana: a rule that changed forgets what it knew, but a restart forgives a change.
            if uid not in fresh or (not first and fresh[uid] != self._rules.get(uid)):
                self._forget(uid, now)
        self._rules = {uid: entry for uid, entry in sorted(fresh.items()) if not entry.rule.is_paused}
        if alerting.route is not None:
            self._dispatcher.route = alerting.route

    def _forget(self, uid: str, now: datetime) -> None:
        entry = self._rules.get(uid)
        for key, old in sorted(self._instances.pop(uid).items()):
            if old.phase in FIRING:
                ended = Instance(key, Phase.NORMAL, now, old.began, now, old.values, UPDATED, old.fired)
                self._take(entry, Change(old.phase, ended), now)

    def _evaluate(self, entry: Entry, now: datetime) -> None:
        uid = entry.rule.uid
        results = evaluate(entry.rule, self._source, now)
        self._say_errors(uid, [r.error for r in results if r.verdict is Verdict.ERROR])
        before = self._instances.get(uid, {})
        after, changes = step(entry.group, entry.rule, before, results, now)
        self._instances[uid] = after
        for change in changes:
            if change.ended or change.started:
                self._take(entry, change, now)
        begun = {change.instance.labels for change in changes if change.started}
        for key, instance in sorted(after.items()):
            if instance.phase in FIRING and key not in begun:
                self._write(entry, instance, now)
                self._dispatcher.start(alert(entry, instance, None), now)

    def _take(self, entry: Entry | None, change: Change, now: datetime) -> None:
        """A violation that began or ended: written, told on, put into its group."""
        told = alert(entry, change.instance, now if change.ended else None)
        self._write(entry, change.instance, now)
        if change.ended:
            self._dispatcher.end(told, now)
        else:
            self._dispatcher.start(told, now)
        policy = told.label("policy")
        ids = {"policy": policy, "venue": told.label("venue"), "pc": told.label("pc"), "reason": told.reason}
        log.info("a violation %s", "ended" if change.ended else "began", extra=ids)
        self._on_event(Event(now, policy, told))

    def _write(self, entry: Entry | None, instance: Instance, now: datetime) -> None:
        known = dict(instance.labels)
        tags = {name: known.get(name, "") for name in (*IDENTITY, "policy", "severity")}
        fields: dict[str, lineprotocol.Value] = {
            "firing": int(instance.phase in FIRING),
            "since": int((now - (instance.fired or now)).total_seconds()),
        }
        value = compared(entry, instance)
        if value is not None:
            fields["value"] = value
        try:
            self._lines.put(lineprotocol.encode(Point("violation", tags, fields, int(now.timestamp()))))
        except ValueError as fault:  # a rule of the site's own without venue or PC
            log.warning("a violation cannot be written: %s", fault)

    def _say_errors(self, uid: str, errors: list[str]) -> None:
        """Once when a rule stops being judged, once when it is judged again."""
        if errors and uid not in self._broken:
            log.warning("a rule cannot be evaluated: %s", errors[0], extra={"rule": uid})
            self._broken[uid] = errors[0]
        elif not errors and self._broken.pop(uid, None) is not None:
            log.info("a rule is evaluated again", extra={"rule": uid})

    def _save(self) -> None:
        kept = {
            uid: [i for _, i in sorted(found.items()) if i.phase is not Phase.NORMAL]
            for uid, found in sorted(self._instances.items())
        }
        memory = Memory(kept, self._dispatcher.groups, list(self._outbox.waiting), list(self._lines.waiting))
        self._file.save(memory)


def run(
    deploy: Deploy, state: Path, clock: Clock, stop: threading.Event, supervised: Supervised | None = None
) -> None:
    """What `quannet watch` does until `stop`."""
    influx = Influx(deploy.influx)
    try:
        send = mailer(deploy, clock)
        vitals = Vitals("watch", clock)
        Watch(deploy, influx, clock, send, state=state, supervised=supervised, vitals=vitals).run(stop)
    finally:
        influx.close()
