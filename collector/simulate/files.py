"""How many connections one process may hold."""

from __future__ import annotations

import resource

RESERVE = 100  # files that a process opens besides its sockets


def make_room(pcs: int) -> None:
    """Raise the soft limit of open files to the hard one. ValueError where that is too low for so many PCs.

    A PC is one file: paho makes its pair of sockets only for a loop of its own, which here it has none of.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and pcs + RESERVE > hard:
        raise ValueError(
            f"{pcs} PCs need as many open files, and a process here may have {hard};"
            f" split the fleet into processes of {hard - RESERVE} PCs at most"
        )
    wanted = max(soft, pcs + RESERVE) if hard == resource.RLIM_INFINITY else hard
    if soft != wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
