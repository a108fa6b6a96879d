"""Who is in a fleet: every PC of its venues, each with chances of its own, and the twins that some liars bring."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from collector.simulate.guest import Guest
from collector.simulate.lies import HONEST, CloneSpool, Lie, Unregistered, lie_of
from collector.simulate.metered import Metered
from collector.simulate.pc import SimulatedPC, SimulatedVenue
from collector.simulate.seeded import seeded
from collector.simulate.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from random import Random

    from collector.agent.delivery import Pace
    from collector.clock import Clock
    from collector.simulate.spool import Spooling


class Crew:
    """What a PC is depends on the seed and its name alone, so that a fleet can be split over processes.

    Only the ids of streams are chance: a second run must not number the first one's streams again.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        seed: int,
        every: int,
        pace: Pace,
        looks: bool,
        spool: Callable[[], Spooling],
        liars: Mapping[str, float],
        settled: Callable[[], bool],
    ) -> None:
        self.tallies: dict[str, Tally] = defaultdict(Tally)  # by the name of the lie
        self._clock = clock
        self._seed = seed
        self._every = every
        self._pace = pace
        self._looks = looks
        self._spool = spool
        self._liars = liars
        self._settled = settled
        self._venues: tuple[str, ...] = ()

    def muster(self, venues: Sequence[SimulatedVenue]) -> Iterator[SimulatedPC]:
        self._venues = tuple(venue.id for venue in venues)
        for venue in venues:
            for name in venue.pcs:
                yield from self._with_twin(venue, name)

    def _with_twin(self, venue: SimulatedVenue, name: str) -> Iterator[SimulatedPC]:
        lie = lie_of(self._liars, self._seed, "lie", venue.id, name)
        if not lie.twin:
            yield self._pc(venue, name, self._spool(), lie)
            return
        # Beside a copy of its own spool the PC itself cannot be whole either: each takes the other's acks.
        copied = isinstance(lie, CloneSpool)
        first = self._pc(venue, name, self._spool(), lie if copied else HONEST)
        spool = self._spool()
        if copied:
            spool.stream = first.spool.stream
        yield first
        yield self._pc(venue, f"{name}x" if isinstance(lie, Unregistered) else name, spool, lie, twin=True)

    def _pc(
        self, venue: SimulatedVenue, name: str, spool: Spooling, lie: Lie, *, twin: bool = False
    ) -> SimulatedPC:
        about = (self._seed, venue.id, name, twin)
        tally = self.tallies[lie.name]
        tally.pcs += 1
        random = seeded("pc", *about)
        return SimulatedPC(
            venue,
            name,
            guest=Guest(seeded("guest", *about), venue.habits, self._looks),
            clock=self._clock,
            random=random,
            pace=self._pace,
            spool=spool,
            metered=Metered(spool, tally, self._clock, self._settled),
            tally=tally,
            every=self._every,
            lie=lie,
            another_venue=self._another(venue.id, random),
        )

    def _another(self, venue: str, random: Random) -> str:
        """A venue that it is not; where there is no other, one that nobody knows."""
        drawn = random.choice(self._venues)
        if drawn != venue:
            return drawn
        return next((other for other in self._venues if other != venue), "nowhere")
