"""What a system says of its networks, resolvers and browsers: one port, and its Linux half."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from collector.agent.blindness import managed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from collector.agent.blindness.evidence import Policy

MOST_BYTES = 1024 * 1024  # of one file; what is larger is no policy and no hosts file
MOST_FILES = 64


class Surroundings(Protocol):
    """Asked at each sample, so all is small. What cannot be read is as if it were not there."""

    def adapter_kind(self, name: str) -> str:
        """tun, tap, wireguard, ppp, or empty for any other."""
        ...

    def servers(self) -> tuple[str, ...]:
        """Addresses of the system's resolvers."""
        ...

    def hosts(self) -> frozenset[str]:
        """Names and addresses of the hosts file."""
        ...

    def policies(self, running: Iterable[str]) -> tuple[Policy, ...]:
        """Of each browser that is installed or runs, in a stable order."""
        ...


# A browser, the folders of its managed policies, and where it is installed.
_CHROMIUM = (
    ("brave", ("etc/brave/policies/managed",), ("opt/brave.com/brave/brave",)),
    ("chrome", ("etc/opt/chrome/policies/managed",), ("opt/google/chrome/chrome",)),
    (
        "chromium",
        ("etc/chromium/policies/managed", "etc/chromium-browser/policies/managed"),
        ("usr/lib/chromium/chromium", "usr/lib/chromium-browser/chromium-browser", "snap/bin/chromium"),
    ),
    ("edge", ("etc/opt/edge/policies/managed",), ("opt/microsoft/msedge/msedge",)),
    ("opera", ("etc/opt/opera/policies/managed",), ("usr/lib/x86_64-linux-gnu/opera/opera",)),
    ("vivaldi", ("etc/opt/vivaldi/policies/managed",), ("opt/vivaldi/vivaldi-bin",)),
)
_FIREFOX_FOLDERS = ("usr/lib/firefox", "usr/lib/firefox-esr", "usr/lib64/firefox", "opt/firefox")
# The first that exists counts: Firefox prefers the system's.
_FIREFOX = (
    "etc/firefox/policies/policies.json",
    "etc/firefox-esr/policies/policies.json",
    *(f"{folder}/distribution/policies.json" for folder in _FIREFOX_FOLDERS),
)
_TUN_FLAGS, _TYPE_PPP, _TYPE_ETHER = "tun_flags", "512", "1"


class LinuxSurroundings:
    """`root` is given by tests."""

    def __init__(self, root: Path = Path("/")) -> None:
        self._root = root

    def adapter_kind(self, name: str) -> str:
        folder = self._root / "sys/class/net" / name
        if "DEVTYPE=wireguard" in read(folder / "uevent"):
            return "wireguard"
        kind = read(folder / "type").strip()
        if (folder / _TUN_FLAGS).exists():
            return "tap" if kind == _TYPE_ETHER else "tun"
        return "ppp" if kind == _TYPE_PPP else ""

    def servers(self) -> tuple[str, ...]:
        words = [line.split() for line in read(self._root / "etc/resolv.conf").splitlines()]
        return tuple(line[1].partition("%")[0] for line in words if line[:1] == ["nameserver"] and line[1:])

    def hosts(self) -> frozenset[str]:
        return hosts(read(self._root / "etc/hosts"))

    def policies(self, running: Iterable[str]) -> tuple[Policy, ...]:
        runs = set(running)
        found = [
            managed.chromium(browser, self._chromium(folders), builtin_default=True)
            for browser, folders, programs in _CHROMIUM
            if browser in runs or any((self._root / program).exists() for program in programs)
        ]
        if "firefox" in runs or any((self._root / folder).is_dir() for folder in _FIREFOX_FOLDERS):
            found.append(managed.firefox(self._firefox()))
        return tuple(found)

    def _chromium(self, folders: tuple[str, ...]) -> dict[str, object]:
        """All files of the folder; the last in the order of names is right."""
        values: dict[str, object] = {}
        for folder in folders:
            for path in sorted((self._root / folder).glob("*.json"))[:MOST_FILES]:
                values |= managed.read_json(read(path))
        return values

    def _firefox(self) -> dict[str, object]:
        for path in _FIREFOX:
            if (self._root / path).exists():
                policies = managed.read_json(read(self._root / path)).get("policies")
                return policies if isinstance(policies, dict) else {}
        return {}


def hosts(text: str) -> frozenset[str]:
    """Every address and name of a hosts file; comments are none."""
    words = (line.partition("#")[0].split() for line in text.splitlines())
    return frozenset(word.casefold().rstrip(".") for line in words if len(line) > 1 for word in line)


def read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except OSError:
        return ""
    return raw.decode("utf-8-sig", "replace") if len(raw) <= MOST_BYTES else ""
