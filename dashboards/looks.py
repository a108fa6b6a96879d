"""One colour and one word for the same thing on every board: states, hours, classes, severities, places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from collector import texts
from collector.conventions import BOARD_VENUE
from dashboards.fields import Frame, by_name, by_query, link, name_map, steps, value_map

if TYPE_CHECKING:
    from dashboards.context import BoardContext
    from dashboards.fields import Json

# Told apart by people who see no red and green, on white and on black.
GOOD, BAD, DOUBT, QUIET = "#2A9D8F", "#E4572E", "#E3A72F", "#8D99AE"
PLAY, LATE, EXTRA = "#4C8BF5", "#C2397E", "#8F6BC8"

STATES = {
    "online": GOOD,
    "blind": EXTRA,
    "cloned": LATE,
    "closed": QUIET,
    "silent": BAD,
    "dark": "#7A5C3E",
    "unknown": DOUBT,
}
HOURS = {"open": PLAY, "closed": LATE, "no_rule": QUIET}
CLASSES = {"game": PLAY, "agent": GOOD, "isp": EXTRA, "hospitality": DOUBT}
SEVERITIES = {"critical": BAD, "warning": DOUBT, "info": PLAY}
# Of a PC that is blind, and before them of the last message; the words of texts/boards.toml.
REASONS = {
    "no_permission": BAD,
    "sensor_stopped": "#7A2E1D",
    "events_lost": QUIET,
    "doh": PLAY,
    "dot": "#3FA7D6",
    "vpn": EXTRA,
    "builtin_resolver": DOUBT,
    "ech": LATE,
    "policy": "#B5793C",
}
CAUSES = (
    "seen",
    "said_goodbye",
    "lost",
    "no_message",
    "venue_gone",
    "many_gone",
    "many_lost",
    "our_outage",
    "not_back",
    "waiting",
    "never_seen",
    "ingest_stalled",
    "broker_gone",
    "two_agents",
    "copied_disk",
    "not_looking",
    *REASONS,
)
# Whose list a site stands on. That it stands on the authority's is no violation yet: an access is.
GRADES = {"violation": BAD, "hint": DOUBT}
# Categories that have a word; a site may name others, which are shown as they are.
CATEGORIES = ("prohibited", "gambling", "adult", "phishing", "threat")
LOOKUP, ACCESS = QUIET, LATE
SESSIONS = ("active", "idle", "locked", "none", "unknown")

# A share of coverage at which "0" begins to mean something, and one at which it does.
COVERAGE_STEPS = ((80.0, DOUBT), (95.0, GOOD))


class Words:
    """The texts of one board in the site's language."""

    def __init__(self, context: BoardContext, board: str) -> None:
        self._context = context
        self._board = board

    def __call__(self, key: str, **values: Any) -> str:
        return texts.text(f"boards.{key}", self._context.language, **values)

    def title(self) -> str:
        return self(f"{self._board}.title", site=self._context.site)

    def description(self) -> str:
        return self(f"{self._board}.description")

    def frame(self, panel_id: int, name: str, grid: tuple[int, int, int, int]) -> Frame:
        """A panel's frame; `name` is its table in texts/boards.toml."""
        key = f"{self._board}.{name}"
        return Frame(panel_id, self(f"{key}.title"), self(f"{key}.description"), grid)

    def colored(self, kind: str, colors: dict[str, str]) -> Json:
        """A value mapping of a kind (`state`, `hours` …) with its colours."""
        return value_map({value: (self(f"{kind}.{value}"), color) for value, color in colors.items()})

    def named(self, kind: str, values: tuple[str, ...]) -> Json:
        return name_map(tuple((value, self(f"{kind}.{value}")) for value in values))

    def places(self) -> Json:
        return name_map(self._context.places)

    def column(self, name: str, **properties: Any) -> Json:
        """A table's column under its word."""
        return by_name(name, displayName=self(f"word.{name}"), **properties)

    def colored_column(self, name: str, colors: dict[str, str]) -> Json:
        return self.column(
            name, mappings=[self.colored(name, colors)], custom_cellOptions={"type": "color-text"}
        )


def as_coverage(ref_id: str) -> Json:
    """How a query's share of observed PCs is shown."""
    return by_query(ref_id, unit="percent", decimals=1, thresholds=steps((None, BAD), *COVERAGE_STEPS))


def as_late(ref_id: str) -> Json:
    """How a query's number of play outside the hours is shown: any is too many."""
    return by_query(ref_id, thresholds=steps((None, GOOD), (1, LATE)))


def as_bars(ref_id: str, color: Json) -> Json:
    """How a query's counts are shown: what begins at a point in time lasts for the interval after it."""
    return by_query(
        ref_id, color=color, custom_drawStyle="bars", custom_barAlignment=1, custom_fillOpacity=80
    )


def shades(color: str) -> Json:
    """One colour for all of a query's series, lighter and darker."""
    return {"mode": "shades", "fixedColor": color}


def to_venue(words: Words) -> Json:
    """The time range goes along; the value is the venue's id, which needs no escape."""
    return link(words("link.to_venue"), f"/d/{BOARD_VENUE}?var-venue=${{__value.raw}}&${{__url_time_range}}")
