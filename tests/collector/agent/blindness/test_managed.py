"""A browser's words to ours: odd values, and files that only Chromium takes for JSON."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.agent.blindness.evidence import Policy
from collector.agent.blindness.managed import chromium, firefox, read_json

ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=20), inner, max_size=3),
    max_leaves=10,
)
KEYS = ("DnsOverHttpsMode", "DnsOverHttpsTemplates", "QuicAllowed", "DNSOverHTTPS", "Preferences")


@pytest.mark.parametrize(
    ("values", "doh"),
    [
        ({}, None),
        ({"DnsOverHttpsMode": "off"}, False),
        ({"DnsOverHttpsMode": "automatic"}, True),
        ({"DnsOverHttpsMode": "secure"}, True),
        ({"DnsOverHttpsMode": "OFF"}, None),
        ({"DnsOverHttpsMode": 0}, None),
    ],
)
def test_chromiums_modes(values, doh):
    assert chromium("x", values, builtin_default=True) == Policy("x", doh=doh, builtin=True)


@pytest.mark.parametrize(
    ("doh", "expected"),
    [
        ({}, None),
        ({"Enabled": False, "Locked": True}, False),
        ({"Enabled": False}, None),
        ({"Enabled": True}, True),
        ({"Locked": True}, None),
        ({"Enabled": 0, "Locked": 1}, False),
    ],
)
def test_firefoxs_off_counts_only_when_it_is_locked(doh, expected):
    assert firefox({"DNSOverHTTPS": doh}).doh is expected


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ('{"a": 1}', {"a": 1}),
        ('{"a": 1, /* why */ "b": [1, 2,], } // end', {"a": 1, "b": [1, 2]}),
        (
            '{"a": "https://x//y", "b": "/* c */", "c": ",}"}',
            {"a": "https://x//y", "b": "/* c */", "c": ",}"},
        ),
        ('{"a": "\\"//"}', {"a": '"//'}),
        ("", {}),
        ("[1]", {}),
        ('{"a": ', {}),
        ("{" * 100_000, {}),
    ],
)
def test_files_are_read_as_chromium_reads_them(text, values):
    assert read_json(text) == values


@given(st.dictionaries(st.text(max_size=20), ANY, max_size=4))
def test_plain_json_stays_what_it_is(values):
    assert read_json(json.dumps(values)) == values


@given(st.dictionaries(st.sampled_from(KEYS), ANY))
def test_whatever_stands_there_is_a_policy(values):
    for policy in (chromium("x", values, builtin_default=False), firefox(values)):
        assert {policy.doh, policy.quic, policy.ech, policy.builtin} <= {True, False, None}
        assert isinstance(policy.dns_host, str)
