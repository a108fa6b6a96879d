"""The site's registers, `venues.csv` and `places.csv`: their rows and the faults between rows."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import date  # noqa: TC003 - pydantic reads the annotation at run time
from typing import TYPE_CHECKING, Annotated, Any, Literal, Protocol, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic.dataclasses import dataclass

from alerts.daytime import Window  # noqa: TC001 - pydantic reads the annotation at run time
from alerts.parts import Klass  # noqa: TC001 - likewise
from collector.wire import is_venue
from provisioning.settings import MODEL, Text, windows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from collector.document import Document
    from collector.problem import Problem

MAX_PCS = 999

# Vietnam with its islands; what lies outside has its columns swapped or a digit lost.
_LAT, _LON = (6.5, 23.5), (102.0, 118.0)


def _id(text: str) -> str:
    if not is_venue(text):
        raise ValueError(f"{text!r} is no venue id; write small letters, digits and dashes, such as yb-0012")
    return text


def _count(number: int) -> int:
    if not 1 <= number <= MAX_PCS:
        raise ValueError(f"{number} is no count of PCs; write the licensed number, at most {MAX_PCS}")
    return number


def _code(text: str) -> str:
    if re.fullmatch(r"[0-9]{2,5}", text) is None:
        raise ValueError(
            f"{text!r} is no code of a place; write its digits, leading zeros too, such as 04252"
        )
    return text


def _inside(name: str, low: float, high: float) -> Callable[[float], float]:
    def check(value: float) -> float:
        if not low <= value <= high:
            raise ValueError(
                f"{name} {value:g} is outside Vietnam; write degrees between {low:g} and {high:g}"
            )
        return value

    return check


def _own_hours(text: Any) -> Any:
    return windows([part.strip() for part in text.split(";")]) if isinstance(text, str) else text


Lat = Annotated[float, AfterValidator(_inside("latitude", *_LAT))]
Lon = Annotated[float, AfterValidator(_inside("longitude", *_LON))]


@dataclass(frozen=True, config=MODEL)
class VenueRow:
    """What a venue is between two days. A venue that changes class or place gets a further row."""

    id: Annotated[str, AfterValidator(_id)]
    name: Text
    klass: Annotated[Klass, Field(alias="class")]
    place: str
    address: Text
    lat: Lat
    lon: Lon
    pcs: Annotated[int, AfterValidator(_count)]
    valid_from: date
    certificate: str = ""
    issuer: str = ""
    certificate_from: date | None = None
    certificate_to: date | None = None
    contact: str = ""
    own_hours: Annotated[tuple[Window, ...], BeforeValidator(_own_hours)] = ()
    valid_to: date | None = None


@dataclass(frozen=True, config=MODEL)
class PlaceRow:
    """A place of the administrative register; a code may mean another place at another time."""

    code: Annotated[str, AfterValidator(_code)]
    valid_from: date
    name: Text
    name_en: Text
    kind: Literal["province", "district", "commune"]
    parent: str = ""
    lat: Lat | None = None
    lon: Lon | None = None
    valid_to: date | None = None


class _Dated(Protocol):
    @property
    def valid_from(self) -> date: ...
    @property
    def valid_to(self) -> date | None: ...


Row = TypeVar("Row", VenueRow, PlaceRow)


def place_problems(document: Document, rows: Sequence[PlaceRow]) -> Iterator[Problem]:
    """Faults between the rows of the places' register."""
    yield from _date_problems(document, rows, lambda row: row.code, "code")
    known = by_code(rows)
    for i, row in enumerate(rows):
        if row.parent and gap(known.get(row.parent, ()), row) is not None:
            yield document.problem(
                "registry/place",
                (i, "parent"),
                _no_place(row.parent, gap(known.get(row.parent, ()), row)),
                "write a row for it, or the code that it had then",
            )


def venue_problems(
    document: Document, rows: Sequence[VenueRow], places: Sequence[PlaceRow] | None
) -> Iterator[Problem]:
    """Faults between the rows of the venues' register; `places` is None where they could not be read."""
    yield from _date_problems(document, rows, lambda row: row.id, "id")
    known = None if places is None else by_code(places)
    for i, row in enumerate(rows):
        if row.certificate_from and row.certificate_to and row.certificate_to <= row.certificate_from:
            yield document.problem(
                "registry/certificate",
                (i, "certificate_to"),
                f"the certificate ends on {row.certificate_to}, before it begins on {row.certificate_from}",
                "write the two dates as the certificate has them",
            )
        if known is None:
            continue
        day = gap(known.get(row.place, ()), row)
        if day is not None:
            yield document.problem(
                "registry/place",
                (i, "place"),
                _no_place(row.place, day),
                "write the code valid then, or a row in places.csv; a venue whose code changed has a row for each",
            )


def by_code(rows: Sequence[PlaceRow]) -> dict[str, list[PlaceRow]]:
    found: dict[str, list[PlaceRow]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row.valid_from):
        found[row.code].append(row)
    return dict(found)


def gap(places: Sequence[PlaceRow], span: _Dated) -> date | None:
    """The first day of a span on which none of a code's places (in order of time) is valid."""
    day = span.valid_from
    for place in places:
        if place.valid_from <= day and (place.valid_to is None or day < place.valid_to):
            if place.valid_to is None:
                return None
            day = place.valid_to
            if span.valid_to is not None and day >= span.valid_to:
                return None
    return day


def overlap(a: _Dated, b: _Dated) -> bool:
    return (a.valid_to is None or b.valid_from < a.valid_to) and (
        b.valid_to is None or a.valid_from < b.valid_to
    )


def _no_place(code: str, day: date | None) -> str:
    return f"no place has the code {code!r} on {day}"


def _date_problems(
    document: Document, rows: Sequence[Row], key: Callable[[Row], str], name: str
) -> Iterator[Problem]:
    """Ends before beginnings, and two rows of one key on one day."""
    earlier: dict[str, list[tuple[int, Row]]] = defaultdict(list)
    for i, row in enumerate(rows):
        if row.valid_to is not None and row.valid_to <= row.valid_from:
            yield document.problem(
                "registry/dates",
                (i, "valid_to"),
                f"the row ends on {row.valid_to}, before it begins on {row.valid_from}",
                "valid_to is the first day on which it holds no more",
            )
            continue
        for other, rival in earlier[key(row)]:
            if overlap(row, rival):
                line = document.place(other).line
                yield document.problem(
                    "registry/overlap",
                    (i, name),
                    f"{key(row)!r} has another row for the same days, in line {line}",
                    "give the older row the valid_to at which the newer one begins, or this one an id of its own",
                )
                break
        earlier[key(row)].append((i, row))
