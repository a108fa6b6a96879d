"""The list of known resolvers: ours is in order, and a site's faults are said with their places."""

import csv
from pathlib import Path

import pytest

from collector.agent.blindness import resolvers
from collector.problem import as_text


def load(tmp_path: Path, text: str) -> tuple[resolvers.Resolvers | None, str]:
    path = tmp_path / "resolvers.csv"
    path.write_bytes(text.encode())
    found, problems = resolvers.load(path)
    return found, as_text(problems).replace(f"{tmp_path}/", "")


def test_our_own_list_is_in_order_and_says_where_each_line_is_from() -> None:
    found, problems = resolvers.load(resolvers.OWN)
    assert found is not None
    assert problems == []
    with resolvers.OWN.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert all(row["source"] for row in rows)
    values = [row["value"] for row in rows]
    assert len(values) == len(set(values)) == sum(map(len, (found.addresses, found.names, found.below)))


@pytest.mark.parametrize(
    ("name", "who"),
    [
        ("dns.google", "google"),
        ("dns64.dns.google", "google"),
        ("xdns.google", None),
        ("abc123.dns.nextdns.io", "nextdns"),
        ("a.b.dns.nextdns.io", "nextdns"),
        ("nextdns.io", None),
        ("mozilla.cloudflare-dns.com", "cloudflare"),
        ("cloudflare.com", None),
        ("google.com", None),
        ("", None),
    ],
)
def test_names_match_at_their_dots(name: str, who: str | None) -> None:
    found = resolvers.load(resolvers.OWN)[0]
    assert found is not None
    assert found.of_name(name) == who


def test_a_sites_list_adds_and_overrules(tmp_path: Path) -> None:
    site, said = load(
        tmp_path, "\ufeffid,value,source\r\nlab,10.0.0.53,us\r\nours,8.8.8.8,us\r\nlab,*.DoH.vn,us\r\n"
    )
    own = resolvers.load(resolvers.OWN)[0]
    assert (said, own is not None, site is not None) == ("", True, True)
    both = own.and_(site)
    assert (both.of_address("10.0.0.53"), both.of_address("8.8.8.8")) == ("lab", "ours")
    assert (both.of_address("8.8.4.4"), both.of_name("x.doh.vn")) == ("google", "lab")


def test_an_address_is_written_in_many_ways(tmp_path: Path) -> None:
    site, _ = load(tmp_path, "id,value,source\nlab,2001:DB8:0:0::53,us\n")
    assert site is not None
    assert site.of_address("2001:db8::53") == "lab"


def test_all_faults_are_said_at_once_with_their_lines(tmp_path: Path) -> None:
    found, said = load(
        tmp_path, "id,value,source\nlab,10.0.0.256,us\nThe Lab,10.0.0.5,us\nlab,*,us\nok,a.vn,us\n"
    )
    assert found is None
    assert said.count("error:") == 3
    for place in ("resolvers.csv:2:1", "resolvers.csv:3:1", "resolvers.csv:4:1"):
        assert place in said
    assert "'10.0.0.256' is neither address nor name" in said


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "columns missing: id, value"),
        ("name,address\n", "columns missing: id, value"),
        ('id,value,source\n"lab', "cannot be read"),
    ],
)
def test_a_file_that_is_no_list_is_said(tmp_path: Path, text: str, fault: str) -> None:
    found, said = load(tmp_path, text)
    assert found is None
    assert fault in said


def test_a_file_in_another_encoding_is_said(tmp_path: Path) -> None:
    path = tmp_path / "resolvers.csv"
    path.write_bytes("id,value,source\nlab,1.1.1.1,thử".encode("utf-16"))
    found, problems = resolvers.load(path)
    assert found is None
    assert problems
