"""A fleet of PCs from a seed, speaking the real protocol over a real broker, in one thread of one process."""

from collector.simulate.cuts import Cut
from collector.simulate.fleet import Fleet
from collector.simulate.guest import Habits
from collector.simulate.pc import SimulatedPC, SimulatedVenue
from collector.simulate.spool import LeanSpool

__all__ = ["Cut", "Fleet", "Habits", "LeanSpool", "SimulatedPC", "SimulatedVenue"]
