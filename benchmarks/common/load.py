"""Lines into a database, in large portions."""

from collections import Counter
from collections.abc import Iterator
from itertools import islice

from collector.influx import Influx

BATCH = 10_000  # lines a write


def load(influx: Influx, lines: Iterator[str]) -> Counter[str]:
    """How many of each measurement."""
    counts: Counter[str] = Counter()
    while batch := list(islice(lines, BATCH)):
        counts.update(line[: line.index(",")] for line in batch)
        influx.write(batch)
    return counts
