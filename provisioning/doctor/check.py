"""What a check of the doctor is: a question with an id and a way out, and what it finds."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from collector.clock import Clock
    from collector.deploy import Deploy
    from collector.influx import Influx


class Verdict(enum.Enum):
    OK = "ok"
    WARNING = "warning"
    ERROR = "error"
    UNKNOWN = "unknown"  # it could not be judged


@dataclass(frozen=True)
class Here:
    """A deployment on this machine; `state` is where ingest keeps dead letters."""

    deploy: Deploy
    state: Path
    influx: Influx
    clock: Clock


@dataclass(frozen=True)
class Said:
    """What a check found; a check that finds nothing to say is content."""

    verdict: Verdict
    summary: str


@dataclass(frozen=True)
class Check:
    """`asks` in a sentence, `hint` how to mend it. `look` may raise OSError or Unavailable: then it is unknown."""

    id: str
    name: str
    asks: str
    hint: str
    look: Callable[[Here], Iterator[Said]]


@dataclass(frozen=True)
class Finding:
    check: Check
    verdict: Verdict
    summary: str = ""


def warning(summary: str) -> Said:
    return Said(Verdict.WARNING, summary)


def error(summary: str) -> Said:
    return Said(Verdict.ERROR, summary)


def unknown(summary: str) -> Said:
    return Said(Verdict.UNKNOWN, summary)
