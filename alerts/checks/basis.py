"""policy/basis: a policy names its law, the same in both languages, and only informs where nobody has read it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from alerts.bench import told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alerts.bench import Bench
    from alerts.policy import Policy
    from collector.problem import Problem

NAME = "policy/basis"
_LAW = re.compile(r"(?<![0-9/])([0-9]{1,3}/[0-9]{4})\b")  # 147/2024, in any language, but not 01/07/2026


def laws(text: str) -> tuple[str, ...]:
    """Number and year of each that a text names, in its order and once."""
    return tuple(dict.fromkeys(_LAW.findall(text)))


def check(policy: Policy, bench: Bench) -> Iterator[Problem]:
    if policy.basis.confidence == "supervision":
        return
    vi, en = laws(policy.basis.vi), laws(policy.basis.en)
    for language, found in (("vi", vi), ("en", en)):
        if not found:
            yield policy.problem(
                NAME,
                ("basis", language),
                "names no law by number and year",
                "write for example Decree 147/2024, Article 5; or `confidence: supervision` where none is broken",
            )
    if vi and en and set(vi) != set(en):
        yield policy.problem(
            NAME,
            ("basis", "en"),
            f"names {', '.join(en)}, but in Vietnamese {', '.join(vi)}",
            "name the same laws in both languages",
        )
    if bench.context.severity(policy) != policy.severity:
        yield told(
            policy.problem(
                NAME,
                ("severity",),
                f"severity {policy.severity} is info here: nobody has confirmed its legal basis",
                f'once it was read, write in site.yaml `alerting: {{confirmed: {{{policy.id}: "what was read"}}}}`',
            )
        )
