"""The province at a glance: who plays, whether outside the hours, and how much of it is observed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector import influxql
from collector.conventions import BOARD_PROVINCE, BOARD_SITES
from dashboards import looks
from dashboards.fields import Looks, Query, board_link, by_name, by_query, fixed, steps
from dashboards.kit import Kit, dashboard
from dashboards.looks import Words, as_coverage, to_venue

if TYPE_CHECKING:
    from typing import Any

    from dashboards.context import BoardContext
    from dashboards.kit import Dashboard

UID = BOARD_PROVINCE
_WHERE = influxql.matches("place", "place")


def build(context: BoardContext) -> Dashboard:
    kit, words = Kit(context.datasource_uid), Words(context, "province")
    return dashboard(
        UID,
        words.title(),
        words.description(),
        panels=[*_now(kit, words), *_over_time(kit, words), _violations(kit, words), _venues(kit, words)],
        variables=[kit.custom_variable("place", words("word.place"), context.places, words("every"))],
        links=[board_link(words("link.sites"), BOARD_SITES)],
        refresh=context.refresh,
    )


def _now(kit: Kit, words: Words) -> list[Any]:
    """Numbers of now. A 0 is never shown without coverage beside it."""
    coverage = Query(influxql.coverage_now(_WHERE), words("word.coverage"))
    registered = Query(influxql.registered_now(_WHERE), words("word.registered"))
    venues = Query(influxql.playing_now("play", ("venue",), _WHERE), words("word.venues_playing"))
    pcs = Query(influxql.playing_now("play", ("venue", "pc"), _WHERE), words("word.playing"))
    late = Query(influxql.playing_now("after_hours", ("venue", "pc"), _WHERE), words("word.late_pcs"))
    firing = Query(influxql.firing_now(_WHERE), words("province.firing.title"))
    return [
        kit.stat(
            words.frame(1, "coverage", (0, 0, 6, 4)),
            [coverage, registered],
            Looks("none", overrides=(as_coverage("A"),)),
        ),
        kit.stat(
            words.frame(2, "playing", (6, 0, 8, 4)),
            [venues, pcs, coverage],
            Looks("none", overrides=(as_coverage("C"),)),
        ),
        kit.stat(
            words.frame(3, "late", (14, 0, 6, 4)),
            [late, coverage],
            Looks("none", color=looks.GOOD, thresholds=((1, looks.LATE),), overrides=(as_coverage("B"),)),
        ),
        kit.stat(
            words.frame(4, "firing", (20, 0, 4, 4)),
            [firing],
            Looks("none", color=looks.GOOD, thresholds=((1, looks.BAD),), no_value="0"),
        ),
    ]


def _over_time(kit: Kit, words: Words) -> list[Any]:
    online = Query(influxql.online_over_time(_WHERE), words("word.online"))
    playing = Query(influxql.playing_over_time("play", None, _WHERE), words("word.playing"))
    late = Query(influxql.playing_over_time("after_hours", "class", _WHERE), "$tag_class")
    by_class = tuple(
        by_name(name, displayName=words(f"class.{name}"), color=fixed(color))
        for name, color in looks.CLASSES.items()
    )
    return [
        kit.timeseries(
            words.frame(5, "playing_over_time", (0, 4, 12, 8)),
            [online, playing],
            Looks(
                "none",
                low=0,
                decimals=0,
                overrides=(by_query("A", color=fixed(looks.GOOD)), by_query("B", color=fixed(looks.PLAY))),
            ),
        ),
        kit.timeseries(
            words.frame(6, "late_over_time", (12, 4, 12, 8)),
            [late],
            Looks("none", low=0, decimals=1, overrides=by_class),
        ),
    ]


def _violations(kit: Kit, words: Words) -> Any:
    columns = (
        words.colored_column("severity", looks.SEVERITIES),
        words.column("policy"),
        words.column("venue", links=[to_venue(words)]),
        words.column("pc"),
        words.column("what"),
        words.column("since", unit="s"),
    )
    return kit.table(
        words.frame(7, "violations", (0, 12, 24, 6)),
        [Query(influxql.violations_now(_WHERE), as_table=True)],
        Looks("none", overrides=columns, no_value=words("preview.no_data")),
        ["severity", "policy", "venue", "pc", "what", "since"],
        words("word.since"),
        desc=True,
    )


def _venues(kit: Kit, words: Words) -> Any:
    late = {"mode": "absolute", "steps": steps((None, looks.QUIET), (1, looks.LATE))["steps"]}
    columns = (
        words.column("venue", links=[to_venue(words)]),
        words.column("place", mappings=[words.places()]),
        words.column("class", mappings=[words.named("class", tuple(looks.CLASSES))]),
        words.column("online"),
        words.column("registered"),
        words.column("playing"),
        by_name(
            "late",
            displayName=words("word.late_pcs"),
            thresholds=late,
            custom_cellOptions={"type": "color-text"},
        ),
        words.colored_column("hours", looks.HOURS),
    )
    return kit.table(
        words.frame(8, "venues", (0, 18, 24, 12)),
        [
            Query(influxql.presence_by_venue(_WHERE), as_table=True),
            Query(influxql.playing_by_venue(_WHERE), as_table=True),
        ],
        Looks("none", overrides=columns),
        ["venue", "playing", "late", "online", "registered", "hours", "place", "class"],
        words("word.late_pcs"),
        desc=True,
    )
