"""Whom a simulation means: the registry's first PCs, split over processes, with their venues' own passwords."""

from dataclasses import replace
from itertools import chain

import pytest

from collector.deploy import load
from provisioning.fleet import Part, is_here, parse_part, venues
from provisioning.targets import server


@pytest.fixture
def deployed(good_site, tmp_path):
    site = good_site()
    for path, text in server.render(site).items():
        (tmp_path / path).write_text(text, "utf-8")
    passwords = tmp_path / "secrets" / "passwords"
    passwords.mkdir(parents=True)
    for venue in site.venue_ids:
        (passwords / venue).write_text(f"of {venue}\n", "utf-8")
    return load(tmp_path)


def names(made) -> list[tuple[str, str]]:
    return [(venue.id, name) for venue in made for name in venue.pcs]


def test_every_pc_of_the_registry_stands_in_exactly_one_part(deployed):
    secrets = deployed.folder / "secrets"
    whole = names(venues(deployed, secrets))
    parts = [names(venues(deployed, secrets, None, Part(k, 3))) for k in (1, 2, 3)]
    assert sorted(whole) == sorted(chain(*parts))
    assert len(whole) == len(set(whole)) > 3
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_the_first_pcs_are_taken_and_each_venue_dials_as_itself(deployed):
    made = venues(deployed, deployed.folder / "secrets", 3)
    assert len(names(made)) == 3
    assert {(venue.endpoint.user, venue.endpoint.password) for venue in made} == {
        (venue.id, f"of {venue.id}") for venue in made
    }


def test_more_pcs_than_are_registered_are_refused(deployed):
    with pytest.raises(ValueError, match=r"100000 PCs are wanted and \d+ are registered"):
        venues(deployed, deployed.folder / "secrets", 100_000)


def test_a_part_is_read():
    assert parse_part("2/3") == Part(2, 3)


@pytest.mark.parametrize("text", ["", "2", "0/2", "3/2", "1/x", "-1/2", "1/2/3"])
def test_what_is_no_part_is_told_with_an_example(text):
    with pytest.raises(ValueError, match="write K/N, such as 1/2"):
        parse_part(text)


@pytest.mark.parametrize(("host", "here"), [("localhost", True), ("127.3.2.1", True), ("192.0.2.1", False)])
def test_a_broker_is_here_only_where_its_name_means_this_machine(deployed, host, here):
    assert is_here(replace(deployed.broker, host=host)) is here
