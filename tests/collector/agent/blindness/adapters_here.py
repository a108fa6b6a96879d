"""Says which adapters there are in the network in which it runs: name, kind, whether it is the way out."""

import sys

from collector.agent.blindness.collect import adapters
from collector.agent.blindness.surroundings import LinuxSurroundings

if __name__ == "__main__":
    seen = [a for a in adapters(LinuxSurroundings()) if a.name not in {"lo", "e1"}]
    sys.stdout.write(",".join(f"{a.name} {a.kind or '-'} {a.outgoing}" for a in seen))
