"""Charts as plain plotly figures: a pure function from a panel and its frames; the page adds light or dark."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from collector.clock import local
from dashboards.preview import fields

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dashboards.preview.frames import Column, Frame
    from dashboards.preview.reader import Json, Panel
    from dashboards.preview.timerange import Range

_SUFFIXES = {"percent": " %", "s": " s"}


def figure(panel: Panel, frames: Sequence[Frame], span: Range, step: int, language: str) -> Json:
    """`step` is the seconds between two points. ValueError for a kind of panel that is no chart here."""
    if panel.kind == "timeseries":
        return _timeseries(panel, frames, span, step, language)
    if panel.kind == "state-timeline":
        return _states(panel, frames, span, step, language)
    raise ValueError(f"unknown kind of panel {panel.kind}")


def _timeseries(panel: Panel, frames: Sequence[Frame], span: Range, step: int, language: str) -> Json:
    series = [(frame, column) for frame in frames for column in frame.columns[1:]]
    configs = [fields.resolve(panel, column, frame.ref) for frame, column in series]
    names = [str(c.get("displayName", column.name)) for c, (_, column) in zip(configs, series, strict=True)]
    runs = _runs([(frame.columns[0], column) for frame, column in series], configs, step)
    data = [
        trace
        for (frame, column), config, name in zip(series, configs, names, strict=True)
        for trace in _traces(frame.columns[0], column, config, runs, _style(config, name, names), step)
    ]
    defaults = panel.fields["defaults"]
    layout = _layout(panel, span, language) | {"barmode": "stack", "bargap": 0}
    layout["yaxis"] = {
        "ticksuffix": _SUFFIXES.get(defaults.get("unit", ""), ""),
        "rangemode": "tozero" if defaults.get("min") == 0 else "normal",
        "fixedrange": True,
        "nticks": 6,
        "automargin": True,
    }
    if defaults.get("max") is not None:
        layout["yaxis"]["range"] = [defaults.get("min", 0), defaults["max"]]
    return {"data": sorted(data, key=lambda trace: trace["name"]), "layout": layout}


def _runs(series: list[tuple[Column, Column]], configs: list[Json], step: int) -> dict[int, int]:
    """Each moment at which any series has a value -> the number of the stretch without a gap it lies in."""
    known = sorted(
        {
            t
            for times, column in series
            for t, v in zip(times.values, column.values, strict=True)
            if v is not None
        }
    )
    bridge = max([step * 1000, *(_bridge(config) for config in configs)])
    found, number = {}, 0
    for before, time in zip([None, *known], known, strict=False):
        number += before is not None and time - before > bridge
        found[time] = number
    return found


def _traces(
    times: Column, values: Column, config: Json, runs: dict[int, int], style: Json, step: int
) -> Iterator[Json]:
    if config.get("custom.drawStyle") == "bars":
        yield _bars(times, values, config, style, step)
    else:
        yield from _lines(times, values, config, runs, style)


def _bars(times: Column, values: Column, config: Json, style: Json, step: int) -> Json:
    """From each point's time on, for the interval that it counts."""
    known = [(t, v) for t, v in zip(times.values, values.values, strict=True) if v is not None]
    return {
        "type": "bar",
        **{key: style[key] for key in ("name", "legendgroup", "hovertemplate")},
        "x": [_moment(time) for time, _ in known],
        "y": [value for _, value in known],
        "width": step * 900,  # ms: a little air between two
        "offset": 0 if config.get("custom.barAlignment", 0) == 1 else -step * 450,
        "marker": {"color": style["line"]["color"], "line": {"width": 0}},
        "opacity": config.get("custom.fillOpacity", 0) / 100,
    }


def _lines(times: Column, values: Column, config: Json, runs: dict[int, int], style: Json) -> Iterator[Json]:
    """One trace; or one a stretch where it is filled, since plotly fills and stacks across a gap as if it were 0."""
    points = list(_spanned(times.values, values.values, config))
    stacked = config.get("custom.stacking", {}).get("mode") == "normal"
    filled = bool(config.get("custom.fillOpacity", 0))
    if not stacked and not filled:
        yield _trace(points, style)
        return
    parts: dict[int, list[tuple[int, Any]]] = {}
    number = 0
    for time, value in points:
        if value is not None:
            parts.setdefault(runs[time] if stacked else number, []).append((time, value))
        number += value is None
    for index, (number, part) in enumerate(parts.items()):
        trace = _trace(part, style) | {"fill": "tozeroy", "showlegend": index == 0}
        if stacked:
            group = config["custom.stacking"].get("group", "A")
            trace |= {"stackgroup": f"{group}{number}", "fill": "tonexty"}
        yield trace


def _trace(points: list[tuple[int, Any]], style: Json) -> Json:
    alone = sum(value is not None for _, value in points) < 2
    return style | {
        "mode": "markers" if alone else "lines",
        "x": [_moment(time) for time, _ in points],
        "y": [value for _, value in points],
    }


def _style(config: Json, name: str, names: list[str]) -> Json:
    color = fields.series_color(config, name, names)
    return {
        "type": "scatter",
        "name": name,
        "legendgroup": name,
        "line": {
            "color": color,
            "width": 1.5,
            "shape": "hv" if config.get("custom.lineInterpolation") == "stepAfter" else "linear",
        },
        "marker": {"color": color, "size": 6},
        "hovertemplate": "%{y:,." + str(config.get("decimals", 1)) + "f}" + _SUFFIXES.get(config["unit"], ""),
        "fillcolor": _translucent(color, config.get("custom.fillOpacity", 0)),
        "fill": "none",
    }


def _states(panel: Panel, frames: Sequence[Frame], span: Range, step: int, language: str) -> Json:
    """A bar a stretch of one state, a trace a state; rows from the top in the order of their names."""
    bars: dict[str, Json] = {}
    rows = []
    for frame in sorted(frames, key=lambda f: f.columns[1].name):
        column = frame.columns[1]
        config = fields.resolve(panel, column, frame.ref)
        row = str(config.get("displayName", column.name))
        rows.append(row)
        points = list(_spanned(frame.columns[0].values, column.values, config))
        for start, end, value in _stretches(points, step * 1000, span.end):
            trace = bars.setdefault(str(value), _state_trace(config, value))
            trace["y"].append(row)
            trace["base"].append(_moment(start))
            trace["x"].append(end - start)
            trace["customdata"].append(f"{_moment(start)[11:16]} – {_moment(end)[11:16]}")
    layout = _layout(panel, span, language) | {"barmode": "overlay", "hovermode": "closest", "bargap": 0.2}
    layout["margin"]["b"] = 62  # two rows of states on a phone
    layout["yaxis"] = {
        "type": "category",  # "01" is no number
        "categoryorder": "array",
        "categoryarray": rows[::-1],
        "fixedrange": True,
        "showgrid": False,
        "automargin": True,
    }
    ranked = sorted(bars, key=lambda value: (fields.rank(panel.fields["defaults"], value), value))
    return {"data": [bars[value] for value in ranked], "layout": layout}


def _state_trace(config: Json, value: Any) -> Json:
    text, _ = fields.mapped(config, value)
    color = fields.color_of(config, value) or config.get("color", {}).get("fixedColor", fields.PALETTE[-1])
    return {
        "type": "bar",
        "orientation": "h",
        "name": text or str(value),
        "marker": {"color": color, "line": {"width": 0}},
        "y": [],
        "x": [],
        "base": [],
        "customdata": [],
        "hovertemplate": "%{y}: %{customdata}",
    }


def _stretches(points: list[tuple[int, Any]], step: int, end: int) -> Iterator[tuple[int, int, Any]]:
    """(start, end, value) of each run of one value; a value holds until the next point, the last for a step."""
    start, current = 0, None
    for time, value in points:
        if value != current:
            if current is not None:
                yield start, time, current
            start, current = time, value
    if current is not None:
        yield start, max(start + 1, min(points[-1][0] + step, end)), current


def _spanned(times: Sequence[int], values: Sequence[Any], config: Json) -> Iterator[tuple[int, Any]]:
    """Without the nulls that `spanNulls` bridges: all (true), or gaps of at most so many milliseconds."""
    bridge = _bridge(config)
    points = list(zip(times, values, strict=True))
    known = [time for time, value in points if value is not None]
    nexts = iter([*known, None])
    before, after = None, next(nexts)
    for time, value in points:
        if value is not None:
            before, after = time, next(nexts)
            yield time, value
        elif before is None or after is None or after - before > bridge:
            yield time, None


def _bridge(config: Json) -> float:
    """The longest gap, in milliseconds, that `spanNulls` bridges."""
    says = config.get("custom.spanNulls", False)
    return float("inf") if says is True else float(says)


def _layout(panel: Panel, span: Range, language: str) -> Json:
    legend = panel.options.get("legend", {})
    return {
        "margin": {"l": 40, "r": 12, "t": 6, "b": 46},
        "xaxis": {
            "type": "date",
            "range": [_moment(span.start), _moment(span.end)],
            "fixedrange": True,
            "nticks": 8,
            "tickformatstops": [
                {"dtickrange": [None, 86_399_999], "value": "%H:%M"},
                {"dtickrange": [86_400_000, None], "value": "%d/%m"},
            ],
            "hoverformat": "%H:%M %d/%m",
        },
        "showlegend": bool(legend.get("showLegend", True)),
        "legend": {
            "orientation": "h",
            "x": 0,
            "yref": "container",
            "y": 0,
            "yanchor": "bottom",
            "traceorder": "normal",
        },
        "hovermode": "x unified",
        "dragmode": False,
        # Decimal and thousands sign.
        "separators": ",." if language == "vi" else ".,",
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
    }


def _moment(epoch_ms: int) -> str:
    """The province's wall clock; plotly knows no time zones."""
    return local(datetime.fromtimestamp(epoch_ms / 1000, UTC)).strftime("%Y-%m-%d %H:%M:%S")


def _translucent(color: str, percent: float) -> str:
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{percent / 100:g})"
