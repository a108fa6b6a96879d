"""A real game from Debian on a pseudo-terminal: it needs neither a screen nor a graphics card."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from typing import Self

NAME = "moon-buggy"
PATH = f"/usr/games/{NAME}"


class Game:
    """Runs when the constructor returns; FileNotFoundError where it is not installed."""

    def __init__(self) -> None:
        program = shutil.which(NAME) or shutil.which(PATH)
        if program is None:
            raise FileNotFoundError(f"{NAME} is not installed: apt-get install {NAME}")
        self.program = program
        self._screen, terminal = os.openpty()
        self.process = subprocess.Popen(
            [program],
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            env={"TERM": "xterm", "HOME": "/nonexistent"},
            start_new_session=True,
        )
        os.close(terminal)
        threading.Thread(target=self._watch, name=NAME, daemon=True).start()

    def _watch(self) -> None:
        """Somebody must read what it draws, or it would wait for ever."""
        try:
            while os.read(self._screen, 65_536):
                pass
        except OSError:  # the game is over
            pass

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._screen)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
