"""Several sources become one list, in which the longest listed suffix of a name decides."""

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from collector.agent.blocklist import HINT, VIOLATION, Hit, List
from collector.agent.blocklist.layout import PRELUDE, Group, decode_header
from provisioning.blocklists.compile import CollisionError, compile_, suffixes
from provisioning.blocklists.source import Listed

LABEL = st.sampled_from(["a", "b", "c"])
NAME = st.lists(LABEL, min_size=1, max_size=4).map(".".join)
NAMES = st.frozensets(NAME, max_size=8)


def group(name: str, grade: str = HINT) -> Group:
    return Group(name, "gambling", grade, "1", "MIT")


def opened(compiled) -> List:
    """The list as it would be read from a file, without one."""
    content = b"".join(compiled.pieces)
    length = PRELUDE.unpack(content[: PRELUDE.size])[2]
    start = PRELUDE.size + length
    header = decode_header(content[: PRELUDE.size], content[PRELUDE.size : start])
    return List(header, memoryview(content)[start:])


def oracle(sources: list[Listed], name: str) -> Hit | None:
    """What a person would answer, name by name, from the rules in words."""

    def listed(grade: str, suffix: str) -> Listed | None:
        return next((s for s in sources if s.group.grade == grade and suffix in s.names), None)

    ups = list(suffixes(name))
    strong = {e for s in sources if s.group.grade == VIOLATION for e in s.exceptions}
    if strong & set(ups):
        # An exception frees its name and everything below; what stands above it stays listed, but not for these.
        return None
    for suffix in ups:
        found = listed(VIOLATION, suffix)
        if found:
            return Hit(suffix, found.group)
    if {e for s in sources for e in s.exceptions} & set(ups):
        return None
    return next((Hit(u, found.group) for u in ups if (found := listed(HINT, u))), None)


@given(NAMES, NAMES, NAMES, NAMES, NAMES, st.lists(NAME, min_size=1, max_size=20))
@settings(max_examples=400, deadline=None)
@example(frozenset({"b.a"}), frozenset(), frozenset({"a"}), frozenset({"b.a"}), frozenset(), ["c.b.a"])
def test_the_longest_suffix_decides_as_the_rules_say_it(names, free, hints, hints_free, more, asked):
    sources = [
        Listed(group("hints"), hints, hints_free),
        Listed(group("more"), more),
        Listed(group("authority", VIOLATION), names, free),
    ]
    compiled = opened(compile_(sources))
    for name in asked:
        expected = oracle(sources, name)
        assert compiled.match(name) == expected
        assert compiled.match(name.upper() + ".") == expected
        assert compiled.match(f"x{name}") == oracle(sources, f"x{name}")


def test_a_name_in_two_sources_belongs_to_the_authority_then_to_the_first():
    compiled = compile_(
        [
            Listed(group("one"), {"a.example", "b.example"}),
            Listed(group("two"), {"b.example"}),
            Listed(group("law", VIOLATION), {"a.example"}),
        ]
    )
    found = opened(compiled)
    assert found.match("a.example") == Hit("a.example", group("law", VIOLATION))
    assert found.match("b.example") == Hit("b.example", group("one"))
    assert compiled.repeats == 2
    assert sum(compiled.header.domains) == 2
    assert compiled.header.read == (1, 2, 1)


def test_a_hint_does_not_hide_a_violation_above_it():
    compiled = compile_(
        [Listed(group("hint"), {"m.a.example"}), Listed(group("law", VIOLATION), {"a.example"})]
    )
    assert compiled.covered == 1
    assert opened(compiled).match("m.a.example") == Hit("a.example", group("law", VIOLATION))


def test_an_exception_frees_what_is_below_even_where_a_more_specific_name_is_listed():
    law = Listed(group("law", VIOLATION), {"a.example", "x.free.a.example"}, {"free.a.example"})
    compiled = compile_([law])
    found = opened(compiled)
    assert [found.match(n) for n in ("free.a.example", "x.free.a.example", "y.x.free.a.example")] == [
        None
    ] * 3
    assert found.match("other.a.example") == Hit("a.example", law.group)
    assert compiled.contradictions == ["x.free.a.example"]
    assert (compiled.freed, compiled.header.exceptions) == (1, 1)


def test_anothers_exception_frees_no_name_of_the_authority():
    law = Listed(group("law", VIOLATION), {"a.example"})
    compiled = compile_(
        [law, Listed(group("hint"), {"b.example"}, {"a.example", "m.a.example", "b.example"})]
    )
    found = opened(compiled)
    assert found.match("m.a.example") == Hit("a.example", law.group)
    assert found.match("b.example") is None


def test_the_same_names_give_the_same_bytes_in_whatever_order():
    names = [f"n{i}.example" for i in range(1000)]
    one, two = (compile_([Listed(group("x"), set(order))]) for order in (names, names[::-1]))
    assert one.pieces == two.pieces
    assert one.header.version == two.header.version
    other = compile_([Listed(group("x"), {*names, "more.example"})])
    assert other.header.version != one.header.version


def test_no_name_can_be_read_in_the_file():
    content = b"".join(compile_([Listed(group("x"), {"danh-bac.example", "ca-cuoc.example"})]).pieces)
    for word in (b"danh", b"bac", b"cuoc", b"example"):
        assert word not in content


def test_eight_bytes_a_domain():
    compiled = compile_([Listed(group("x"), {f"n{i}.example" for i in range(100_000)})])
    assert compiled.size < 100_000 * 8.6


def test_an_empty_list_matches_nothing():
    assert opened(compile_([])).match("a.example") is None


def test_more_sources_than_a_group_can_number_are_refused():
    sources = [Listed(group(f"s{i}"), {f"n{i}.example"}) for i in range(256)]
    with pytest.raises(ValueError, match="256 sources"):
        compile_(sources)
    found = opened(compile_(sources[:255]))
    assert found.match("n254.example") == Hit("n254.example", group("s254"))


def test_a_given_key_under_which_names_collide_is_refused(monkeypatch):
    """56 bits do not collide in a test's lifetime: the hash is made so short here that they do."""
    from provisioning.blocklists import compile as module

    class Short:
        def __init__(self, data: bytes, digest_size: int, key: bytes) -> None:
            self._data, self._size = data, digest_size

        def digest(self) -> bytes:
            return bytes([len(self._data) % 2]).ljust(self._size, b"\0")

    monkeypatch.setattr(module, "blake2b", Short)
    with pytest.raises(CollisionError):
        compile_([Listed(group("x"), {"a.example", "b.example"})], key=b"given")


@pytest.mark.material
def test_the_list_of_real_files_holds_each_of_their_names():
    from provisioning.blocklists.reading import read

    folder = Path(__file__).resolve().parents[4] / "shared" / "data" / "hostsVN"
    names = {c: read(folder / f"{c}-hosts-VN").names for c in ("adult", "gambling", "threat")}
    compiled = compile_([Listed(group(c), found) for c, found in names.items()])
    found = opened(compiled)
    assert compiled.header.read == (1895, 3747, 4444)
    assert sum(compiled.header.domains) + compiled.repeats == 1895 + 3747 + 4444
    for listed in names.values():
        for name in listed:
            hit = found.match(name)
            assert hit is not None
            assert hit.domain == name
