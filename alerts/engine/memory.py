"""What `watch` must still know after a restart, in one JSON file that is replaced whole."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from alerts.engine.dispatch import Group  # noqa: TC001 - pydantic reads it at run time
from alerts.engine.outbox import Letter  # noqa: TC001 - likewise
from alerts.engine.state import Instance  # noqa: TC001 - likewise

if TYPE_CHECKING:
    from pathlib import Path

log = logging.getLogger(__name__)

NAME = "watch-2.json"  # the number is that of the format
_BEFORE = ("watch-1.json",)


@dataclass
class Memory:
    """`instances` by rule uid, without the normal ones; letters that were not delivered, lines not written."""

    instances: dict[str, list[Instance]] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    unsent: list[Letter] = field(default_factory=list)
    unwritten: list[str] = field(default_factory=list)


_FORM = TypeAdapter(Memory)


class MemoryFile:
    """Of a folder, or of nothing where it is None: then a restart begins anew."""

    def __init__(self, folder: Path | None) -> None:
        self._path = None if folder is None else folder / NAME
        self._written = b""
        self._failing = False

    def load(self) -> Memory:
        """Empty where there is none; one that cannot be read, or of an older format, is set aside and said."""
        if self._path is None:
            return Memory()
        for name in _BEFORE:
            old = self._path.with_name(name)
            if old.exists():
                log.warning("%s is of an older release: what it knew of alerts is not read", old)
                old.replace(old.with_suffix(".old"))
        if not self._path.exists():
            return Memory()
        try:
            return _FORM.validate_json(self._path.read_bytes())
        except (OSError, ValidationError) as fault:
            aside = self._path.with_suffix(".damaged")
            log.error("the state of alerts cannot be read and is set aside as %s: %s", aside, fault)  # noqa: TRY400 - the file is at fault, not the code
            self._path.replace(aside)
            return Memory()

    def save(self, memory: Memory) -> None:
        """Only where something changed. A full disk stops no alert: it is said once."""
        if self._path is None:
            return
        content = _FORM.dump_json(memory)
        if content == self._written:
            return
        fresh = self._path.with_suffix(".new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with fresh.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._path)
        except OSError as fault:
            if not self._failing:
                log.error("the state of alerts cannot be saved, a restart would forget it: %s", fault)  # noqa: TRY400 - the disk is at fault, not the code
            self._failing = True
            return
        self._written = content
        self._failing = False
