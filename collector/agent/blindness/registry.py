"""The same on Windows: policies from the registry, resolvers and adapters by their names. Never run there."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from collector.agent.blindness import managed, surroundings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from collector.agent.blindness.evidence import Policy

# A browser, its policies' keys below SOFTWARE\Policies (sources disagree on Cốc Cốc's), and its program.
CHROMIUM: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("brave", (r"BraveSoftware\Brave",), "brave.exe"),
    ("chrome", (r"Google\Chrome",), "chrome.exe"),
    ("chromium", ("Chromium",), "chromium.exe"),
    ("coccoc", (r"CocCoc\CocCoc", "CocCoc"), "browser.exe"),
    ("edge", (r"Microsoft\Edge",), "msedge.exe"),
)
FIREFOX = r"Mozilla\Firefox"
APP_PATHS = r"SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths"
INTERFACES = r"SYSTEM\CurrentControlSet\Services\Tcpip{0}\Parameters\Interfaces"
# What tunnels call their adapters; a name that somebody changed by hand is not recognised.
ADAPTERS = (
    ("wireguard", ("wireguard", "nordlynx", "wintun", "protonvpn", "mullvad", "cloudflarewarp")),
    ("tap", ("tap-windows", "tap-nordvpn", "openvpn tap", "vpn client adapter")),
    ("tun", ("openvpn", "tunnel")),
    ("ppp", ("ppp", "l2tp", "pptp", "sstp", "ikev2")),
)


def adapter_kind(name: str) -> str:
    """By the adapter's name, which Windows shows to people. Teredo and ISATAP are no tunnel of a person's."""
    small = name.casefold()
    if "teredo" in small or "isatap" in small:
        return ""
    return next((kind for kind, words in ADAPTERS if any(word in small for word in words)), "")


def addresses(value: Any) -> tuple[str, ...]:
    """Of a NameServer value: apart by commas or spaces."""
    return tuple(str(value or "").replace(",", " ").split())


if sys.platform == "win32":  # pragma: no cover - no Windows here
    import winreg

    class WindowsSurroundings:
        """HKEY_LOCAL_MACHINE: what the person alone set for himself is no policy of the site's."""

        def adapter_kind(self, name: str) -> str:
            return adapter_kind(name)

        def servers(self) -> tuple[str, ...]:
            found: list[str] = []
            for version in ("", "6"):
                folder = INTERFACES.format(version)
                for interface in _keys(folder):
                    values = _values(rf"{folder}\{interface}")
                    found += addresses(values.get("NameServer") or values.get("DhcpNameServer"))
            return tuple(dict.fromkeys(found))

        def hosts(self) -> frozenset[str]:
            system = Path(os.environ.get("SYSTEMROOT", r"C:\Windows"))  # noqa: TID251 - only Windows knows where it lies
            return surroundings.hosts(surroundings.read(system / "System32/drivers/etc/hosts"))

        def policies(self, running: Iterable[str]) -> tuple[Policy, ...]:
            runs = set(running)
            found = []
            for browser, keys, program in CHROMIUM:
                if browser in runs or _exists(rf"{APP_PATHS}\{program}"):
                    values: dict[str, Any] = {}
                    for key in reversed(keys):
                        values |= _values(rf"SOFTWARE\Policies\{key}")
                    found.append(managed.chromium(browser, values, builtin_default=True))
            if "firefox" in runs or _exists(rf"{APP_PATHS}\firefox.exe"):
                root = rf"SOFTWARE\Policies\{FIREFOX}"
                values = _values(root) | {"DNSOverHTTPS": _values(rf"{root}\DNSOverHTTPS")}
                values["Preferences"] = managed.read_json(str(values.get("Preferences") or ""))
                found.append(managed.firefox(values))
            return tuple(found)

    def _exists(path: str) -> bool:
        try:
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, path):
                return True
        except OSError:
            return False

    def _keys(path: str) -> list[str]:
        try:
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, path) as key:
                return [winreg.EnumKey(key, index) for index in range(winreg.QueryInfoKey(key)[0])]
        except OSError:
            return []

    def _values(path: str) -> dict[str, Any]:
        try:
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, path) as key:
                rows = (winreg.EnumValue(key, index) for index in range(winreg.QueryInfoKey(key)[1]))
                return {name: value for name, value, _ in rows}
        except OSError:
            return {}
