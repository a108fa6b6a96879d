"""A small disk of its own that can be filled: tmpfs, which only root may mount."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Self

_PIECE = 1024 * 1024  # bytes


def impossible() -> str:
    """Why this process can make none; empty where it can."""
    if os.geteuid() != 0:
        return "only root may mount a small disk"
    with tempfile.TemporaryDirectory() as folder:
        tried = subprocess.run(
            ["mount", "-t", "tmpfs", "none", folder], check=False, capture_output=True, text=True
        )
        if tried.returncode == 0:
            _unmount(Path(folder))
            return ""
        return f"no tmpfs can be mounted here: {tried.stderr.strip()}"


class SmallDisk:
    """Mounted on `folder`, which is made, when the constructor returns. A context manager that unmounts it."""

    def __init__(self, folder: Path, size: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._ballast = folder / "ballast"
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(folder)],
            check=True,
            capture_output=True,
        )

    @property
    def room(self) -> int:
        """Bytes."""
        return shutil.disk_usage(self.folder).free

    def fill(self) -> None:
        """Take all room that is left. To be repeated: what is deleted meanwhile makes new room."""
        with self._ballast.open("ab") as file, suppress(OSError):
            while room := self.room:
                # In pieces, since one that does not fit is refused whole.
                os.posix_fallocate(file.fileno(), file.seek(0, os.SEEK_END), min(room, _PIECE))

    def free(self) -> None:
        self._ballast.unlink(missing_ok=True)

    def close(self) -> None:
        _unmount(self.folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _unmount(folder: Path) -> None:
    # Lazily: whatever still has a file open there does not keep the mount in the tree.
    subprocess.run(["umount", "--lazy", str(folder)], check=True, capture_output=True)
