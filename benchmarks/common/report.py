"""How every benchmark says what it claims, on which machine, and keeps the figures."""

import json
import os
import platform
import sys
from pathlib import Path
from typing import Any

from collector.clock import SystemClock


def head(claim: str) -> dict[str, str]:
    return {
        "claim": claim,
        "command": " ".join(["python", f"benchmarks/{Path(sys.argv[0]).name}", *sys.argv[1:]]),
        "date": SystemClock().wall().date().isoformat(),
        "machine": (
            f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
        ),
    }


def write(path: Path, report: dict[str, Any]) -> None:
    """To a file, and to who looks on."""
    text = json.dumps(report, indent=2, ensure_ascii=False) + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    print(text, end="")
