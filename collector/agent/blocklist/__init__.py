"""The list of domains on a PC: hashes without names, looked up in a mapped file, replaced while in use."""

from collector.agent.blocklist.current import Current
from collector.agent.blocklist.layout import HINT, VIOLATION, DamagedError, Group
from collector.agent.blocklist.lookup import Hit, List

__all__ = ["HINT", "VIOLATION", "Current", "DamagedError", "Group", "Hit", "List"]
