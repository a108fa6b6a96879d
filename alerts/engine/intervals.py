"""Named stretches of time that mute a route, or outside which it is mute, as Alertmanager reads them; pure."""

from __future__ import annotations

import calendar
import re
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic.dataclasses import dataclass

from alerts.engine.scalars import SNAKE, OrgId, some_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sized
    from datetime import datetime

DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
MONTHS = tuple(name.lower() for name in calendar.month_name[1:])
_CLOCK = re.compile(r"(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00)")
_NUMBER = re.compile(r"-?[0-9]{1,4}")

Span = tuple[int, int]  # both ends included


def _minutes(value: Any) -> Any:
    if not isinstance(value, str) or _CLOCK.fullmatch(value) is None:
        raise ValueError(f"{value!r} is no time of day; write for example '22:00', or '24:00' for the end")
    return int(value[:2]) * 60 + int(value[3:])


def _ends(value: Any) -> tuple[str, str]:
    """`a:b`, or `a` for `a:a`; a number alone is a text to Grafana too."""
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise ValueError(f"{value!r} is no range; write for example 'monday:friday' or '1:31'")  # noqa: TRY004 - pydantic makes problems of ValueErrors only
    first, colon, last = str(value).partition(":")
    return first, last if colon else first


def _number(text: str, words: tuple[str, ...] = ()) -> int:
    if text in words:
        return words.index(text) + 1
    if _NUMBER.fullmatch(text) is None:
        raise ValueError(f"{text!r} is no number; write for example 1")
    return int(text)


def _weekdays(value: Any) -> Span:
    for name in _ends(value):
        if name not in DAYS:
            raise ValueError(f"{name!r} is no day of the week; write for example monday:friday")
    first, last = (DAYS.index(name) for name in _ends(value))
    if first > last:
        raise ValueError(f"{value} runs past Saturday, the week begins on Sunday; write two ranges")
    return first, last


def _month_days(value: Any) -> Span:
    first, last = (_number(text) for text in _ends(value))
    if not (1 <= abs(first) <= 31 and 1 <= abs(last) <= 31):
        raise ValueError(f"{value} is no day of a month; write 1 to 31, or -1 for the last")
    if first < 0 < last:
        raise ValueError(f"{value} begins from the month's end and ends from its start; write two ranges")
    # The shortest month decides: what is no range there is none.
    if (first if first > 0 else 28 + first) > (last if last > 0 else 28 + last):
        raise ValueError(f"{value} ends before it begins; write the smaller day first")
    return first, last


def _months(value: Any) -> Span:
    first, last = (_number(text, MONTHS) for text in _ends(value))
    if not 1 <= first <= last <= 12:
        raise ValueError(f"{value} is no range of months; write for example 1:3 or january:march")
    return first, last


def _years(value: Any) -> Span:
    first, last = (_number(text) for text in _ends(value))
    if first > last:
        raise ValueError(f"{value} ends before it begins; write the smaller year first")
    return first, last


def _zone(text: str | None) -> str | None:
    try:
        if text is not None:
            ZoneInfo(text)
    except (KeyError, OSError, ValueError):
        raise ValueError(f"{text!r} is no time zone; write Asia/Ho_Chi_Minh") from None
    return text


def _some(values: Sized | None) -> Sized | None:
    if values is not None and not values:
        raise ValueError("is an empty list, which versions read differently; leave the key out")
    return values


@dataclass(config=SNAKE)
class Times:
    """Minutes of a day, the end excluded."""

    start_time: Annotated[int, BeforeValidator(_minutes)]
    end_time: Annotated[int, BeforeValidator(_minutes)]


def _forward(times: Times) -> Times:
    if times.start_time >= times.end_time:
        raise ValueError("ends before it begins; across midnight write two entries, one until '24:00'")
    return times


Range = Annotated[Times, AfterValidator(_forward)]
Weekdays = Annotated[Span, BeforeValidator(_weekdays)]
MonthDays = Annotated[Span, BeforeValidator(_month_days)]
Months = Annotated[Span, BeforeValidator(_months)]
Years = Annotated[Span, BeforeValidator(_years)]


@dataclass(config=SNAKE)
class Interval:
    """Moments that meet every key that is given, each by one of its entries."""

    times: Annotated[tuple[Range, ...] | None, AfterValidator(_some)] = None
    weekdays: Annotated[tuple[Weekdays, ...] | None, AfterValidator(_some)] = None
    days_of_month: Annotated[tuple[MonthDays, ...] | None, AfterValidator(_some)] = None
    months: Annotated[tuple[Months, ...] | None, AfterValidator(_some)] = None
    years: Annotated[tuple[Years, ...] | None, AfterValidator(_some)] = None
    location: Annotated[str | None, AfterValidator(_zone)] = None

    def contains(self, moment: datetime) -> bool:
        """Without a location the hours are those of UTC."""
        at = moment.astimezone(ZoneInfo(self.location or "UTC"))
        minute = at.hour * 60 + at.minute
        if self.times and not any(t.start_time <= minute < t.end_time for t in self.times):
            return False
        length = calendar.monthrange(at.year, at.month)[1]
        days = self.days_of_month
        if days and not any(_in_month(span, at.day, length) for span in days):
            return False
        return (
            _within(self.weekdays, at.isoweekday() % 7)
            and _within(self.months, at.month)
            and _within(self.years, at.year)
        )


@dataclass(config=SNAKE)
class MuteTime:
    """A name for moments that lie in one of its intervals; without any it holds at no moment."""

    name: Annotated[str, AfterValidator(some_text)]
    time_intervals: tuple[Interval, ...] = ()
    org_id: Annotated[OrgId, Field(alias="orgId")] = 1

    def contains(self, moment: datetime) -> bool:
        return any(interval.contains(moment) for interval in self.time_intervals)


def _within(spans: Iterable[Span] | None, value: int) -> bool:
    return spans is None or any(first <= value <= last for first, last in spans)


def _in_month(span: Span, day: int, length: int) -> bool:
    """Negative days count from the month's end; a range that begins after it is none, one that leaves it is cut."""
    first, last = (end if end > 0 else length + end + 1 for end in span)
    return first <= day <= last
