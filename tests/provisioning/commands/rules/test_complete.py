"""The shell offers the policies and venues of the site folder that stands on the line."""

import pytest
from click.shell_completion import ShellComplete

import cli


@pytest.fixture
def offered(site):
    def complete(*words, begun=""):
        shell = ShellComplete(cli.main, {}, "quannet", "_QUANNET_COMPLETE")
        return [item.value for item in shell.get_completions(["rules", *words], begun)]

    return complete


def test_policies_and_their_titles(offered, site):
    assert offered("explain", begun="after-hours-g") == ["after-hours-game"]
    assert "site-hint" in offered("test", "--policy")


def test_a_sites_own_policy_is_offered_where_the_site_is_named(offered, site, run):
    run("new", "stack", "--id", "zz-own", "--title-vi", "Của tôi", "--title-en", "Mine")
    assert offered("explain", "--site", str(site), begun="zz") == ["zz-own"]
    assert offered("explain", begun="zz") == []


def test_venues_of_the_registry(offered, site):
    found = offered("explain", "after-hours-game", "--site", str(site), "--venue", begun="yb-003")
    assert found == ["yb-0031", "yb-0036"]


def test_no_site_offers_nothing(offered, tmp_path):
    assert offered("explain", "x", "--site", str(tmp_path), "--venue") == []
