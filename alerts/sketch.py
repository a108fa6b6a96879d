"""The scenario of a draft: enough to make it fire, and a little less that leaves it silent."""

from __future__ import annotations

import math
import operator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from alerts import duration
from alerts.cadence import CADENCES
from alerts.rule import SETTLE
from collector.clock import LOCAL
from collector.schema import BY_NAME, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from alerts.draft import Draft

MINUTE = timedelta(minutes=1)
_SECOND = timedelta(seconds=1)
_SUBJECTS = {
    "pc": ("venue=yb-0012", "pc=07"),
    "venue": ("venue=yb-0012",),
    "place": ("place=04252",),
    "server": (),
}
_START = time(22, 30)  # in the closed hours of every class that has some
_SIGNS: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}


@dataclass(frozen=True)
class Row:
    """Points of one value, `step` apart."""

    start: datetime
    step: timedelta
    value: float
    count: int

    def seen(self, now: datetime, over: timedelta) -> int:
        """How many points an evaluation at `now` reads."""
        first, last = now - SETTLE - over + _SECOND, now - SETTLE
        return sum(first <= self.start + i * self.step <= last for i in range(self.count))

    @property
    def end(self) -> datetime:
        return self.start + self.count * self.step

    def __str__(self) -> str:
        value = int(self.value) if self.value == int(self.value) else self.value
        return f"{value}x{self.count - 1}" if self.count > 1 else str(value) if self.count else "_"


def scenario_text(draft: Draft, every: timedelta = MINUTE) -> str:
    """The file. ValueError where the draft could never fire."""
    much, little = _rows(draft)
    fires = _fires(draft, much, every)
    silent = little.end + duration.parse(draft.over) if draft.aggregate else fires
    moments = [(fires - every, False), (fires, True)]
    if draft.aggregate is not None:
        moments.append((max(fires, much.end) + duration.parse(draft.over) + 3 * every, False))
    lines = [
        f"policy: {draft.id}",
        *([f"class: {draft.binds[0]}"] if draft.binds else []),
        "language: en",
        "cases:",
        *_case(draft, "just enough fires, and ends" if draft.aggregate else "silence fires", much, moments),
        "",
        *_case(
            draft,
            "a little less does not" if draft.aggregate else "what goes on does not",
            little,
            [(fires, False), (_minute(max(fires, silent)), False)],
        ),
    ]
    return "".join(f"{line}\n" for line in lines)


def _rows(draft: Draft) -> tuple[Row, Row]:
    day = draft.since + timedelta(days=7)
    if draft.until is not None and day >= draft.until:
        day = draft.since
    start = datetime.combine(day, _START, LOCAL)
    step = timedelta(seconds=CADENCES[draft.measurement].every or 60)
    over, lasting = duration.parse(draft.over), duration.parse(draft.lasting)
    long = (over + lasting + 3 * MINUTE) // step
    if draft.aggregate is None:
        return Row(start, step, 1, 10), Row(start, step, 1, 10 + 2 * long)
    holds = over // step  # points of a full window
    value = _value(draft, draft.field)
    if draft.aggregate == "count":
        if holds < draft.least:
            raise ValueError(f"{draft.over} hold {holds} points, never {draft.least:g}")
        return Row(start, step, value, long), _fewer(
            draft, Row(start, step, value, math.ceil(draft.least) - 1)
        )
    if draft.aggregate == "sum":
        value = max(value, math.ceil(draft.least / holds))
        few = math.ceil(draft.least / value) - 1
        return Row(start, step, value, long), Row(start, step, value if few else 0, few or 1)
    return Row(start, step, draft.least, long), Row(start, step, _below(draft), long)


def _fewer(draft: Draft, row: Row) -> Row:
    """None at all where one is enough; rather such as do not count, where the draft says which do."""
    if row.count:
        return row
    bounds = [(sign, float(text)) for name, sign, text in draft.where if name == draft.field and sign != "="]
    if not bounds:
        return row
    sign, bound = bounds[0]
    outside = {">=": bound - 1, "<=": bound + 1, ">": bound, "<": bound}[sign]
    return Row(row.start, row.step, outside, 3)


def _below(draft: Draft) -> float:
    return draft.least - 1 if draft.least >= 2 else draft.least * 0.5


def _value(draft: Draft, field: str) -> float:
    """One that counts."""
    bounds = [(sign, float(text)) for name, sign, text in draft.where if name == field and sign != "="]
    known = BY_NAME[draft.measurement].field(field)
    candidates = [1.0, *(bound + more for _, bound in bounds for more in (0, 1, -1)), known.low]
    for value in candidates:
        if known.low <= value <= known.high and all(_SIGNS[sign](value, bound) for sign, bound in bounds):
            return value
    raise ValueError(f"no {field} meets all conditions")


def _fires(draft: Draft, row: Row, every: timedelta) -> datetime:
    """The evaluation at which it has been true for long enough."""
    over, lasting = duration.parse(draft.over), duration.parse(draft.lasting)
    now = _minute(row.start) + (2 * every if draft.aggregate is None else timedelta(0))
    since: datetime | None = None
    last = row.end + over + lasting + 3 * every
    while now <= last:
        true = _true(draft, row, row.seen(now, over))
        since = (since or now) if true else None
        if since is not None and now - since >= lasting:
            return now
        now += every
    raise ValueError(f"it never lasts {draft.lasting}")


def _true(draft: Draft, row: Row, seen: int) -> bool:
    if draft.aggregate is None:
        return not seen
    reached = {"count": seen, "sum": seen * row.value}.get(draft.aggregate, row.value if seen else -math.inf)
    return reached >= draft.least


def _case(draft: Draft, name: str, row: Row, moments: list[tuple[datetime, bool]]) -> Iterator[str]:
    yield f"  - name: {name}"
    yield f"    start: {row.start:%Y-%m-%dT%H:%M}+07:00"
    if row.step != MINUTE:
        yield f"    step: {duration.show(row.step)}"
    yield f'    series: {{"{_key(draft)}": "{row}"}}'
    yield "    expect:"
    for moment, firing in dict(moments).items():
        whom = f"[{{{_whom(draft)}, severity: {_severity(draft)}}}]" if firing else "[]"
        yield f'      - {{at: "{_at(moment, row.start)}", firing: {whom}}}'


def _key(draft: Draft) -> str:
    known = BY_NAME[draft.measurement].tag_names
    equal = {name: text.split("|")[0] for name, sign, text in draft.where if sign == "="}
    tags = [tag for tag in _SUBJECTS["pc"] if tag.split("=")[0] in known] or list(_SUBJECTS[draft.by])
    if draft.places and "place" in known:
        tags = [tag for tag in tags if not tag.startswith("place=")] + [f"place={draft.places[0]}"]
    tags += [
        f"{name}={equal.get(name, 'x')}" for name in dict.fromkeys((*draft.each, *equal)) if name in known
    ]
    fields = [f"{name}={text}" for name, text in equal.items() if name not in known]
    fields += [
        f"{name}={_shown(_value(draft, name), BY_NAME[draft.measurement].field(name).kind)}"
        for name in dict.fromkeys(name for name, sign, _ in draft.where if sign != "=")
        if name != draft.field
    ]
    return " ".join(
        part for part in (draft.measurement, ",".join(tags), draft.field, ",".join(fields)) if part
    )


def _whom(draft: Draft) -> str:
    subject = [
        tag.replace("=", ": ").replace("07", '"07"').replace("04252", '"04252"')
        for tag in _SUBJECTS[draft.by]
    ]
    equal = {name: text.split("|")[0] for name, sign, text in draft.where if sign == "="}
    subject += [f"{name}: {equal.get(name, 'x')}" for name in draft.each]
    return ", ".join(subject or [f"policy: {draft.id}"])


def _severity(draft: Draft) -> str:
    return "info" if draft.confidence == "unconfirmed" else draft.severity


def _shown(value: float, kind: Kind) -> str:
    return str(int(value)) if kind is Kind.INT else str(value)


def _minute(moment: datetime) -> datetime:
    """The first full minute that is not before it."""
    whole = moment.replace(second=0, microsecond=0)
    return whole if whole == moment else whole + MINUTE


def _at(moment: datetime, start: datetime) -> str:
    return f"{moment:%H:%M}" if moment.date() == start.date() else f"{moment:%Y-%m-%d %H:%M}"
