"""Dollars in provisioning files (values.go, and Go's os.Expand): what Grafana makes of them."""

import pytest

from alerts.engine.dollars import expand


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("no dollar", "no dollar"),
        ("$$timeFilter", "$timeFilter"),
        ("{{ $$labels.venue }}", "{{ $labels.venue }}"),
        ("{{ $labels.venue }}", "{{ .venue }}"),  # a name: it vanishes
        ("${HOME}x", "x"),
        ("$HOME-x", "-x"),
        ("costs $5", "costs "),
        ("$12", "2"),  # to Go a digit is a whole name
        ("^a$", "^a$"),  # no name character follows
        ("a $ b", "a $ b"),
        ("$$$$", "$$"),
    ],
)
def test_a_value_is_expanded(written, read):
    assert expand(written) == read


@pytest.mark.parametrize("written", ["$__file{/run/secrets/x}", "$__env{HOME}", "$__vault{x}"])
def test_what_only_grafana_can_look_up_is_refused(written):
    with pytest.raises(ValueError, match="Grafana only"):
        expand(written)


def test_a_doubled_dollar_before_a_lookup_is_plain_text():
    assert expand("$$__env{HOME}") == "$__env{HOME}"
