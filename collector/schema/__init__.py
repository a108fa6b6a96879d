"""Every measurement that quannet writes: its tags and fields, their types, units and bounds, and who writes it."""

from collector.schema import agents, ingest, server
from collector.schema.parts import CLASSES, IDENTITY, Field, Kind, Measurement, Tag, Writer

MEASUREMENTS: tuple[Measurement, ...] = (*agents.ROWS, *ingest.ROWS, *server.ROWS)

BY_NAME = {m.name: m for m in MEASUREMENTS}

__all__ = [
    "BY_NAME",
    "CLASSES",
    "IDENTITY",
    "MEASUREMENTS",
    "Field",
    "Kind",
    "Measurement",
    "Tag",
    "Writer",
]
