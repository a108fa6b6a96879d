"""The alert engine as a process: the generated rules on their intervals, violations written, notices sent."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from alerts.engine.dispatch import Dispatcher
from alerts.engine.evaluate import Result, Verdict
from alerts.engine.judging import Judge
from alerts.engine.lines import Lines
from alerts.engine.memory import Memory, MemoryFile
from alerts.engine.outbox import Outbox
from alerts.engine.proof import Ended, counted, reasons
from alerts.engine.rules import Entry, RuleFolder, alert, measurements
from alerts.engine.scalars import TICK
from alerts.engine.state import FIRING, UPDATED, Change, Instance, Instances, Phase, loaded, step
from alerts.engine.violations import point, what
from alerts.notify import mailer
from collector import lineprotocol
from collector.clock import at_second
from collector.conventions import DEPLOY_ALERTING
from collector.influx import Influx
from collector.lineprotocol import Point
from collector.supervised import Supervised
from collector.vitals import Vitals

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable
    from pathlib import Path

    from alerts.engine.contacts import Receiver
    from alerts.engine.dispatch import Alert, Notification
    from alerts.engine.outbox import Sender, Senders
    from collector.clock import Clock
    from collector.deploy import Deploy

log = logging.getLogger(__name__)

_SECONDS = int(TICK.total_seconds())
_MINUTE = 60


@dataclass(frozen=True)
class Event:
    """A violation that began or ended, for whoever looks on."""

    at: datetime
    policy: str
    alert: Alert


@dataclass(frozen=True)
class _Turn:
    """What an evaluation changed; without an entry where the rule is gone."""

    entry: Entry | None
    at: datetime
    change: Change


class Watch:
    """Grafana's scheduler for our rules.

    A tick on each multiple of ten seconds:
    1. read the rule files again where they changed;
    2. evaluate the groups whose time it is;
    3. where something is no longer seen, ask whether its PC still is;
    4. write the violations, gather what began and ended into notifications;
    5. write and send, what failed before first;
    6. save what a restart must know.
    """

    def __init__(
        self,
        deploy: Deploy,
        influx: Influx,
        clock: Clock,
        senders: Senders,
        on_event: Callable[[Event], None] = lambda _: None,
        *,
        phase: timedelta = timedelta(0),
        state: Path | None = None,
        supervised: Supervised | None = None,
        vitals: Vitals | None = None,
    ) -> None:
        """`phase` is how long after the full interval a group is evaluated; `state` a folder for its memory."""
        self._influx = influx
        self._clock = clock
        self._supervised = supervised or Supervised(clock)
        self._judge = Judge(influx, self._supervised.alive)
        self._vitals = vitals
        self._on_event = on_event
        self._phase = int(phase.total_seconds())
        self._folder = RuleFolder(deploy.folder / DEPLOY_ALERTING)
        self._file = MemoryFile(state)
        memory = self._file.load()
        self._instances: dict[str, Instances] = {
            uid: {instance.labels: instance for instance in found} for uid, found in memory.instances.items()
        }
        self._dispatcher = Dispatcher(groups=memory.groups)
        self._outbox = Outbox(self._alive_and(senders), memory.unsent)
        self._lines = Lines(influx, memory.unwritten)
        self._rules: dict[str, Entry] = {}
        self._broken: dict[str, str] = {}
        self._last: datetime | None = None

    def run(self, stop: threading.Event) -> None:
        while not stop.wait(self._until_next()):
            self.tick()
            self._supervised.ready()
            self._supervised.alive(self._state())

    def _alive_and(self, senders: Senders) -> Senders:
        """A mail server may take its time: each notice is a sign of life, and a tick may have many."""

        def to(receiver: Receiver) -> Sender | None:
            send = senders(receiver)

            def sending(notification: Notification) -> None:
                self._supervised.alive()
                assert send is not None
                send(notification)

            return None if send is None else sending

        return to

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
        due = [(entry, at) for entry in self._rules.values() if (at := self._due(entry, last, now))]
        held = {uid: loaded(found.values()) for uid, found in self._instances.items()}
        turns = [
            turn
            for (entry, at), results in zip(due, self._judge.results(due, held), strict=True)
            for turn in self._step(entry, results, at)
        ]
        for turn in self._explained(turns):
            self._take(turn)
        self._outbox.put(self._dispatcher.due(now), now)
        self._write_books(now)
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
        self._dispatcher.adopt(alerting.policy, now)
        self._outbox.address(alerting.contacts)
        for uid in list(self._instances):
            # As in Grafana: a rule that changed forgets what it knew, but a restart forgives a change.
            if uid not in fresh or (not first and fresh[uid] != self._rules.get(uid)):
                self._forget(uid, now)
        self._rules = {uid: entry for uid, entry in sorted(fresh.items()) if not entry.rule.is_paused}

    def _forget(self, uid: str, now: datetime) -> None:
        entry = self._rules.get(uid)
        for key, old in sorted(self._instances.pop(uid).items()):
            if old.phase in FIRING:
                ended = Instance(key, Phase.NORMAL, now, old.began, now, old.values, UPDATED, old.fired)
                self._take(_Turn(entry, now, Change(old.phase, ended)))

    def _step(self, entry: Entry, results: list[Result], now: datetime) -> list[_Turn]:
        """What began and ended by an evaluation; what goes on is written and brought up to date."""
        uid = entry.rule.uid
        self._say_errors(uid, [r.error for r in results if r.verdict is Verdict.ERROR])
        before = self._instances.get(uid, {})
        after, changes = step(entry.group, entry.rule, before, results, now)
        self._instances[uid] = after
        begun = {change.instance.labels for change in changes if change.started}
        for key, instance in sorted(after.items()):
            if instance.phase in FIRING and key not in begun:
                self._write(entry, instance, now)
                self._dispatcher.start(alert(entry, instance, None), now)
        return [_Turn(entry, now, change) for change in changes if change.ended or change.started]

    def _explained(self, turns: list[_Turn]) -> list[_Turn]:
        """The same, the ended ones with the reason why; one question for all of them."""
        ended = [turn for turn in turns if turn.change.ended]
        if not ended:
            return turns
        asked = [Ended(turn.change.instance, counted(measurements(turn.entry))) for turn in ended]
        why = iter(reasons(asked, self._influx, max(turn.at for turn in ended)))
        return [_because(turn, next(why)) if turn.change.ended else turn for turn in turns]

    def _take(self, turn: _Turn) -> None:
        """A violation that began or ended: written, told on, put into its group."""
        instance, ended = turn.change.instance, turn.change.ended
        told = alert(turn.entry, instance, turn.at if ended else None)
        self._write(turn.entry, instance, turn.at)
        (self._dispatcher.end if ended else self._dispatcher.start)(told, turn.at)
        ids = {name: told.label(name) for name in ("policy", "venue", "pc", "place") if told.label(name)}
        ids |= {"what": what(told.labels)} if what(told.labels) else {}
        ids |= {"reason": told.reason} if told.reason else {}
        log.info("a violation %s", "ended" if ended else "began", extra=ids)
        self._on_event(Event(turn.at, told.label("policy"), told))

    def _write(self, entry: Entry | None, instance: Instance, now: datetime) -> None:
        try:
            self._lines.put(lineprotocol.encode(point(entry, instance, now)))
        except ValueError as fault:  # labels of a rule of the site's own that no tag can hold
            log.warning("a violation cannot be written: %s", fault)

    def _write_books(self, now: datetime) -> None:
        """Each minute how many notices wait for how long; and the process's own health."""
        stamp = int(now.timestamp())
        for row in self._outbox.books(now) if stamp % _MINUTE == 0 else []:
            age = int(row.oldest.total_seconds())
            fields = {"waiting": row.count, "age": age, "given_up": row.given_up}
            self._lines.put(lineprotocol.encode(Point("outbox", {"channel": row.channel}, fields, stamp)))
        for line in [] if self._vitals is None else self._vitals.lines():
            self._lines.put(line)

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


def _because(turn: _Turn, reason: str) -> _Turn:
    change = turn.change
    return replace(turn, change=replace(change, instance=replace(change.instance, reason=reason)))


def run(
    deploy: Deploy, state: Path, clock: Clock, stop: threading.Event, supervised: Supervised | None = None
) -> None:
    """What `quannet watch` does until `stop`."""
    influx = Influx(deploy.influx)
    try:
        senders = mailer(deploy, clock)
        vitals = Vitals("watch", clock)
        Watch(deploy, influx, clock, senders, state=state, supervised=supervised, vitals=vitals).run(stop)
    finally:
        influx.close()
