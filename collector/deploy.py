"""A deployment as the server's processes see it: the folder that `provision` wrote, and its settings.

`server.toml` is generated from the site; it names files that hold secrets, never a secret.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from collector.conventions import DEPLOY_ROSTER, DEPLOY_SETTINGS
from collector.influx import Access
from collector.roster import RosterFile


@dataclass(frozen=True)
class Broker:
    host: str
    port: int
    ca_file: Path
    user: str
    password_file: Path

    def password(self) -> str:
        return self.password_file.read_text("utf-8").strip()


@dataclass(frozen=True)
class Mail:
    """Where notices leave: `starttls` off only for a server on loopback."""

    host: str
    port: int
    sender: str
    recipients: tuple[str, ...]
    starttls: bool
    user: str | None
    password_file: Path | None

    def password(self) -> str | None:
        return None if self.password_file is None else self.password_file.read_text("utf-8").strip()


@dataclass(frozen=True)
class Offered:
    """The compiled list of sites on this server, and the address under which agents fetch it."""

    file: Path
    url: str


@dataclass(frozen=True)
class Keep:
    """For how many days raw points and daily summaries are kept; `database` holds the summaries."""

    database: str = "quannet-daily"
    raw_days: int = 90
    summary_days: int = 1827


@dataclass(frozen=True)
class Deploy:
    folder: Path
    name: str
    language: str
    preview_url: str
    influx: Access
    broker: Broker
    mail: Mail
    blocklist: Offered | None = None
    keep: Keep = Keep()
    disks: tuple[Path, ...] = ()  # folders that must not run full

    @property
    def summaries(self) -> Access:
        """Where the daily summaries are."""
        return replace(self.influx, database=self.keep.database)

    def roster(self) -> RosterFile:
        return RosterFile(self.folder / DEPLOY_ROSTER)


def load(folder: Path) -> Deploy:
    """Read a deployment. OSError or ValueError where it is not what `provision` writes."""
    try:
        data = tomllib.loads((folder / DEPLOY_SETTINGS).read_text("utf-8"))
        return _deploy(folder, data)
    except (KeyError, TypeError) as fault:
        raise ValueError(
            f"{folder / DEPLOY_SETTINGS}: {fault!r}; write it anew with `quannet provision`"
        ) from fault


def _deploy(folder: Path, data: dict[str, Any]) -> Deploy:
    site, influx, broker, mail = data["site"], data["influx"], data["broker"], data["mail"]
    keep = data["keep"]
    offered = data.get("blocklist", {})
    secret_file = influx.get("secret_file")
    password_file = mail.get("password_file")
    return Deploy(
        folder=folder,
        name=site["name"],
        language=site["language"],
        preview_url=site["preview_url"],
        influx=Access(
            influx["url"],
            influx["database"],
            influx["api"],
            influx["org"],
            None if secret_file is None else Path(secret_file).read_text("utf-8").strip(),
        ),
        broker=Broker(
            broker["host"],
            broker["port"],
            Path(broker["ca_file"]),
            broker["user"],
            Path(broker["password_file"]),
        ),
        mail=Mail(
            mail["host"],
            mail["port"],
            mail["sender"],
            tuple(mail["recipients"]),
            mail["starttls"],
            mail.get("user"),
            None if password_file is None else Path(password_file),
        ),
        blocklist=Offered(Path(offered["file"]), offered["url"]) if offered else None,
        keep=Keep(keep["database"], keep["raw_days"], keep["summary_days"]),
        disks=tuple(Path(folder) for folder in data.get("disk", {}).get("folders", [])),
    )
