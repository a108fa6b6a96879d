"""What makes an ECH a real one."""

from collector.agent.packets.dns import Front
from collector.agent.packets.fronts import AGE, MOST, Fronts
from collector.agent.packets.tls import Hello


def test_only_a_known_front_or_an_offer_seen_makes_it_real():
    fronts = Fronts(frozenset({"known.vn"}))
    assert fronts.hide(Hello("known.vn", 1), 0.0)
    assert not fronts.hide(Hello("known.vn"), 0.0)  # no extension at all
    assert not fronts.hide(Hello("own.vn", 7), 0.0)
    fronts.remember([Front("own.vn", 7)], 0.0)
    assert fronts.hide(Hello("own.vn", 7), 1.0)
    assert not fronts.hide(Hello("own.vn", 8), 1.0)  # as a decoy's random number nearly always is
    assert not fronts.hide(Hello(None, 7), 1.0)
    assert not fronts.hide(Hello("own.vn", 7), AGE + 1)


def test_offers_are_remembered_in_bounds():
    fronts = Fronts(frozenset())
    fronts.remember([Front(f"{n}.vn", 0) for n in range(MOST + 50)], 0.0)
    assert len(fronts) == MOST
    assert not fronts.hide(Hello("0.vn", 0), 0.0)
    assert fronts.hide(Hello(f"{MOST}.vn", 0), 0.0)


def test_a_name_is_doubted_only_where_an_ech_could_stand_behind_it():
    fronts = Fronts(frozenset({"known.vn"}))
    fronts.remember([Front("own.vn", 7)], 0.0)
    assert [fronts.doubt(name) for name in ("known.vn", "own.vn", "other.vn")] == [True, True, False]
