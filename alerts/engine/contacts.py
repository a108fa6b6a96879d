"""Contact points: who is told, and by which way."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from pydantic.dataclasses import dataclass

from alerts.engine.dollars import expand
from alerts.engine.scalars import CAMEL, Named, OrgId, Uid

_BETWEEN = re.compile(r"[;,\n]")


def _some(settings: dict[str, Any]) -> dict[str, Any]:
    if not settings:
        raise ValueError("is empty; write for example {addresses: a@b.example}")
    return settings


@dataclass(config=CAMEL)
class Receiver:
    """One way out of a contact point; its settings are as they stand in the file, dollars and all."""

    uid: Uid
    type: Named
    settings: Annotated[dict[str, Any], AfterValidator(_some)]
    disable_resolve_message: Annotated[bool, Field(strict=True)] = False

    @property
    def addresses(self) -> tuple[str, ...]:
        """Whom a mail goes to."""
        written = self.settings.get("addresses")
        if not isinstance(written, str):
            return ()
        return tuple(text.strip() for text in _BETWEEN.split(expand(written)) if text.strip())


@dataclass(config=CAMEL)
class ContactPoint:
    name: Named
    receivers: tuple[Receiver, ...]
    org_id: OrgId = 1
