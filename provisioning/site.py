"""The site folder: read whole, every fault of every file at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from collector.document import KEY, read_csv, read_yaml
from collector.problem import Problem, Severity, in_order
from provisioning.registry import PlaceRow, VenueRow, overlap, place_problems, venue_problems
from provisioning.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from collector.document import Document

SETTINGS, VENUES, PLACES = "site.yaml", "venues.csv", "places.csv"


@dataclass(frozen=True)
class Site:
    """A site without faults; rows sorted, so that their order in the files does not matter."""

    settings: Settings
    venues: tuple[VenueRow, ...]
    places: tuple[PlaceRow, ...]

    @property
    def venue_ids(self) -> tuple[str, ...]:
        return tuple(sorted({row.id for row in self.venues}))


def load(folder: Path) -> tuple[Site | None, list[Problem]]:
    """The site of a folder, or None where a problem is an error; problems sorted, warnings included."""
    settings = read_yaml(folder / SETTINGS, str(folder / SETTINGS), Settings)
    venues = read_csv(folder / VENUES, str(folder / VENUES), VenueRow)
    places = read_csv(folder / PLACES, str(folder / PLACES), PlaceRow)
    problems = [*settings.problems, *venues.problems, *places.problems]
    if places.value is not None:
        problems += place_problems(places.document, places.value)
    if venues.value is not None:
        problems += venue_problems(venues.document, venues.value, places.value)
    if settings.value is not None:
        problems += _settings_problems(settings.document, settings.value, places.value)
    if any(problem.severity is Severity.ERROR for problem in problems):
        return None, in_order(problems)
    assert settings.value is not None
    assert venues.value is not None
    assert places.value is not None
    problems += _unknown_hours(settings.document, settings.value, venues.value)
    site = Site(
        settings.value,
        tuple(sorted(venues.value, key=lambda row: (row.id, row.valid_from))),
        tuple(sorted(places.value, key=lambda row: (row.code, row.valid_from))),
    )
    return site, in_order(problems)


def _settings_problems(
    document: Document,
    settings: Settings,
    places: Sequence[PlaceRow] | None,
) -> Iterator[Problem]:
    """Faults of site.yaml that no single value shows."""
    if places is not None and not any(
        place.code == settings.province and place.kind == "province" for place in places
    ):
        yield document.problem(
            "site/province",
            ("province",),
            f"places.csv has no province of code {settings.province!r}",
            "write the province's code, or its row in places.csv",
        )
    yield from _decision_problems(document, settings)
    if settings.mail.user is not None and settings.mail.password_file is None:
        yield document.problem(
            "site/mail", ("mail", "user"), "a user without password_file", "name the file that holds it"
        )
    if (
        settings.influx.api == "v1"
        and settings.influx.secret_file
        and not settings.grafana.authorization_file
    ):
        yield document.problem(
            "site/grafana",
            ("influx", "secret_file"),
            "the database asks for a password that Grafana is not given",
            "write grafana.authorization_file: a file that holds `Basic …`, readable by Grafana",
        )


def _decision_problems(document: Document, settings: Settings) -> Iterator[Problem]:
    for i, decision in enumerate(settings.hours):
        if decision.valid_to is not None and decision.valid_to <= decision.valid_from:
            yield document.problem(
                "site/hours",
                ("hours", i, "to"),
                f"the decision ends on {decision.valid_to}, before it begins on {decision.valid_from}",
                "`to` is the first day on which it holds no more",
            )
        for j, earlier in enumerate(settings.hours[:i]):
            shared = sorted(set(decision.classes) & set(earlier.classes))
            if shared and overlap(decision, earlier):
                line = document.place("hours", j).line
                yield document.problem(
                    "site/hours",
                    ("hours", i, "classes"),
                    f"{', '.join(shared)} has other hours for the same days, in line {line}",
                    "give the older decision the `to` at which the newer one begins",
                )


def _unknown_hours(document: Document, settings: Settings, venues: Sequence[VenueRow]) -> Iterator[Problem]:
    """A warning a class: where nobody has set hours, nothing is after hours and nothing compliant."""
    latest = {row.id: row for row in sorted(venues, key=lambda row: (row.id, row.valid_from))}
    for klass in ("agent", "isp", "hospitality"):
        known = [decision for decision in settings.hours if klass in decision.classes]
        without = [
            row.id
            for row in latest.values()
            if row.klass == klass
            and not (klass == "hospitality" and row.own_hours)
            and not any(overlap(row, decision) for decision in known)
        ]
        if without:
            names = ", ".join(without[:3]) + (f" and {len(without) - 3} more" if len(without) > 3 else "")
            yield Problem(
                "site/hours",
                Severity.WARNING,
                f"no rule known: nothing sets opening hours for class {klass} ({names})",
                "write the province's decision under `hours`; until then they are shown as `no rule known`",
                document.place("hours", KEY),
            )
