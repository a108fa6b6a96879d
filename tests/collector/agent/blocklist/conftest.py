"""Compiled lists as the server makes them."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from collector.agent.blocklist import HINT, Group
from provisioning.blocklists.compile import compile_
from provisioning.blocklists.source import Listed

GROUP = Group("gambling-vn", "gambling", HINT, "7", "MIT")
Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """A compiled list of these names in a file."""

    def make(name: str, names: Iterable[str], exceptions: Iterable[str] = (), group: Group = GROUP) -> Path:
        path = tmp_path / name
        path.write_bytes(b"".join(compile_([Listed(group, set(names), set(exceptions))]).pieces))
        return path

    return make
