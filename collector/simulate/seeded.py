"""Chance that is the same whenever and wherever it is asked for: by the seed and what it is about."""

from __future__ import annotations

from random import Random


def seeded(*about: object) -> Random:
    """The same walk for the same words, whichever other walks there are."""
    return Random("/".join(map(str, about)))  # noqa: S311 - a walk that can be repeated, no secret


def chosen(share: float, *about: object) -> bool:
    """Whether it falls into a share of all that might be asked about; the greater share holds the smaller."""
    return seeded(*about).random() < share
