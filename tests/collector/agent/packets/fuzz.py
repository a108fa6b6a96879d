"""The long form of test_fuzz.py: bent real packets for as long as one likes.

.venv/bin/python tests/collector/agent/packets/fuzz.py [--seconds 60] [--seed 1]

Each round is a reader that is fed bent packets of all captures; when something goes wrong the round's seed is
said, and `--seed` with it shows the same again.
"""

import argparse
import importlib.util
import json
import random
import sys
import time
from pathlib import Path
from types import ModuleType

HERE = Path(__file__).parent
ROUND = 3000  # frames


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int)
    options = parser.parse_args()
    conftest, test = load("conftest"), load("test_fuzz")
    about = json.loads((conftest.CAPTURES / "expected.json").read_text("utf-8"))["files"]
    captures = [list(conftest.Capture(file).frames()) for file in about]
    end = time.perf_counter() + options.seconds
    seed, rounds, slowest = options.seed or random.randrange(2**32), 0, 0.0
    while True:
        try:
            slowest = max(slowest, test.play(captures, seed, ROUND))
        except Exception:
            print(f"seed {seed}", file=sys.stderr)
            raise
        rounds += 1
        if options.seed is not None or time.perf_counter() > end:
            break
        seed = random.randrange(2**32)
    print(f"{rounds} rounds of {ROUND} frames; the slowest frame took {slowest * 1000:.1f} ms")


if __name__ == "__main__":
    main()
