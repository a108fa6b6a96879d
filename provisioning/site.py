"""The site folder: read whole, every fault of every file at once."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import alerts.load
from collector.agent import catalogue
from collector.agent.config import CATALOGUE
from collector.document import KEY, read_csv, read_yaml
from collector.problem import Problem, Severity, in_order
from collector.schema import CLASSES
from provisioning import approved, lock
from provisioning.blocklists import site as blocklists
from provisioning.registry import PlaceRow, VenueRow, overlap, place_problems, venue_problems
from provisioning.roster import roster
from provisioning.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from alerts.policy import Policy
    from collector.document import Document

SETTINGS, VENUES, PLACES, GAMES, POLICIES = "site.yaml", "venues.csv", "places.csv", "games.csv", "policies"


@dataclass(frozen=True)
class Site:
    """A site without faults; rows sorted, so that their order in the files does not matter."""

    settings: Settings
    venues: tuple[VenueRow, ...]
    places: tuple[PlaceRow, ...]
    policies: tuple[Policy, ...]
    locked: tuple[str, ...] = ()  # uids of rules that were provisioned once: see lock.py
    unlisted_games: tuple[str, ...] = ()  # ids of the catalogue's games that an imported list does not have

    @property
    def venue_ids(self) -> tuple[str, ...]:
        return tuple(sorted({row.id for row in self.venues}))


def load(folder: Path) -> tuple[Site | None, list[Problem]]:
    """The site of a folder, or None where a problem is an error; problems sorted, warnings included."""
    settings = read_yaml(folder / SETTINGS, str(folder / SETTINGS), Settings)
    venues = read_csv(folder / VENUES, str(folder / VENUES), VenueRow)
    places = read_csv(folder / PLACES, str(folder / PLACES), PlaceRow)
    policies, faults = _policies(folder)
    problems = [*settings.problems, *venues.problems, *places.problems, *faults]
    listed, faults = _games(folder)
    problems += faults
    if places.value is not None:
        problems += place_problems(places.document, places.value)
    if venues.value is not None:
        problems += venue_problems(venues.document, venues.value, places.value)
    if settings.value is not None:
        problems += _settings_problems(settings.document, settings.value, places.value)
        problems += _override_problems(settings.document, settings.value, policies)
        problems += blocklists.problems(folder, settings.document, settings.value)
    if any(problem.severity is Severity.ERROR for problem in problems):
        return None, in_order(problems)
    assert settings.value is not None
    assert venues.value is not None
    assert places.value is not None
    site = Site(
        settings.value,
        tuple(sorted(venues.value, key=lambda row: (row.id, row.valid_from))),
        tuple(sorted(places.value, key=lambda row: (row.code, row.valid_from))),
        policies,
        lock.uids(_lock_text(folder)),
        () if listed is None else listed.unlisted,
    )
    problems += _unknown_hours(settings.document, site)
    return site, in_order(problems)


def examine(folder: Path) -> list[Problem]:
    """Everything that can be said against a site folder."""
    return load(folder)[1]


def _games(folder: Path) -> tuple[approved.Approved | None, list[Problem]]:
    """The site's own catalogue, in place of the one that agents bring, and its list of approved games."""
    own, listed = folder / GAMES, folder / approved.NAME
    problems: list[Problem] = []
    if not own.is_file() and not listed.is_file():
        return None, problems
    known, problems = catalogue.load(own if own.is_file() else CATALOGUE)
    if not listed.is_file():
        return None, problems
    found, faults = approved.load(listed, str(listed), known)
    return found, problems + faults


def _lock_text(folder: Path) -> str:
    path = folder / lock.NAME
    return path.read_text("utf-8") if path.exists() else ""


def _policies(folder: Path) -> tuple[tuple[Policy, ...], list[Problem]]:
    """Those that quannet brings, and the site's own."""
    policies, problems = alerts.load.load(alerts.load.BUILTIN, "alerts/policies")
    if (folder / POLICIES).is_dir():
        own, faults = alerts.load.load(folder / POLICIES, str(folder / POLICIES))
        policies = (*policies, *own)
        problems += faults
        problems += alerts.load.clashes(policies)
    return tuple(sorted(policies, key=lambda policy: policy.id)), problems


def _override_problems(
    document: Document, settings: Settings, policies: Sequence[Policy]
) -> Iterator[Problem]:
    known = [policy.id for policy in policies]
    named = [("for", name) for name in settings.alerting.lasting]
    named += [("confirmed", name) for name in settings.alerting.confirmed]
    for key, name in named:
        if name not in known:
            close = difflib.get_close_matches(name, known, 1)
            near = f", perhaps {close[0]}" if close else ""
            yield document.problem(
                "site/alerting",
                ("alerting", key, name, KEY),
                f"no policy has the id {name!r}",
                f"write the id of one{near}; `quannet rules list` shows them",
            )


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
    yield from _keep_problems(document, settings)
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


def _keep_problems(document: Document, settings: Settings) -> Iterator[Problem]:
    if settings.keep.summary_days < settings.keep.raw_days:
        yield document.problem(
            "site/keep",
            ("keep", "summary_days"),
            f"summaries would go after {settings.keep.summary_days} days, raw points after "
            f"{settings.keep.raw_days}",
            "keep the summaries for longer: they are all that stays of a day",
        )
    if settings.summaries == settings.influx.database:
        yield document.problem(
            "site/keep",
            ("keep", "database"),
            f"{settings.summaries!r} holds the raw points, and a database forgets all that it holds at one age",
            "name another, or leave it out",
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


def _unknown_hours(document: Document, site: Site) -> Iterator[Problem]:
    """A problem a class: where no rule is known, nothing is after hours, and nothing is compliant."""
    judged = {
        venue.id
        for venue in roster(site).venues
        if any(hours.valid_from >= venue.spans[-1].valid_from for hours in venue.hours)
    }
    latest = {row.id: row for row in site.venues}
    for klass in CLASSES:
        without = [row.id for row in latest.values() if row.klass == klass and row.id not in judged]
        if not without:
            continue
        names = ", ".join(without[:3]) + (f" and {len(without) - 3} more" if len(without) > 3 else "")
        words = {policy.hours for policy in site.policies if klass in policy.binds}
        yield Problem(
            "site/hours",
            # A decision that the province owes is a fault to mend; a class that no law here binds is none.
            Severity.WARNING if "province" in words else Severity.INFO,
            f"no rule known: nothing sets opening hours for class {klass} ({names})",
            "write the province's decision under `hours`"
            if "province" in words
            else "write what the venue declares as own_hours in venues.csv, or a decision under `hours`"
            if "own" in words
            else "no policy binds the class; where the law does, write one in policies/",
            document.place("hours", KEY),
        )
