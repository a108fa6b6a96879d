"""The command `quannet-agent`: run, once, status."""

from __future__ import annotations

import argparse
import json
import logging
import queue
import signal
import sqlite3
import sys
import threading
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING

from collector import lineprotocol
from collector.agent import config, platform, sensors
from collector.agent.blocklist.delivered import Delivered
from collector.agent.blocklist.follow import Followed
from collector.agent.blocklist.updater import Pace as FetchPace
from collector.agent.delivery import Delivery, Pace
from collector.agent.health import Health
from collector.agent.link import Endpoint, Event, Link
from collector.agent.loop import STATUS_FILE, Agent, sample
from collector.agent.spool import Limits, Spool
from collector.clock import SystemClock, TrustedClock
from collector.problem import Severity, as_json, as_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from collector.agent.blocklist.lists import Lists
    from collector.clock import Clock

CLEAN, FAULTS, UNKNOWN = 0, 1, 3  # exit codes, as `quannet` has them; argparse itself exits with 2

LISTS = "lists"  # the folder beside the spool

DEFAULT = Path("/etc/quannet/agent.toml")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser("quannet-agent", description=__doc__)
    parser.add_argument("--config", type=Path, default=DEFAULT, help=f"settings (default {DEFAULT})")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="sample and deliver until stopped")
    once = commands.add_parser("once", help="sample once, print what would be sent, send nothing")
    once.add_argument("--wait", type=float, default=1.0, help="seconds between two looks (default 1)")
    status = commands.add_parser("status", help="what the running agent has sent and still holds")
    status.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")

    settings, problems = config.load(options.config)
    if problems:
        sys.stderr.write(as_text(problems))
    if settings is None or any(p.severity is Severity.ERROR for p in problems):
        if getattr(options, "json", False):
            sys.stdout.write(json.dumps({"problems": as_json(problems)}) + "\n")
        return FAULTS
    if options.command == "status":
        return _status(settings.spool.folder / STATUS_FILE, as_is=options.json)
    try:
        clock = SystemClock()
        lists = _lists(settings, clock)
        chosen = sensors.build(settings, platform.current(), lists)
        if options.command == "once":
            return _once(chosen, options.wait, clock)
        return _run(settings, chosen, lists, clock)
    except (OSError, ValueError, sqlite3.Error) as fault:
        sys.stderr.write(f"error: {fault}\n")
        return UNKNOWN


def _lists(settings: config.Settings, clock: Clock) -> Lists:
    """The file that the settings name, or what the site offers."""
    folder = settings.spool.folder / LISTS
    if settings.sites.list is not None:
        return Followed(settings.sites.list, folder)
    pace = FetchPace(spread=settings.sites.spread)
    return Delivered(folder, settings.broker.ca_file, clock, SystemRandom(), pace)


def _run(
    settings: config.Settings, chosen: tuple[sensors.Sensor, ...], lists: Lists, clock: SystemClock
) -> int:
    random = SystemRandom()
    limits = Limits(settings.spool.max_bytes, settings.spool.max_days * 86_400)
    spool = Spool(settings.spool.folder, limits)
    events: queue.Queue[Event] = queue.Queue()
    broker = settings.broker
    endpoint = Endpoint(broker.host, broker.port, settings.venue, broker.password(), broker.ca_file)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    agent = Agent(
        sensors=chosen,
        spool=spool,
        delivery=Delivery(spool, TrustedClock(), clock.boot, random, Pace()),
        link=Link(settings.venue, settings.pc, spool.stream, endpoint, clock, events),
        events=events,
        health=Health(clock),
        clock=clock,
        random=random,
        state=settings.spool.folder / STATUS_FILE,
        on_offers=lists.hear,
    )
    lists.start()
    try:
        agent.run(stop)
    finally:
        lists.stop()
    return CLEAN


def _once(chosen: tuple[sensors.Sensor, ...], wait: float, clock: Clock) -> int:
    """The first look only sets the marks that the second counts from."""
    faults: dict[str, Exception] = {}
    sample(chosen, clock.instant(), faults)
    threading.Event().wait(wait)
    faults.clear()
    for point in sample(chosen, clock.instant(), faults):
        sys.stdout.write(lineprotocol.encode(point) + "\n")
    for name, fault in faults.items():
        sys.stderr.write(f"sensor {name} fails: {fault}\n")
    return FAULTS if faults else CLEAN


def _status(path: Path, *, as_is: bool) -> int:
    try:
        text = path.read_text("utf-8")
        state = json.loads(text)
    except (OSError, ValueError) as fault:
        sys.stderr.write(f"error: {path}: {fault}; has the agent run?\n")
        return UNKNOWN
    if as_is:
        sys.stdout.write(text + "\n")
    else:
        for key, value in state.items():
            shown = ", ".join(value) if isinstance(value, list) else str(value)
            sys.stdout.write(f"{key:10} {shown or '-'}\n")
    return FAULTS if state["failing"] else CLEAN


if __name__ == "__main__":
    sys.exit(main())
