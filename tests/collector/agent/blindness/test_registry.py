"""Windows, as far as it can be told without it: adapters by their names, servers from one value."""

import pytest

from collector.agent.blindness import registry


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Ethernet", ""),
        ("Wi-Fi 2", ""),
        ("WireGuard Tunnel", "wireguard"),
        ("NordLynx", "wireguard"),
        ("OpenVPN TAP-Windows6", "tap"),
        ("OpenVPN Wintun", "wireguard"),
        ("Teredo Tunneling Pseudo-Interface", ""),
        ("isatap.{0}", ""),
        ("WAN Miniport (L2TP)", "ppp"),
        ("vEthernet (Default Switch)", ""),
        ("", ""),
    ],
)
def test_an_adapter_is_known_by_its_name(name, kind):
    assert registry.adapter_kind(name) == kind


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("8.8.8.8,1.1.1.1", ("8.8.8.8", "1.1.1.1")),
        ("10.0.0.1 10.0.0.2", ("10.0.0.1", "10.0.0.2")),
        (None, ()),
    ],
)
def test_servers_stand_apart_by_commas_or_spaces(value, found):
    assert registry.addresses(value) == found


def test_every_browser_has_its_keys_and_none_twice():
    names = [browser for browser, _, _ in registry.CHROMIUM]
    assert names == sorted(set(names))
    keys = [key for _, keys, _ in registry.CHROMIUM for key in keys]
    assert len(keys) == len(set(keys))
    assert all(r"SOFTWARE" not in key and not key.startswith("\\") for key in keys)
