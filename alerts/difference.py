"""What should fire and what does, compared: instance by instance, and word by word where they say something else."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from alerts.story import Contains

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from alerts.story import Firing

_SHOWN = ("venue", "pc", "place", "class")
_HOW = ("severity", "audience")
_HIDDEN = ("alertname", "grafana_folder", *_HOW)


@dataclass(frozen=True)
class Fires:
    """An instance that fires: its labels, the number that was compared, and what is said of it."""

    labels: Mapping[str, str]
    value: float | None = None
    annotations: Mapping[str, str] = field(default_factory=dict)


def compare(wanted: Sequence[Firing], got: Sequence[Fires]) -> list[str]:
    """A line a difference; none where exactly these instances fire and say what they should."""
    lines = [f"should fire, but does not: {show(want.labels)}" for want in wanted if not _of(want, got)]
    lines += [
        f"fires, but should not:     {show(fires.labels)}"
        for fires in got
        if not any(_named(want, fires) for want in wanted)
    ]
    for want in wanted:
        for fires in _of(want, got):
            lines += [f"{show(fires.labels)}: {line}" for line in _said(want, fires)]
    return lines


def show(labels: Mapping[str, str]) -> str:
    """The subject first; the rule's own labels only where there is nothing else."""
    names = [name for name in _SHOWN if name in labels]
    names += [name for name in sorted(labels) if name not in (*_SHOWN, *_HIDDEN, "policy")]
    names = [name for name in names if not name.startswith("__")] or [n for n in ("policy",) if n in labels]
    return ", ".join(f"{name}={labels[name]}" for name in names)


def _of(want: Firing, got: Sequence[Fires]) -> list[Fires]:
    return [fires for fires in got if _named(want, fires)]


def _named(want: Firing, fires: Fires) -> bool:
    """By the labels of its subject; how serious it is, is compared afterwards."""
    subject = {name: value for name, value in want.labels.items() if name not in _HOW}
    return (subject or want.labels).items() <= fires.labels.items()


def _said(want: Firing, fires: Fires) -> Iterator[str]:
    for name in _HOW:
        wanted, label = want.labels.get(name), fires.labels.get(name)
        if wanted is not None and wanted != label:
            yield f"its {name} is {label}, not {wanted}"
    if want.value is not None and not _equal(want.value, fires.value):
        yield f"its value is {_number(fires.value)}, not {_number(want.value)}"
    for name, words in want.annotations.items():
        said = fires.annotations.get(name)
        if said is None:
            yield f"it has no annotation {name!r}, but {', '.join(sorted(fires.annotations))}"
        elif isinstance(words, Contains):
            if words.contains not in said:
                yield f"its {name} does not contain {words.contains!r}:\n  {said}"
        elif words != said:
            yield f"its {name} is not as expected ([-missing-] {{+too much+}}):\n  {word_by_word(words, said)}"


def _equal(wanted: float, value: float | None) -> bool:
    return value is not None and math.isclose(wanted, value, rel_tol=1e-9, abs_tol=1e-9)


def word_by_word(expected: str, said: str) -> str:
    """One text with what is missing in `[-…-]` and what is too much in `{+…+}`."""
    a, b = expected.split(" "), said.split(" ")
    found: list[str] = []
    for what, i, j, k, n in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if what == "equal":
            found += a[i:j]
            continue
        if i < j:
            found.append(f"[-{' '.join(a[i:j])}-]")
        if k < n:
            found.append(f"{{+{' '.join(b[k:n])}+}}")
    return " ".join(found)


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:g}"
