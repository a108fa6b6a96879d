"""Whether each registered PC is observed, and why not: a verdict a minute, so that absence is a signal."""

from collector.presence.process import Presencer

__all__ = ["Presencer"]
