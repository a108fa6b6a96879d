"""Writing a file so that its old or its new content is there, whole, whatever happens."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

PUBLIC, SECRET = 0o644, 0o600


def write(path: Path, content: bytes, mode: int) -> None:
    """Replace a file, or make it and its folder; until it is complete nobody else can read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=".quannet-", dir=path.parent)  # of mode 0600
    fresh = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        fresh.chmod(mode)
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
