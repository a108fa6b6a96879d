"""What the agent's tests share: a compiled list from a few names."""

from collections.abc import Callable
from pathlib import Path

import pytest

from collector.agent.blocklist import HINT, VIOLATION, Group
from provisioning.blocklists.compile import compile_
from provisioning.blocklists.source import Listed

AUTHORITY = Group("stttt", "gambling", VIOLATION, "2026-11", "public")
OTHERS = Group("hostsvn", "ads", HINT, "1", "MIT")


@pytest.fixture(scope="session")
def compiled() -> Callable[..., Path]:
    """Write a list as the server does: beside the old one, then in its place."""

    def write(path: Path, **names: list[str]) -> Path:
        given = {"authority": [], "others": [], "exceptions": []} | names
        sources = (
            Listed(AUTHORITY, set(given["authority"]), set(given["exceptions"])),
            Listed(OTHERS, set(given["others"])),
        )
        pieces = compile_([source for source in sources if source.names or source.exceptions], "v1").pieces
        new = path.with_suffix(".new")
        new.write_bytes(b"".join(pieces))
        new.replace(path)
        return path

    return write
