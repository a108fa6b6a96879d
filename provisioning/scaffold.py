"""A new site folder, begun as a copy of the example."""

from __future__ import annotations

import shutil
from pathlib import Path

EXAMPLE = Path(__file__).parent / "example"
GENERATED = "_gen"


def init(target: Path) -> list[str]:
    """Fill a new or empty folder; the names of its files. FileExistsError where something is in it."""
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise FileExistsError(f"{target} is not empty; name a new folder")
    target.mkdir(parents=True, exist_ok=True)
    names = sorted(path.name for path in EXAMPLE.iterdir() if path.is_file())
    for name in names:
        shutil.copyfile(EXAMPLE / name, target / name)
    return names
