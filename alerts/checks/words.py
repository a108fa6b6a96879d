"""policy/words: what stands in braces in a sentence is known, and what Grafana makes of all texts can be read."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

from alerts.compile import compile_policy, placeholders
from alerts.engine import template

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alerts.bench import Bench
    from alerts.policy import Policy
    from collector.problem import Problem

NAME = "policy/words"
_BRACED = re.compile(r"\{([^{}]*)\}")


def check(policy: Policy, bench: Bench) -> Iterator[Problem]:
    known = sorted({*placeholders(policy), "over", "lasting"})
    for language in ("vi", "en"):
        words = policy.says.say(language)
        for name in dict.fromkeys(_BRACED.findall(words)):
            if name not in known:
                close = difflib.get_close_matches(name, known, 1)
                near = f", perhaps {{{close[0]}}}" if close else ""
                listed = ", ".join(f"{{{one}}}" for one in known)
                yield policy.problem(
                    NAME,
                    ("says", language),
                    f"nothing is known as {{{name}}}",
                    f"write one of {listed}{near}",
                )
        if re.search(r"[{}]", _BRACED.sub("", words)):
            yield policy.problem(
                NAME, ("says", language), "a brace stands alone", "close it, as in {value}; or leave it out"
            )
    rule = compile_policy(policy, bench.context)
    if rule is None:
        return
    for kind, texts in (("annotation", rule.annotations), ("label", rule.labels)):
        for name, text in sorted(texts.items()):
            for fault in template.problems(text):
                yield policy.problem(
                    NAME,
                    ("id",),
                    f"Grafana cannot read its {kind} {name!r}: {fault}",
                    "change the text behind it",
                )
            if kind == "label" and template.uses(text).by_value:
                yield policy.problem(
                    NAME,
                    ("id",),
                    f"its label {name!r} changes with the value: it would be a new instance each time",
                    "say the value in an annotation",
                )
