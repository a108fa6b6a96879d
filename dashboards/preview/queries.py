"""Asks the database what a board's panels ask, each text once; a panel that fails does not stop the others."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from collector.influx import Refused, Unavailable
from dashboards.preview import frames as framing
from dashboards.preview import timerange, variables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from collector.influx import Influx, Series
    from dashboards.preview.frames import Frame
    from dashboards.preview.reader import Panel
    from dashboards.preview.timerange import Range
    from dashboards.preview.variables import Choice

_AT_ONCE = 4  # the size of Influx' connection pool


@dataclass(frozen=True)
class Answer:
    """What one panel got: frames, or the words of an error; `step` is its `$__interval` in seconds."""

    frames: tuple[Frame, ...]
    step: int
    error: str = ""

    @property
    def empty(self) -> bool:
        return not any(value is not None for f in self.frames for c in f.columns[1:] for value in c.values)


def ask(panels: Sequence[Panel], choices: Sequence[Choice], span: Range, influx: Influx) -> dict[int, Answer]:
    """An answer for each panel's id."""
    steps = {p.id: timerange.interval(span, p.interval, p.max_data_points) for p in panels}
    texts = {
        (panel.id, target.ref): timerange.fill(variables.fill(target.query, choices), span, steps[panel.id])
        for panel in panels
        for target in panel.targets
    }
    unique = sorted(set(texts.values()))
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        answers = dict(zip(unique, pool.map(lambda text: _one(text, influx), unique), strict=True))
    return {
        panel.id: _answer(panel, steps[panel.id], [answers[texts[panel.id, t.ref]] for t in panel.targets])
        for panel in panels
    }


def _one(text: str, influx: Influx) -> list[Series] | str:
    try:
        return influx.query(text)
    except (Refused, Unavailable) as fault:
        return str(fault)


def _answer(panel: Panel, step: int, answers: list[list[Series] | str]) -> Answer:
    errors = [answer for answer in answers if isinstance(answer, str)]
    if errors:
        return Answer((), step, "; ".join(errors))
    found = [
        frame
        for target, answer in zip(panel.targets, answers, strict=True)
        if not isinstance(answer, str)
        for frame in framing.from_answer(target, answer)
    ]
    try:
        return Answer(tuple(framing.transform(found, panel.transformations)), step)
    except ValueError as fault:
        return Answer((), step, str(fault))
