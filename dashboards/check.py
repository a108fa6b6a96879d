"""Proves the generated boards: their facts, and each query of each panel and variable on a real InfluxDB."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

from collector.influx import Refused, Unavailable
from collector.problem import Place, error, in_order
from dashboards.preview import queries, reader, timerange, variables

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from collector.influx import Influx
    from collector.problem import Problem
    from dashboards.preview.queries import Answer
    from dashboards.preview.reader import Board, Panel
    from dashboards.preview.variables import Choice

_DRAWN = ("stat", "table", "timeseries", "state-timeline")  # what the preview draws
_COLUMNS = 24


def check(folder: Path, influx: Influx, now: datetime, *, full: bool = True) -> list[Problem]:
    """Every problem of the boards in `folder`, in order; `full` where the database holds data for each panel.

    Unavailable where the database cannot be reached: then nothing can be judged.
    """
    influx.query("SHOW DATABASES")
    problems: list[Problem] = []
    uids: dict[str, str] = {}
    for path in sorted(folder.glob("*.json")):
        try:
            text = path.read_text("utf-8")
            board = reader.board(json.loads(text), path.name)
        except (ValueError, KeyError, TypeError, AttributeError) as fault:
            place = Place(str(path))
            problems.append(
                error(
                    "board/format",
                    f"no dashboard: {fault!r}",
                    "write it anew with `quannet provision`",
                    place,
                )
            )
            continue
        pages = _Pages(str(path), text)
        if board.uid in uids:
            say = f"uid {board.uid!r} is also that of {uids[board.uid]}"
            problems.append(pages.problem("uid", say, "give each board its own", "uid", board.uid))
        uids[board.uid] = path.name
        problems += [*_facts(board, pages), *_answers(board, pages, influx, now, full=full)]
    if not uids and not problems:
        problems.append(
            error(
                "board/none",
                "no board in this folder",
                "write them with `quannet provision`",
                Place(str(folder)),
            )
        )
    return in_order(problems)


class _Pages:
    """Where in a generated file something stands: by the first line that holds it."""

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._lines = text.split("\n")

    def problem(self, check: str, summary: str, details: str, key: str, value: str) -> Problem:
        wanted = f'"{key}": {json.dumps(value, ensure_ascii=False)}'
        for number, line in enumerate(self._lines, 1):
            column = line.find(wanted)
            if column >= 0:
                place = Place(self._path, number, column + 1, line[:200], min(len(wanted), 200))
                return error(f"board/{check}", summary, details, place)
        return error(f"board/{check}", summary, details, Place(self._path))


def _facts(board: Board, pages: _Pages) -> Iterator[Problem]:
    ids: dict[int, str] = {}
    for panel in board.panels:
        name = f"panel {panel.id} ({panel.title})"
        x, _, w, h = panel.grid
        if panel.id in ids:
            say = f"{name} has the id of {ids[panel.id]!r}"
            yield pages.problem(
                "id", say, "give each panel its own id and never change it", "title", panel.title
            )
        ids[panel.id] = panel.title
        if panel.kind not in _DRAWN:
            say = f"{name} is of the kind {panel.kind!r}"
            yield pages.problem("kind", say, f"use one of {', '.join(_DRAWN)}", "title", panel.title)
        if not panel.description:
            yield pages.problem(
                "description",
                f"{name} has no description",
                "say what, unit, source and what it misses",
                "title",
                panel.title,
            )
        if not panel.fields.get("defaults", {}).get("unit"):
            yield pages.problem(
                "unit", f"{name} has no unit", "write for example `none` or `s`", "title", panel.title
            )
        if x < 0 or w < 1 or h < 1 or x + w > _COLUMNS:
            say = f"{name} does not fit in {_COLUMNS} columns"
            yield pages.problem("grid", say, "x + w is at most 24, h at least 1", "title", panel.title)
    for one, two in combinations(board.panels, 2):
        if _overlap(one, two):
            say = f"panel {two.id} ({two.title}) lies on panel {one.id} ({one.title})"
            yield pages.problem("grid", say, "move one of them", "title", two.title)


def _overlap(one: Panel, two: Panel) -> bool:
    (x1, y1, w1, h1), (x2, y2, w2, h2) = one.grid, two.grid
    return x1 < x2 + w2 and x2 < x1 + w1 and y1 < y2 + h2 and y2 < y1 + h1


def _answers(board: Board, pages: _Pages, influx: Influx, now: datetime, *, full: bool) -> Iterator[Problem]:
    """With All (or the first value), and with each variable at one value."""
    span = timerange.parse(board.time, now.timestamp())
    try:
        choices = variables.choose(board, influx, {})
    except (Refused, Unavailable) as fault:
        needle = next((v.query for v in board.variables if v.kind == "query"), board.uid)
        yield pages.problem(
            "variable", f"a variable's query fails: {fault}", "mend its InfluxQL", "query", needle
        )
        return
    for choice in choices:
        if not choice.options and full:
            say = f"variable {choice.variable.name!r} has no option"
            yield pages.problem(
                "variable", say, "see whether its query finds anything", "name", choice.variable.name
            )
    for panel, answer in _asked(board, choices, span, influx):
        if not answer.error and full and answer.empty and "noValue" not in panel.fields["defaults"]:
            say = f"panel {panel.id} ({panel.title}) shows nothing"
            yield pages.problem("empty", say, "see whether its query finds anything", "title", panel.title)
        yield from _failure(panel, answer, pages, "")
    for choice in choices:
        if choice.every and choice.options:
            value = choice.options[0][0]
            single = replace(choice, values=(value,), every=False)
            others = [single if other is choice else other for other in choices]
            for panel, answer in _asked(board, others, span, influx):
                yield from _failure(panel, answer, pages, f" with {choice.variable.name} = {value}")


def _asked(
    board: Board, choices: Sequence[Choice], span: timerange.Range, influx: Influx
) -> list[tuple[Panel, Answer]]:
    answers = queries.ask(board.panels, choices, span, influx)
    return [(panel, answers[panel.id]) for panel in board.panels]


def _failure(panel: Panel, answer: Answer, pages: _Pages, where: str) -> Iterator[Problem]:
    if answer.error:
        say = f"panel {panel.id} ({panel.title}) fails{where}: {answer.error}"
        key, value = ("query", panel.targets[0].query) if panel.targets else ("title", panel.title)
        yield pages.problem("query", say, "mend its InfluxQL", key, value)
