"""`policy`: a browser's managed policies do not say what the site wants, or switch DoH on themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.agent.blindness.evidence import Blindness

if TYPE_CHECKING:
    from collections.abc import Iterator

    from collector.agent.blindness.evidence import Evidence, Wanted

REASON = "policy"
FEATURES = ("doh", "quic", "ech")
WORDS = {True: "on", None: "unset"}


def judge(evidence: Evidence, wanted: Wanted) -> Iterator[Blindness]:
    """Of browsers that are installed or run. What is unset counts only where the site wants it set.

    Looks like it and is none: an unmanaged browser on a site that asks for no policies.
    """
    faults = []
    for policy in evidence.policies:
        wrong = [
            f"{feature} {WORDS[value]}"
            for feature in FEATURES
            if (value := getattr(policy, feature)) is not False
            and (feature in wanted.off or (feature == "doh" and value))
        ]
        if wrong:
            faults.append(f"{policy.browser}: {', '.join(wrong)}")
    if faults:
        yield Blindness(REASON, "; ".join(faults))
