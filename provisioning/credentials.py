"""Secrets and certificates of a deployment: made on its machine, kept there, never generated into a tree."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from provisioning import files
from provisioning.authority import ensure_certificate
from provisioning.settings import BROKER_PASSWORDS, CA_FILE, CERT_FILE, KEY_FILE, PASSWORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from collector.clock import Clock


@dataclass(frozen=True)
class Credentials:
    """`password_files` by user; `mosquitto_passwords` holds their hashes for the broker."""

    ca_file: Path
    cert_file: Path
    key_file: Path
    password_files: Mapping[str, Path]
    mosquitto_passwords: Path


def ensure(folder: Path, users: Iterable[str], hosts: Iterable[str], clock: Clock) -> Credentials:
    """Make what is missing; what exists and still serves stays as it is.

    A user who is no longer named loses the entry in the broker's file, not the password: a venue that
    comes back needs no new bundle.
    """
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    ensure_certificate(folder, sorted(set(hosts)), clock.wall())
    passwords = folder / PASSWORDS
    passwords.mkdir(exist_ok=True)
    passwords.chmod(0o700)
    paths = {user: passwords / user for user in sorted(set(users))}
    for path in paths.values():
        if not path.exists():
            files.write(path, secrets.token_urlsafe(32).encode() + b"\n", files.SECRET)
    hashed = folder / BROKER_PASSWORDS
    plain = {user: path.read_text("utf-8").strip() for user, path in paths.items()}
    if not _fits(hashed, plain):
        _hash(hashed, plain)
    return Credentials(folder / CA_FILE, folder / CERT_FILE, folder / KEY_FILE, paths, hashed)


def _hash(path: Path, plain: Mapping[str, str]) -> None:
    """The broker's own tool replaces the passwords in a file by hashes: none stands in an argument."""
    work = path.with_name(f".{path.name}.plain")
    files.write(
        work, "".join(f"{user}:{password}\n" for user, password in plain.items()).encode(), files.SECRET
    )
    try:
        subprocess.run(["mosquitto_passwd", "-U", str(work)], check=True, capture_output=True)
        files.write(path, work.read_bytes(), files.SECRET)
    finally:
        work.unlink(missing_ok=True)


def _fits(path: Path, plain: Mapping[str, str]) -> bool:
    """Whether a broker's file has these users with these passwords, and no others."""
    if not path.exists():
        return False
    entries = dict(line.partition(":")[::2] for line in path.read_text("utf-8").splitlines())
    return entries.keys() == plain.keys() and all(
        _matches(entries[user], password) for user, password in plain.items()
    )


def _matches(entry: str, password: str) -> bool:
    """Mosquitto's `$7$iterations$salt$hash`: PBKDF2 with SHA-512."""
    try:
        kind, iterations, salt, digest = entry.removeprefix("$").split("$")
        given = base64.b64decode(digest, validate=True)
        if kind != "7":
            return False
        found = hashlib.pbkdf2_hmac("sha512", password.encode(), base64.b64decode(salt), int(iterations))
    except (ValueError, binascii.Error):
        return False
    return hmac.compare_digest(given, found)
