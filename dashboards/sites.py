"""Listed sites: which were looked up and which were reached, and how much of it could not be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector import influxql
from collector.conventions import BOARD_PROVINCE, BOARD_SITES, BOARD_VENUE
from dashboards import hits, looks
from dashboards.fields import Looks, Query, board_link, by_name, by_query, fixed, steps
from dashboards.kit import Kit, dashboard
from dashboards.looks import Words, as_bars, as_coverage, shades, to_venue

if TYPE_CHECKING:
    from typing import Any

    from dashboards.context import BoardContext
    from dashboards.kit import Dashboard

UID = BOARD_SITES
_WHERE = f"{influxql.matches('place', 'place')} AND {influxql.matches('venue', 'venue')}"
_INTERVAL = "5m"  # accesses are few: by the minute they would be needles


def build(context: BoardContext) -> Dashboard:
    kit, words = Kit(context.datasource_uid), Words(context, "sites")
    return dashboard(
        UID,
        words.title(),
        words.description(),
        panels=[
            *_now(kit, words),
            _categories(kit, words),
            _reasons(kit, words),
            hits.table(kit, words, words.frame(5, "hits", (0, 12, 24, 11)), _WHERE),
            _lookups(kit, words),
            _blind(kit, words),
        ],
        variables=[
            kit.custom_variable("place", words("word.place"), context.places, words("every")),
            kit.multi_query_variable(
                "venue", words("word.venue"), influxql.tag_values("presence", "venue"), words("every")
            ),
        ],
        links=[
            board_link(words("link.province"), BOARD_PROVINCE),
            board_link(words("link.venue"), BOARD_VENUE),
        ],
        refresh=context.refresh,
    )


def _now(kit: Kit, words: Words) -> list[Any]:
    """A 0 is never shown without what could not be seen beside it."""
    now = Query(influxql.accesses_now("violation", _WHERE), words("word.accesses_now"))
    today = Query(influxql.accesses_today("violation", _WHERE), words("word.accesses_today"))
    blind = Query(influxql.blind_now(_WHERE), words("word.blind"))
    coverage = Query(influxql.coverage_now(_WHERE), words("word.coverage"))
    looking = Query(influxql.looking_now(_WHERE), words("word.looking"))
    registered = Query(influxql.registered_now(_WHERE), words("word.registered"))
    blind_today = Query(influxql.blind_today(_WHERE), words("word.blind_today"))
    coverage_today = Query(influxql.coverage_today(_WHERE), words("word.coverage_today"))
    any_is_too_many = steps((None, looks.GOOD), (1, looks.GRADES["violation"]))
    some = steps((None, looks.GOOD), (1, looks.STATES["blind"]))
    return [
        kit.stat(
            words.frame(1, "accesses", (0, 0, 11, 4)),
            [now, today, blind, coverage],
            Looks(
                "none",
                overrides=(
                    by_query("A", thresholds=any_is_too_many),
                    by_query("B", thresholds=any_is_too_many),
                    by_query("C", thresholds=some),
                    as_coverage("D"),
                ),
            ),
            nulls=True,
        ),
        kit.stat(
            words.frame(2, "seen", (11, 0, 13, 4)),
            [looking, registered, blind_today, coverage_today],
            Looks("none", overrides=(by_query("C", unit="s", thresholds=some), as_coverage("D"))),
            nulls=True,
        ),
    ]


def _categories(kit: Kit, words: Words) -> Any:
    """A category without a word is shown as the site spells it."""
    queries = [
        Query(influxql.accesses_by_category(grade, _WHERE), f"{words(f'grade.{grade}')}: $tag_category")
        for grade in looks.GRADES
    ]
    named = (
        by_name(f"{of}: {category}", displayName=f"{of}: {words(f'category.{category}')}")
        for of in (words(f"grade.{grade}") for grade in looks.GRADES)
        for category in looks.CATEGORIES
    )
    colors = zip("AB", looks.GRADES.values(), strict=True)
    return kit.timeseries(
        words.frame(3, "categories", (0, 4, 12, 8)),
        queries,
        Looks(
            "none",
            low=0,
            decimals=0,
            overrides=(*(as_bars(ref, shades(color)) for ref, color in colors), *named),
        ),
        stacked=True,
        interval=_INTERVAL,
    )


def _reasons(kit: Kit, words: Words) -> Any:
    named = (
        by_name(reason, displayName=words(f"cause.{reason}"), color=fixed(color))
        for reason, color in looks.REASONS.items()
    )
    line = by_query(
        "B", color=fixed(looks.GOOD), custom_stacking={"mode": "none", "group": "A"}, custom_fillOpacity=0
    )
    return kit.timeseries(
        words.frame(4, "reasons", (12, 4, 12, 8)),
        [
            Query(influxql.blind_over_time(_WHERE), "$tag_reason"),
            Query(influxql.observed_over_time(_WHERE), words("word.observed")),
        ],
        Looks(
            "none",
            low=0,
            decimals=0,
            overrides=(as_bars("A", {"mode": "palette-classic-by-name"}), line, *named),
        ),
        stacked=True,
        interval=_INTERVAL,
    )


def _lookups(kit: Kit, words: Words) -> Any:
    return kit.timeseries(
        words.frame(6, "lookups", (0, 23, 12, 8)),
        [
            Query(influxql.sites_over_time("lookups", _WHERE), words("word.lookups")),
            Query(influxql.sites_over_time("accesses", _WHERE), words("word.accesses")),
        ],
        Looks(
            "none",
            low=0,
            decimals=0,
            overrides=(
                by_query("A", color=fixed(looks.LOOKUP), custom_lineInterpolation="stepAfter"),
                as_bars("B", fixed(looks.ACCESS)),
            ),
        ),
        interval=_INTERVAL,
    )


def _blind(kit: Kit, words: Words) -> Any:
    columns = (
        words.column("venue", links=[to_venue(words)]),
        words.column("pc"),
        words.column("reason", mappings=[words.named("cause", tuple(looks.REASONS))]),
        words.column("detail"),
        words.column("since", unit="s"),
    )
    return kit.table(
        words.frame(7, "blind", (12, 23, 12, 8)),
        [
            Query(influxql.blind_by_pc(_WHERE), as_table=True),
            Query(influxql.blind_since(_WHERE), as_table=True),
        ],
        Looks("none", overrides=columns, no_value=words("preview.no_data")),
        ["venue", "pc", "reason", "since", "detail"],
        words("word.venue"),
        desc=False,
    )
