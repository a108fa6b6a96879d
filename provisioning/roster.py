"""The site as ingest and presence read it: identity, PCs and hours of each venue, by date."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from alerts.hours import binding
from alerts.rule import ProvincialHours
from collector.roster import Hours, Roster, Span, Venue
from provisioning.issuers import wrong

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from alerts.daytime import Window
    from alerts.policy import Issuers
    from provisioning.registry import VenueRow
    from provisioning.site import Site


def roster(site: Site) -> Roster:
    groups = groupby(site.venues, key=lambda row: row.id)
    return Roster(site.settings.name, tuple(_venue(site, list(rows)) for _, rows in groups))


def pc_ids(count: int) -> tuple[str, ...]:
    """01, 02 … with as many digits as the last one needs."""
    width = max(2, len(str(count)))
    return tuple(f"{n:0{width}d}" for n in range(1, count + 1))


def _venue(site: Site, rows: list[VenueRow]) -> Venue:
    last = rows[-1]
    issuers = [issuers for policy in site.policies for issuers in policy.issuers]
    return Venue(
        last.id,
        last.name,
        last.address,
        pc_ids(last.pcs),
        tuple(_span(row, issuers) for row in rows),
        tuple(hours for row in rows for hours in _hours(site, row)),
    )


def _span(row: VenueRow, issuers: Sequence[Issuers]) -> Span:
    return Span(
        row.valid_from,
        row.valid_to,
        row.place,
        row.klass,
        row.certificate,
        row.certificate_from,
        row.certificate_to,
        wrong(row.issuer, row.certificate_from, issuers),
    )


def _hours(site: Site, row: VenueRow) -> Iterator[Hours]:
    """What binds a venue while it is what the row says: the policies' periods, cut to the row's."""
    for hours in binding(site.policies, row.klass, provincial(site, row.own_hours), row.own_hours):
        start = max(hours.valid_from, row.valid_from)
        ends = [day for day in (hours.valid_to, row.valid_to) if day is not None]
        end = min(ends) if ends else None
        if end is None or start < end:
            yield Hours(start, end, hours.policy, hours.windows)


def provincial(site: Site, own_hours: tuple[Window, ...]) -> tuple[ProvincialHours, ...]:
    """The province's decisions as they bind a venue; `own` says nothing of one that declared no hours."""
    return tuple(
        ProvincialHours(decision.classes, decision.valid_from, decision.valid_to, hours, decision.basis)
        for decision in site.settings.hours
        if (hours := decision.open if isinstance(decision.open, tuple) else own_hours)
    )
