"""One venue: its PCs and their states, games, play outside the hours, load, and the agents' health."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector import influxql
from collector.conventions import BOARD_PROVINCE, BOARD_SITES, BOARD_VENUE
from dashboards import hits, looks
from dashboards.fields import Looks, Query, board_link, by_name, by_query, fixed
from dashboards.kit import Kit, dashboard
from dashboards.looks import Words, as_coverage, as_late

if TYPE_CHECKING:
    from typing import Any

    from dashboards.context import BoardContext
    from dashboards.kit import Dashboard

UID = BOARD_VENUE
_WHERE = influxql.matches("venue", "venue")


def build(context: BoardContext) -> Dashboard:
    kit, words = Kit(context.datasource_uid), Words(context, "venue")
    return dashboard(
        UID,
        words.title(),
        words.description(),
        panels=[
            *_now(kit, words),
            *_over_time(kit, words),
            _pcs(kit, words),
            *_machines(kit, words),
            hits.table(kit, words, words.frame(10, "sites", (0, 24, 24, 8)), _WHERE),
            _strangers(kit, words),
        ],
        variables=[
            kit.query_variable("venue", words("word.venue"), influxql.tag_values("presence", "venue"))
        ],
        links=[
            board_link(words("link.province"), BOARD_PROVINCE),
            board_link(words("link.sites"), BOARD_SITES),
        ],
        refresh=context.refresh,
    )


def _now(kit: Kit, words: Words) -> list[Any]:
    online = Query(influxql.online_now(_WHERE), words("word.online"))
    registered = Query(influxql.registered_now(_WHERE), words("word.registered"))
    playing = Query(influxql.playing_now("play", ("pc",), _WHERE), words("word.playing"))
    late = Query(influxql.playing_now("after_hours", ("pc",), _WHERE), words("word.late_pcs"))
    coverage = Query(influxql.coverage_now(_WHERE), words("word.coverage"))
    today = Query(influxql.after_hours_today(_WHERE), words("venue.today.title"))
    return [
        kit.stat(words.frame(1, "coverage", (0, 0, 7, 4)), [online, registered], Looks("none")),
        kit.stat(
            words.frame(2, "playing", (7, 0, 10, 4)),
            [playing, late, coverage],
            Looks("none", overrides=(as_late("B"), as_coverage("C"))),
        ),
        kit.stat(
            words.frame(3, "today", (17, 0, 7, 4)),
            [today],
            Looks("s", color=looks.GOOD, thresholds=((1, looks.LATE),)),
        ),
    ]


def _over_time(kit: Kit, words: Words) -> list[Any]:
    states = Looks("none", color=looks.QUIET, mappings=(words.colored("state", looks.STATES),))
    games = Query(influxql.playing_over_time("play", "game", f"{_WHERE} AND {influxql.PLAYED}"), "$tag_game")
    return [
        kit.state_timeline(
            words.frame(4, "states", (0, 4, 12, 10)),
            [Query(influxql.states_over_time(_WHERE), "$tag_pc")],
            states,
        ),
        kit.timeseries(
            words.frame(5, "games", (12, 4, 12, 10)), [games], Looks("none", low=0, decimals=1), stacked=True
        ),
    ]


def _pcs(kit: Kit, words: Words) -> Any:
    columns = (
        words.column("pc"),
        words.colored_column("state", looks.STATES),
        words.column("cause", mappings=[words.named("cause", looks.CAUSES)]),
        words.column("session", mappings=[words.named("session", looks.SESSIONS)]),
        words.column("seen", unit="s"),
        words.column("play", unit="s"),
        words.column("late", unit="s"),
    )
    return kit.table(
        words.frame(6, "pcs", (0, 14, 19, 10)),
        [
            Query(influxql.presence_by_pc(_WHERE), as_table=True),
            Query(influxql.session_by_pc(_WHERE), as_table=True),
            Query(influxql.playing_by_pc(_WHERE), as_table=True),
        ],
        Looks("none", overrides=columns),
        ["pc", "state", "cause", "session", "seen", "play", "late"],
        words("word.pc"),
        desc=False,
    )


def _strangers(kit: Kit, words: Words) -> Any:
    """No "0" where nobody was refused: an empty table."""
    return kit.table(
        words.frame(11, "unregistered", (19, 14, 5, 10)),
        [Query(influxql.strangers_by_pc(_WHERE), as_table=True)],
        Looks(
            "none",
            overrides=(words.column("pc"), by_name("messages", displayName=words("word.refused_messages"))),
            no_value=words("preview.no_data"),
        ),
        ["pc", "messages"],
        words("word.refused_messages"),
        desc=True,
    )


def _machines(kit: Kit, words: Words) -> list[Any]:
    percent = Looks("percent", low=0, high=100, decimals=0)
    queued = Query(influxql.queued_over_time(_WHERE), words("word.queued"))
    dropped = Query(influxql.dropped_over_time(_WHERE), words("word.dropped"))
    health = Looks(
        "none",
        low=0,
        decimals=0,
        overrides=(by_query("A", color=fixed(looks.PLAY)), by_query("B", color=fixed(looks.BAD))),
    )
    loads = [
        kit.timeseries(
            words.frame(panel_id, field, (x, 32, 8, 8)),
            [Query(influxql.load_over_time(field, _WHERE), "$tag_pc")],
            percent,
            filled=False,
        )
        for panel_id, field, x in ((7, "cpu", 0), (8, "memory", 8))
    ]
    return [*loads, kit.timeseries(words.frame(9, "health", (16, 32, 8, 8)), [queued, dropped], health)]
