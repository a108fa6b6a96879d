"""From a site to the files of its deployment: plan them, show what would change, write them."""

from __future__ import annotations

import difflib
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from provisioning import files
from provisioning.targets import TARGETS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from provisioning.site import Site

# In the output folder: which files quannet wrote there, so that it removes its own and no others.
MANIFEST = "MANIFEST"


def plan(site: Site) -> dict[str, str]:
    """Every file of the deployment, text by path, sorted."""
    texts: dict[str, str] = {}
    for render in TARGETS:
        for path, text in render(site).items():
            assert path not in texts, f"two targets write {path}"
            texts[path] = text
    texts[MANIFEST] = "".join(f"{path}\n" for path in sorted(texts))
    return dict(sorted(texts.items()))


def diff(planned: Mapping[str, str], folder: Path) -> str:
    """A unified diff from what the folder holds to what is planned; empty where they agree."""
    parts: list[str] = []
    for path in sorted({*planned, *_stale(planned, folder)}):
        before, after = _read(folder / path), planned.get(path)
        if before == after:
            continue
        parts += difflib.unified_diff(
            [] if before is None else before.splitlines(keepends=True),
            [] if after is None else after.splitlines(keepends=True),
            "/dev/null" if before is None else path,
            "/dev/null" if after is None else path,
        )
    return "".join(parts)


def is_current(planned: Mapping[str, str], folder: Path) -> bool:
    return not _stale(planned, folder) and all(_read(folder / path) == text for path, text in planned.items())


def apply(planned: Mapping[str, str], folder: Path) -> list[str]:
    """Write what differs and remove what quannet once wrote there and no longer plans; the paths touched.

    Each file changes at once or not at all. The manifest comes last but grows first: a run that is cut
    short leaves no file behind that a later run would not know as its own.
    """
    stale = _stale(planned, folder)
    touched = [path for path, text in planned.items() if path != MANIFEST and _read(folder / path) != text]
    if touched or stale or _read(folder / MANIFEST) != planned[MANIFEST]:
        both = sorted({*planned, *stale} - {MANIFEST})
        _write(folder, MANIFEST, "".join(f"{path}\n" for path in both))
        for path in touched:
            _write(folder, path, planned[path])
        for path in stale:
            _remove(folder, path)
        _write(folder, MANIFEST, planned[MANIFEST])
    return sorted([*touched, *stale])


def _stale(planned: Mapping[str, str], folder: Path) -> list[str]:
    """Files of an earlier run that are planned no longer. What points out of the folder is not ours."""
    known = (_read(folder / MANIFEST) or "").splitlines()
    return sorted(
        path
        for path in known
        if path not in planned
        and not PurePosixPath(path).is_absolute()
        and ".." not in PurePosixPath(path).parts
        and (folder / path).is_file()
    )


def _read(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8", "replace")
    except FileNotFoundError:
        return None


def _write(folder: Path, path: str, text: str) -> None:
    # Other programs' users read these files; no secret stands in them.
    files.write(folder / path, text.encode(), files.PUBLIC)


def _remove(folder: Path, path: str) -> None:
    (folder / path).unlink(missing_ok=True)
    for parent in (folder / path).parents:
        if parent == folder or any(parent.iterdir()):
            return
        parent.rmdir()
