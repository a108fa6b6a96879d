"""Site folders for tests: the small base, with some of its files replaced."""

from __future__ import annotations

import shutil
from pathlib import Path

from collector.problem import Problem, as_text
from provisioning import site

HERE = Path(__file__).parent
BASE = HERE / "base"


def folder(target: Path, overlay: Path | None = None, **texts: str) -> Path:
    """A copy of the base; `site_yaml=…` and its like replace one file."""
    shutil.copytree(BASE, target)
    if overlay is not None:
        for path in overlay.glob("*.[cy]*"):
            shutil.copyfile(path, target / path.name)
    for name, text in texts.items():
        (target / name.replace("_", ".")).write_text(text, "utf-8")
    return target


def said(problems: list[Problem], where: Path) -> str:
    """The problems as a user reads them who stands in the site folder."""
    return as_text(problems).replace(f"{where}/", "")


def good(where: Path) -> site.Site:
    found, problems = site.load(where)
    assert found is not None, as_text(problems)
    return found
