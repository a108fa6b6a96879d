"""Whether the files that the settings name are there, and the secret ones for their owner alone."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from provisioning.doctor.check import Check, error, warning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provisioning.doctor.check import Here, Said


def look(here: Here) -> Iterator[Said]:
    broker, mail = here.deploy.broker, here.deploy.mail
    secret = [broker.password_file] + ([] if mail.password_file is None else [mail.password_file])
    for path in (*secret, broker.ca_file):
        if not path.exists():
            yield error(f"{path} does not exist")
        elif not os.access(path, os.R_OK):
            yield error(f"{path} cannot be read by this user")
        elif path in secret and stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield warning(f"{path} is open to others: mode {stat.S_IMODE(path.stat().st_mode):04o}")


CHECK = Check(
    "QN-D002",
    "secrets",
    "Are passwords and authority there, readable for us and for nobody else?",
    "make them with `quannet credentials`, give them to the user `quannet`: `chmod 600`",
    look,
)
