"""A new site folder, begun as a copy of the example."""

from __future__ import annotations

import shutil
from pathlib import Path

from provisioning import schemas

EXAMPLE = Path(__file__).parent / "example"
GENERATED = "_gen"
_IN_OUR_TREE = "../../docs/"


def init(target: Path) -> list[str]:
    """Fill a new or empty folder; the names of its files. FileExistsError where something is in it.

    It has the schemas that editors check and complete its files by, beside them.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise FileExistsError(f"{target} is not empty; name a new folder")
    target.mkdir(parents=True, exist_ok=True)
    names = sorted(path.name for path in EXAMPLE.iterdir() if path.is_file())
    for name in names:
        shutil.copyfile(EXAMPLE / name, target / name)
    site = (target / "site.yaml").read_text("utf-8")
    (target / "site.yaml").write_text(site.replace(f"$schema={_IN_OUR_TREE}", "$schema="), "utf-8")
    (target / schemas.FOLDER).mkdir()
    made = {f"{schemas.FOLDER}/{name}": text for name, text in schemas.texts().items()}
    for name, text in made.items():
        (target / name).write_text(text, "utf-8")
    return sorted([*names, *made])
