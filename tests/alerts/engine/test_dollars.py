"""Dollars in provisioning files (values.go, and Go's os.Expand): what Grafana makes of them."""

import pytest

from alerts.engine.dollars import expand, secret_file, vanishing


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


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("{{ $labels.venue }}", "$labels"),
        ("{{ $$labels.venue }}", ""),
        ("a ${HOME} $b", "${HOME}"),
        ("^yb-.*$", ""),
        ("Token $__file{/run/secrets/x}", ""),  # Grafana reads that, and nothing is lost
        ("$__file{/a}$b", "$b"),
    ],
)
def test_what_would_vanish_is_named(written, name):
    assert vanishing(written) == name


@pytest.mark.parametrize(
    ("written", "good"),
    [
        ("$__file{/run/secrets/x}", True),
        ("Token $__file{/run/secrets/x}", True),
        ("$__file{secrets/x}", False),  # of no folder that anybody knows
        ("$__env{TOKEN}", False),
        ("s3cret", False),
        ("s3cret $__file{/a} more", False),
        ("$__file{}", False),
    ],
)
def test_a_secret_is_a_file_and_nothing_else(written, good):
    assert secret_file(written) is good
