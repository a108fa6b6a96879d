"""Panel shapes, variables and targets: the only module that sees grafanalib, and where its defects are mended.

grafanalib 0.7.1 writes keys that Grafana has buried and nulls that override Grafana's defaults. The
subclasses here keep what schema 41 knows; what they do not offer, boards do not use.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from grafanalib import core, influxdb
from grafanalib._gen import DashboardEncoder

from dashboards.fields import Frame, Json, Looks, Query, field_config

SCHEMA_VERSION = 41  # a lower number makes the browser migrate the JSON as if it were of the old model
ALL = "$__all"

_PANEL_KEYS = frozenset(
    {
        "datasource",
        "description",
        "fieldConfig",
        "gridPos",
        "id",
        "interval",
        "links",
        "maxDataPoints",
        "options",
        "targets",
        "title",
        "transformations",
        "type",
    }
)
_DASHBOARD_KEYS = frozenset(
    {
        "description",
        "editable",
        "graphTooltip",
        "links",
        "panels",
        "refresh",
        "schemaVersion",
        "tags",
        "templating",
        "time",
        "timezone",
        "title",
        "uid",
    }
)
_VARIABLE_KEYS = frozenset(
    {
        "allValue",
        "current",
        "datasource",
        "hide",
        "includeAll",
        "label",
        "multi",
        "name",
        "options",
        "query",
        "refresh",
        "sort",
        "type",
    }
)


class _Panel:
    """Keeps of a grafanalib panel what Grafana reads (its Table has dead keys, all have nulls)."""

    def to_json_data(self) -> Json:
        data: Json = super().to_json_data()  # type: ignore[misc] # given by the grafanalib class beside it
        return {key: value for key, value in data.items() if key in _PANEL_KEYS and value not in (None, [])}


class _Stat(_Panel, core.Stat):  # type: ignore[misc] # grafanalib is untyped
    pass


class _TimeSeries(_Panel, core.TimeSeries):  # type: ignore[misc]
    pass


class _Table(_Panel, core.Table):  # type: ignore[misc]
    pass


class _StateTimeline(_Panel, core.StateTimeline):  # type: ignore[misc]
    pass


class _Variable(core.Template):  # type: ignore[misc]
    """grafanalib builds `current` wrong: of a variable with several values, which begins with All, it is a list;
    of a query nothing.
    """

    def to_json_data(self) -> Json:
        data: Json = super().to_json_data()
        kept = {key: data[key] for key in _VARIABLE_KEYS if data[key] is not None}
        current = data["current"]
        chosen = {"selected": True, "text": [current["text"]], "value": [ALL]} if self.multi else {}
        return kept | {"current": chosen}


class _Target(influxdb.InfluxDBTarget):  # type: ignore[misc]
    def to_json_data(self) -> Json:
        data: Json = super().to_json_data()
        return {key: value for key, value in data.items() if key != "measurement"}


class Dashboard(core.Dashboard):  # type: ignore[misc]
    """A dashboard of schema 41, with the keys grafanalib lacks and without those that are dead."""

    def to_json_data(self) -> Json:
        data: Json = super().to_json_data()
        kept = {key: data[key] for key in _DASHBOARD_KEYS}
        return kept | {
            "annotations": {"list": []},
            "fiscalYearStartMonth": 0,
            "liveNow": False,
            "preload": False,
            "timepicker": {},
            "weekStart": "monday",
        }


@dataclass(frozen=True)
class Kit:
    """Panel shapes that ask one data source."""

    datasource_uid: str
    source: Json = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "source", {"type": "influxdb", "uid": self.datasource_uid})

    def stat(self, frame: Frame, queries: list[Query], looks: Looks, *, nulls: bool = False) -> Any:
        """One number a query: the last one that is not null; with `nulls` the last one, even if it is null."""
        return _Stat(
            **self._common(frame, queries),
            graphMode="none",
            reduceCalc="last" if nulls else "lastNotNull",
            textMode="value_and_name" if len(queries) > 1 else "value",
            extraJson=field_config(looks, "thresholds"),
        )

    def timeseries(
        self,
        frame: Frame,
        queries: list[Query],
        looks: Looks,
        *,
        stacked: bool = False,
        filled: bool = True,
        interval: str = "1m",
    ) -> Any:
        """Lines; a series becomes bars by an override (`as_bars`)."""
        extra = field_config(looks, "palette-classic-by-name")
        extra["fieldConfig"]["defaults"]["custom"] = {
            "fillOpacity": (35 if stacked else 8) if filled else 0,
            "stacking": {"mode": "normal" if stacked else "none", "group": "A"},
            "spanNulls": 180_000,  # ms: a missed minute or two is no gap
        }
        return _TimeSeries(
            **self._common(frame, queries),
            interval=interval,
            showPoints="never",
            tooltipMode="multi",
            tooltipSort="desc",
            extraJson=extra | {"options": {"legend": {"showLegend": True}}},
        )

    def table(
        self,
        frame: Frame,
        queries: list[Query],
        looks: Looks,
        columns: list[str],
        *sort: str,
        desc: bool,
        group: Json | None = None,
    ) -> Any:
        """Rows of all queries, merged where all that they share is equal; `columns` in their order, sorted by `sort`.

        `group` (of `fields.grouped`) makes one of many; then the rows' own time takes part, else it goes.
        """
        extra = field_config(looks, "thresholds")
        extra["fieldConfig"]["defaults"]["custom"] = {"cellOptions": {"type": "auto"}}
        # A table answer's tag columns come in random order from Grafana's backend; its Time is that of
        # the range's start, different for each query.
        timeless = {"id": "filterFieldsByName", "options": {"exclude": {"names": ["Time"]}}}
        merge: Json = {"id": "merge", "options": {}}
        steps: list[Json] = [
            *([timeless, merge] if group is None else [merge, group]),
            {
                "id": "organize",
                "options": {
                    "excludeByName": {},
                    "indexByName": {name: index for index, name in enumerate(columns)},
                    "renameByName": {},
                },
            },
        ]
        options = {"cellHeight": "sm", "sortBy": [{"displayName": name, "desc": desc} for name in sort]}
        return _Table(
            **self._common(frame, queries), transformations=steps, extraJson=extra | {"options": options}
        )

    def state_timeline(self, frame: Frame, queries: list[Query], looks: Looks) -> Any:
        extra = field_config(looks, "fixed")
        extra["fieldConfig"]["defaults"]["custom"] = {"spanNulls": 180_000}
        extra["options"] = {"legend": {"showLegend": True}}
        return _StateTimeline(
            **self._common(frame, queries) | {"maxDataPoints": 300},
            interval="1m",
            showValue="never",
            fillOpacity=90,
            extraJson=extra,
        )

    def custom_variable(self, name: str, label: str, choices: tuple[tuple[str, str], ...], every: str) -> Any:
        """Several of (value, text), or All, which asks for every value there is."""
        options = [{"selected": True, "text": every, "value": ALL}]
        options += [{"selected": False, "text": text, "value": value} for value, text in choices]
        return _Variable(
            name=name,
            label=label,
            type="custom",
            query=",".join(f"{_listed(text)} : {_listed(value)}" for value, text in choices),
            options=options,
            includeAll=True,
            multi=True,
            allValue=".*",
            refresh=0,
            sort=0,
        )

    def query_variable(self, name: str, label: str, query: str) -> Any:
        """One value of those that the database knows when the board is opened."""
        return _Variable(name=name, label=label, type="query", query=query, dataSource=self.source, refresh=1)

    def multi_query_variable(self, name: str, label: str, query: str, every: str) -> Any:
        """Several of the values that the database knows when the board is opened, or All."""
        return _Variable(
            name=name,
            label=label,
            type="query",
            query=query,
            dataSource=self.source,
            includeAll=True,
            multi=True,
            allValue=".*",
            refresh=1,
            default=every,
        )

    def _common(self, frame: Frame, queries: list[Query]) -> Json:
        x, y, w, h = frame.grid
        return {
            "id": frame.id,
            "title": frame.title,
            "description": frame.description,
            "gridPos": {"x": x, "y": y, "w": w, "h": h},
            "dataSource": self.source,
            "maxDataPoints": None,  # grafanalib's 100 would coarsen every query
            "targets": [
                _Target(
                    query=query.text,
                    alias=query.alias,
                    format="table" if query.as_table else "time_series",
                    datasource=self.source,
                    refId=chr(ord("A") + index),
                )
                for index, query in enumerate(queries)
            ],
        }


def dashboard(
    uid: str,
    title: str,
    description: str,
    *,
    panels: list[Any],
    variables: list[Any],
    links: list[Json],
    refresh: str,
) -> Dashboard:
    return Dashboard(
        uid=uid,
        title=title,
        description=description,
        editable=False,
        graphTooltip=1,
        links=links,
        panels=panels,
        refresh=refresh,
        schemaVersion=SCHEMA_VERSION,
        tags=["quannet"],
        templating=core.Templating(list=variables),
        # Whole minutes: presence and games are counted by the minute.
        time=core.Time("now-6h/m", "now-1m/m"),
        timezone="Asia/Ho_Chi_Minh",
    )


def to_json(board: Dashboard) -> str:
    """Sorted and without nulls (but the first threshold's), so that the same board gives the same bytes."""
    data = json.loads(json.dumps(board.to_json_data(), cls=DashboardEncoder))
    return json.dumps(_without_nulls(data), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _listed(text: str) -> str:
    """A text in a custom variable's list, whose separator is the comma."""
    return text.replace(",", "\\,")


def _without_nulls(data: Any, key: str = "") -> Any:
    if isinstance(data, dict):
        return {
            name: _without_nulls(value, name)
            for name, value in data.items()
            if value is not None or (key == "steps" and name == "value")
        }
    if isinstance(data, list):
        return [_without_nulls(item, key) for item in data]
    return data
