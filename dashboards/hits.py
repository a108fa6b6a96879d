"""The table of listed sites that PCs looked up or reached, as several boards show it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector import influxql
from dashboards import looks
from dashboards.fields import Looks, Query, by_name, grouped, steps
from dashboards.looks import to_venue

if TYPE_CHECKING:
    from typing import Any

    from dashboards.fields import Frame, Json
    from dashboards.kit import Kit
    from dashboards.looks import Words

_WHICH = ("venue", "pc", "domain", "category", "grade", "source", "version", "process")
_REDUCED = {"accesses": "sum", "lookups": "sum", "Time": "max"}
_ORDER = (
    *("Time (max)", "venue", "pc", "domain", "accesses (sum)", "lookups (sum)"),
    *("grade", "category", "process", "source", "version"),
)


def table(kit: Kit, words: Words, frame: Frame, where: str) -> Any:
    """A row for each site of a PC and program, of the newest lines of either grade: hints crowd no violation out."""
    return kit.table(
        frame,
        [Query(influxql.last_hits(grade, where), as_table=True) for grade in looks.GRADES],
        Looks("none", overrides=_columns(words), no_value=words("preview.no_data")),
        list(_ORDER),
        words("word.grade"),  # "violation" comes before "hint" in falling order
        words("word.last_hit"),
        desc=True,
        group=grouped(_WHICH, **_REDUCED),
    )


def _columns(words: Words) -> tuple[Json, ...]:
    """An access is coloured, a lookup never: it accuses nobody."""
    return (
        by_name("Time (max)", displayName=words("word.last_hit"), unit="time:HH:mm DD/MM"),
        words.column("venue", links=[to_venue(words)]),
        words.column("pc"),
        words.column("domain"),
        by_name(
            "accesses (sum)",
            displayName=words("word.accesses"),
            thresholds=steps((None, looks.QUIET), (1, looks.ACCESS)),
            custom_cellOptions={"type": "color-text"},
        ),
        by_name("lookups (sum)", displayName=words("word.lookups")),
        words.colored_column("grade", looks.GRADES),
        words.column("category", mappings=[words.named("category", looks.CATEGORIES)]),
        words.column("process"),
        words.column("source"),
        words.column("version"),
    )
