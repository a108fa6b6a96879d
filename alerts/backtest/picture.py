"""A backtest as a picture: for each policy a strip of all its subjects over time, and one of its busiest venues each."""

from __future__ import annotations

import io
import textwrap
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from alerts.backtest.tally import span, tally, union
from collector.clock import LOCAL, at_second, local
from collector.texts import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from matplotlib.axes import Axes

    from alerts.backtest.episode import Episode
    from alerts.backtest.run import Outcome, Period
    from alerts.backtest.tally import Span

Format = Literal["png", "svg"]

ROWS = 60  # of venues in the whole picture
# In order of seriousness; a rule of the site's own may have none.
_COLOURS = {"critical": "#a50f15", "warning": "#d95f02", "info": "#4575b4", "": "#4575b4"}
_NIGHT, _GRID, _TRACK = "#e6e8ec", "#b8bec8", "#f4f5f7"
_WIDTH, _ROW, _EDGE = 13.0, 0.21, 1.6  # inches
_NAME = 22  # letters of a row's name
_BINS = 900  # of the strip of all subjects
_OPEN, _CLOSE = 8, 22  # hours of the day


@dataclass(frozen=True)
class _Row:
    name: str
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class _Block:
    """A policy: its line of words, its colour, the name and all episodes of its strip, its rows."""

    words: str
    colour: str
    name: str
    spans: tuple[Span, ...]
    rows: tuple[_Row, ...]

    @property
    def height(self) -> int:
        return 2 + len(self.rows)


def draw(outcomes: Sequence[Outcome], period: Period, language: str, form: Format) -> bytes:
    """What is serious comes first, then what fired most often. Equal results give equal bytes."""
    blocks, left_out = _blocks(outcomes, period, language)
    height = sum(block.height + 0.6 for block in blocks) or 2
    with mpl.rc_context(
        {
            "font.family": "DejaVu Sans",  # comes with matplotlib, and has Vietnamese
            "svg.fonttype": "path",
            "svg.hashsalt": "quannet",
            "text.parse_math": False,
        }
    ):
        figure = Figure(figsize=(_WIDTH, height * _ROW + _EDGE), dpi=110)
        FigureCanvasAgg(figure)
        inches = figure.get_figheight()
        axes = figure.add_axes((0.115, 0.5 / inches, 0.865, 1 - _EDGE / inches))
        _frame(axes, period, height)
        at = 0.0
        for block in blocks:
            _draw(axes, block, at, period)
            at += block.height + 0.6
        if not blocks:
            axes.text(
                0.5, 0.5, text("backtest.picture.nothing", language), transform=axes.transAxes, ha="center"
            )
        _words(figure, period, language, left_out)
        file = io.BytesIO()
        nothing = {"svg": {"Date": None, "Creator": None}, "png": {"Software": None}}[form]
        figure.savefig(file, format=form, metadata=nothing)  # nothing: no date and no version
    return file.getvalue()


def _blocks(outcomes: Sequence[Outcome], period: Period, language: str) -> tuple[list[_Block], int]:
    """Rows are shared out in turns, so that each policy has its busiest venues; and how many have none."""
    found = [(outcome, _rows(outcome.episodes, period)) for outcome in outcomes if outcome.episodes]
    found.sort(key=lambda one: (list(_COLOURS).index(one[0].severity), -len(one[0].episodes), one[0].policy))
    shares = [0] * len(found)
    free = ROWS
    while free and any(share < len(rows) for share, (_, rows) in zip(shares, found, strict=True)):
        for i, (_, rows) in enumerate(found):
            if free and shares[i] < len(rows):
                shares[i] += 1
                free -= 1
    blocks = [
        _Block(
            _title(outcome, period, language),
            _COLOURS[outcome.severity],
            text("backtest.picture.all", language) if rows else _venues(outcome.episodes, period)[0].name,
            tuple(span(episode, period) for episode in outcome.episodes),
            tuple(rows[:share]),
        )
        for share, (outcome, rows) in zip(shares, found, strict=True)
    ]
    return blocks, sum(len(rows) for _, rows in found) - sum(shares)


def _rows(episodes: Iterable[Episode], period: Period) -> list[_Row]:
    """None of a single subject: its row would be the strip once more."""
    rows = _venues(episodes, period)
    return rows if len(rows) > 1 else []


def _venues(episodes: Iterable[Episode], period: Period) -> list[_Row]:
    """The busiest first. What is about no venue is named by its other labels."""
    named: dict[str, list[Span]] = {}
    for episode in episodes:
        name = episode.label("venue") or episode.label("place") or " ".join(v for _, v in episode.subject)
        named.setdefault(name, []).append(span(episode, period))
    rows = [_Row(name, tuple(union(spans))) for name, spans in named.items()]
    return sorted(rows, key=lambda row: (-_length(row.spans), row.name))


def _title(outcome: Outcome, period: Period, language: str) -> str:
    sums = tally((outcome.policy,), outcome.episodes, period)
    key = "policy" if sums.venues else "policy_server"
    hours = f"{sums.seconds / 3600:.1f}".replace(".", "," if language == "vi" else ".")
    return text(
        f"backtest.picture.{key}",
        language,
        title=outcome.title,
        episodes=sums.episodes,
        venues=sums.venues,
        hours=hours,
    )


def _frame(axes: Axes, period: Period, height: float) -> None:
    """Days, nights, and no lines but these."""
    since, until = period.start.timestamp(), period.end.timestamp()
    axes.set_xlim(since, until)
    axes.set_ylim(height, 0)
    axes.set_yticks([])
    axes.tick_params(top=True, labeltop=True)
    for side in ("top", "left", "right"):
        axes.spines[side].set_visible(False)
    days = list(_days(period))
    for day in days:
        for begin, end in ((0, _OPEN), (_CLOSE, 24)):
            axes.axvspan(day + begin * 3600, day + end * 3600, color=_NIGHT, lw=0, zorder=0)
    marks = [mark for mark in _marks(days, until - since) if since <= mark <= until]
    whole_days = until - since > 3 * 86_400
    axes.set_xticks(marks, [_mark(mark, days_only=whole_days) for mark in marks], fontsize=9)
    for day in days:
        if since < day < until:
            axes.axvline(day, color=_GRID, lw=0.7, zorder=1)
    axes.set_xlim(since, until)


def _draw(axes: Axes, block: _Block, at: float, period: Period) -> None:
    since, until = period.start.timestamp(), period.end.timestamp()
    axes.text(
        since, at + 0.78, block.words, fontsize=9.5, fontweight="bold", color=block.colour, clip_on=False
    )
    _strip(axes, block, at + 1, (since, until))
    _name(axes, block.name, at + 1, since, until)
    for number, row in enumerate(block.rows):
        top = at + 2 + number
        axes.broken_barh(
            [(since, until - since)], (top + 0.12, 0.76), color=_TRACK, alpha=0.55, lw=0, zorder=1
        )
        # A minute of a month is less than a hair: a bar has some width whatever it stands for.
        least = (until - since) / 1500
        bars = [(begin, max(end - begin, least)) for begin, end in row.spans]
        axes.broken_barh(bars, (top + 0.12, 0.76), color=block.colour, lw=0, zorder=2)
        _name(axes, row.name, top, since, until)


def _strip(axes: Axes, block: _Block, at: float, period: Span) -> None:
    """How many fire at once, the most that do so being the darkest."""
    since, until = period
    edges = np.linspace(since, until, _BINS + 1)
    begins, ends = np.array(block.spans).T
    # Of each bin: who began before its end, and had not ended at its start.
    counts = np.searchsorted(np.sort(begins), edges[1:], side="left") - np.searchsorted(
        np.sort(ends), edges[:-1], side="right"
    )
    busy = counts > 0
    shade = np.where(busy, 0.25 + 0.75 * counts / max(counts.max(), 1), 0)
    red, green, blue = (int(block.colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    pixels = np.dstack([np.full(_BINS, red), np.full(_BINS, green), np.full(_BINS, blue), shade])
    axes.imshow(
        pixels,
        extent=(since, until, at + 0.9, at + 0.1),
        aspect="auto",
        interpolation="nearest",
        zorder=2,
    )


def _name(axes: Axes, name: str, top: float, since: float, until: float) -> None:
    axes.text(
        since - (until - since) * 0.006,
        top + 0.5,
        textwrap.shorten(name, _NAME, placeholder="…"),
        fontsize=8,
        ha="right",
        va="center",
        clip_on=False,
    )


def _words(figure: Figure, period: Period, language: str, left_out: int) -> None:
    inches = figure.get_figheight()
    title = text("backtest.picture.title", language, since=_moment(period.start), until=_moment(period.end))
    figure.text(0.02, 1 - 0.38 / inches, title, fontsize=13, fontweight="bold")
    note = text("backtest.picture.note", language)
    if left_out:
        note += " " + text("backtest.picture.more", language, count=left_out).capitalize() + "."
    figure.text(0.02, 1 - 0.64 / inches, note, fontsize=8.5, color="#555555")


def _length(spans: Iterable[Span]) -> float:
    return sum(until - since for since, until in spans)


def _days(period: Period) -> Iterator[float]:
    """Local midnights, from that of the first day on."""
    day = local(period.start).replace(hour=0, minute=0, second=0, microsecond=0)
    while day < period.end:
        yield day.timestamp()
        day += timedelta(days=1)


def _marks(days: Sequence[float], length: float) -> Iterator[float]:
    """Ticks: days, hours within them where there are few, and not more than fit."""
    if length > 3 * 86_400:
        every = -(-len(days) // 16)
        yield from days[::every]
        return
    step = 3600 * next(hours for hours in (1, 2, 4, 6) if length / 3600 / hours <= 14 or hours == 6)
    for day in days:
        yield from (day + hour for hour in range(0, 86_400, step))


def _mark(at: float, *, days_only: bool) -> str:
    moment = at_second(at).astimezone(LOCAL)
    if days_only:
        return f"{moment:%d/%m}"
    return f"{moment:%H:%M}" + (f"\n{moment:%d/%m}" if not moment.hour else "")


def _moment(at: datetime) -> str:
    return f"{local(at):%d/%m/%Y %H:%M}"
