"""What is a lookup, what is an access, and what is folded; no table grows without bound."""

from dataclasses import dataclass
from typing import Any

import pytest

from collector.agent import sights
from collector.agent.observation import Contact, Lookup
from collector.agent.sights import Connection, Sights

ADDRESS, PORT = "192.0.2.7", 443
LISTED = {"bongda.test", "cuoc.test"}


@dataclass(frozen=True)
class Group:
    source: str = "stttt"
    category: str = "gambling"
    grade: str = "violation"
    version: str = "1"


@dataclass(frozen=True)
class Hit:
    domain: str
    group: Group = Group()


def match(name: str) -> Hit | None:
    domain = ".".join(name.split(".")[-2:])
    return Hit(domain) if domain in LISTED or domain.startswith("many") else None


def looked(*names: str, at: float, addresses: tuple[str, ...] = (), process: str = "") -> Lookup:
    return Lookup(names, addresses, ("10.0.0.5", 5353), at, process)


def connected(at: float, client: int = 40_000, address: str = ADDRESS, port: int = PORT) -> Connection:
    return Connection(address, port, ("10.0.0.5", client), at)


def hello(name: str, at: float, client: int = 40_000, *, ech: bool = False, process: str = "") -> Contact:
    return Contact(name, ADDRESS, PORT, ("10.0.0.5", client), ech, "tls", at, process)


@pytest.fixture
def seen() -> Sights:
    return Sights(match)


def counts(seen: Sights, now: float) -> dict[str, tuple[int, int]]:
    return {one.domain: (one.lookups, one.accesses) for one in seen.drain(now)[0]}


def take(seen: Sights, *all_: Any) -> None:
    for one in all_:
        seen.take(one)


def test_questions_and_answers_of_a_moment_are_one_lookup(seen: Sights) -> None:
    take(seen, *(looked("a.bongda.test", at=100 + n / 5) for n in range(6)))
    assert counts(seen, 110) == {"bongda.test": (1, 0)}


def test_a_later_question_is_another_lookup(seen: Sights) -> None:
    take(seen, looked("a.bongda.test", at=100), looked("a.bongda.test", at=102.1))
    assert counts(seen, 110) == {"bongda.test": (2, 0)}


def test_asking_for_ever_is_no_single_lookup(seen: Sights) -> None:
    """A question a second for a minute: one each ten seconds."""
    take(seen, *(looked("a.bongda.test", at=100.0 + n) for n in range(60)))
    assert counts(seen, 200) == {"bongda.test": (6, 0)}


def test_two_names_of_one_domain_are_two_lookups_in_one_line(seen: Sights) -> None:
    take(seen, looked("a.bongda.test", at=100), looked("b.bongda.test", at=100))
    assert counts(seen, 110) == {"bongda.test": (2, 0)}


def test_an_answer_adds_the_listed_alias_and_nothing_twice(seen: Sights) -> None:
    take(seen, looked("x.test", at=100), looked("x.test", "a.cuoc.test", "b.cuoc.test", at=100.1))
    assert counts(seen, 110) == {"cuoc.test": (1, 0)}


def test_a_named_server_is_an_access_even_without_a_lookup(seen: Sights) -> None:
    take(seen, hello("www.cuoc.test", at=100))
    assert counts(seen, 100) == {"cuoc.test": (0, 1)}


def test_a_visit_of_a_minute_is_one_access(seen: Sights) -> None:
    take(seen, *(hello("cuoc.test", at=100.0 + n, client=n) for n in range(0, 60, 3)))
    assert counts(seen, 160) == {"cuoc.test": (0, 1)}
    take(seen, hello("cuoc.test", at=160))
    assert counts(seen, 160) == {"cuoc.test": (0, 1)}


def test_a_connection_to_the_answers_address_is_an_access_once_it_had_time_to_name_another(
    seen: Sights,
) -> None:
    take(seen, looked("cuoc.test", at=100, addresses=(ADDRESS,)), connected(101, port=80))
    assert counts(seen, 103.9) == {"cuoc.test": (1, 0)}
    assert counts(seen, 104) == {"cuoc.test": (0, 1)}


def test_a_connection_that_names_another_server_is_none(seen: Sights) -> None:
    """Two sites on one address: the listed one was only looked up."""
    take(
        seen, looked("cuoc.test", at=100, addresses=(ADDRESS,)), connected(101), hello("news.test", at=101.1)
    )
    assert counts(seen, 200) == {"cuoc.test": (1, 0)}


def test_a_connection_that_hides_its_server_is_one_by_its_address(seen: Sights) -> None:
    take(seen, looked("cuoc.test", at=100, addresses=(ADDRESS,)))
    take(seen, connected(101), hello("front.test", at=101.1, ech=True))
    assert counts(seen, 200) == {"cuoc.test": (1, 1)}


@pytest.mark.parametrize(("at", "accesses"), [(98.9, 0), (99.0, 1), (160.0, 1), (160.1, 0)])
def test_a_lookup_explains_the_connections_of_a_minute(seen: Sights, at: float, accesses: int) -> None:
    """And of a second before, since an answer may be told late."""
    first, second = sorted(
        [looked("cuoc.test", at=100, addresses=(ADDRESS,)), connected(at)], key=lambda one: one.at
    )
    take(seen, first, second)
    assert counts(seen, 200) == {"cuoc.test": (1, accesses)}


@pytest.mark.parametrize("address", ["0.0.0.0", "127.0.0.1", "::", "::1"])
def test_an_answer_that_blocks_leads_nowhere(seen: Sights, address: str) -> None:
    take(seen, looked("cuoc.test", at=100, addresses=(address,)), connected(101, address=address))
    assert counts(seen, 200) == {"cuoc.test": (1, 0)}


def test_the_server_of_an_alias_is_named_by_its_own_name(seen: Sights) -> None:
    take(seen, looked("shop.test", "x.cuoc.test", at=100, addresses=(ADDRESS,)))
    take(seen, connected(101), hello("shop.test", at=101.1))
    assert counts(seen, 200) == {"cuoc.test": (1, 1)}
    take(seen, hello("shop.test", at=300))
    assert counts(seen, 300) == {}


def test_who_did_it_most_often_is_named(seen: Sights) -> None:
    take(seen, looked("a.cuoc.test", at=100, process="curl"))
    take(seen, *(looked(f"{n}.cuoc.test", at=100, process="chromium") for n in range(2)))
    (one,) = seen.drain(110)[0]
    assert one.process == "chromium"


def test_a_later_question_names_who_the_first_could_not() -> None:
    """A socket may be gone before anybody looks."""
    names = iter(["", "chromium"])
    seen = Sights(match, lambda _: next(names))
    take(seen, *(looked("cuoc.test", at=100 + n / 10) for n in range(4)))
    (one,) = seen.drain(110)[0]
    assert (one.lookups, one.process) == (1, "chromium")


def test_nobody_is_asked_who_did_what_is_not_listed() -> None:
    asked: list[Any] = []
    seen = Sights(match, lambda one: asked.append(one) or "")
    take(seen, looked("news.test", at=100, addresses=(ADDRESS,)), connected(101), hello("news.test", at=101))
    assert not asked
    assert seen.drain(200) == ([], 0)


def test_a_port_used_again_at_once_is_another_connection(seen: Sights) -> None:
    take(seen, looked("cuoc.test", at=100, addresses=(ADDRESS,)))
    take(seen, connected(101, port=80), connected(101.5, address="192.0.2.99"))
    assert counts(seen, 200) == {"cuoc.test": (1, 1)}


def test_every_table_has_its_bound(seen: Sights) -> None:
    """A flood of listed names and connections: what finds no room is counted, the rest is kept."""
    for n in range(6000):
        seen.take(looked(f"many{n}.test", at=100, addresses=(f"192.0.{n // 250}.{n % 250}",)))
        seen.take(connected(100, client=n, address=f"192.0.{n // 250}.{n % 250}"))
        seen.take(hello(f"many{n}.test", at=100, client=n))
    tables = [seen._asked, seen._answered, seen._pending, seen._visits]
    assert [len(table) for table in tables] == [
        sights.NAMES,
        sights.ADDRESSES,
        sights.PENDING,
        sights.NAMES,
    ]
    found, more = seen.drain(200)
    assert len(found) == sights.DOMAINS
    assert more == 2 * (6000 - sights.DOMAINS)


def test_most_reached_come_first(seen: Sights) -> None:
    take(seen, *(looked(f"{n}.bongda.test", at=100) for n in range(3)), hello("cuoc.test", at=100))
    assert [one.domain for one in seen.drain(110)[0]] == ["cuoc.test", "bongda.test"]


def test_what_another_machine_does_through_this_one_does_not_count() -> None:
    """The PC is its resolver, or its way to the Internet."""
    seen = Sights(match, own=lambda address: address != "10.0.0.5")
    take(seen, looked("cuoc.test", at=100), hello("cuoc.test", at=101, client=1))
    mine = Lookup(("cuoc.test",), (ADDRESS,), ("10.0.0.9", 5353), 102.0)
    take(seen, mine, connected(103, client=2))
    assert counts(seen, 200) == {"cuoc.test": (1, 0)}
