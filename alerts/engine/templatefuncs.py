"""The functions that Go, Prometheus and Grafana give to the templates of labels and annotations."""

from __future__ import annotations

import html
import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus, urlsplit

from alerts import duration
from alerts.engine import gore
from alerts.engine.gotext import Missing, kind, significant, sprint, sprintf, two_digits
from alerts.engine.templatelex import TemplateError
from collector.clock import at_second

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class MisuseError(TemplateError):
    """A function given what it never takes: wrong whatever the labels and values are."""


class LabelMap(dict[str, str]):
    """Labels, which print as `pc=07, venue=yb-0012`."""

    def __str__(self) -> str:
        return ", ".join(f"{name}={value}" for name, value in sorted(self.items()))


@dataclass(frozen=True)
class Captured:
    """What stands under `$values.B`: prints with two significant digits, 12345.6 as 12346 and 2 as 2.0."""

    Labels: LabelMap
    Value: float

    def __str__(self) -> str:
        return two_digits(self.Value)


@dataclass(frozen=True)
class Function:
    """`takes` has a letter an argument: s a text, n anything, m labels, v the values; `*` any number more."""

    call: Callable[..., Any]
    takes: str = ""

    def __call__(self, name: str, arguments: Sequence[Any]) -> Any:
        fewest = len(self.takes.rstrip("*"))
        if len(arguments) < fewest or (len(arguments) > fewest and not self.takes.endswith("*")):
            raise MisuseError(f"{name} takes {fewest} argument(s), not {len(arguments)}")
        for letter, value in zip(self.takes, arguments, strict=False):
            wanted = _TYPES.get(letter)
            if wanted is not None and not isinstance(value, wanted):
                what = TemplateError if isinstance(value, Missing) else MisuseError
                raise what(f"{name} takes a {_NAMES[letter]}, not {kind(value)}")
        try:
            return self.call(*arguments)
        except TemplateError:
            raise
        except (ValueError, ArithmeticError) as fault:
            raise TemplateError(f"{name}: {fault}") from None


_TYPES: dict[str, type | tuple[type, ...]] = {"s": str, "m": LabelMap, "v": dict}
_NAMES = {"s": "text", "m": "map of labels", "v": "map of values"}


def to_float(value: Any) -> float:
    """As Prometheus' functions take a number: texts are read."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, str):
        raise TemplateError(f"{kind(value)} is no number")
    try:
        return float(value)
    except ValueError:
        raise TemplateError(f"{value!r} is no number") from None


def _scaled(value: float, prefixes: str, step: float) -> str:
    """1234567 as 1.235M: as many steps as leave one to three digits."""
    prefix = ""
    for letter in prefixes:
        if (abs(value) < step) if step > 1 else (abs(value) >= 1):
            break
        prefix = letter
        value = value / step if step > 1 else value * 1000
    return f"{significant(value)}{prefix}"


def humanize(argument: Any) -> str:
    value = to_float(argument)
    if value == 0 or not math.isfinite(value):
        return significant(value)
    return _scaled(value, "kMGTPEZY", 1000) if abs(value) >= 1 else _scaled(value, "munpfazy", 1)


def humanize1024(argument: Any) -> str:
    value = to_float(argument)
    if abs(value) <= 1 or not math.isfinite(value):
        return significant(value)
    shown = _scaled(value, "kMGTPEZY", 1024)
    return shown + "i" if shown[-1].isalpha() else shown


def humanize_duration(argument: Any) -> str:
    value = to_float(argument)
    if not math.isfinite(value):
        return significant(value)
    if value == 0:
        return "0s"
    if abs(value) < 1:
        return _scaled(value, "munpfazy", 1) + "s"
    sign, whole = "-" if value < 0 else "", int(abs(value))
    parts = [(whole // 86400, "d"), (whole // 3600 % 24, "h"), (whole // 60 % 60, "m"), (whole % 60, "s")]
    first = next(i for i, (count, _) in enumerate(parts) if count)
    if first == 3:
        return f"{sign}{significant(abs(value))}s"
    return sign + " ".join(f"{count}{unit}" for count, unit in parts[first:])


def humanize_timestamp(argument: Any) -> str:
    """As Go prints a moment in UTC, to the millisecond: 2026-03-02 15:00:00 +0000 UTC."""
    value = to_float(argument)
    if not math.isfinite(value):
        return significant(value)
    try:
        at = at_second(math.trunc(value * 1000) / 1000)
    except (ValueError, OverflowError, OSError):
        raise TemplateError(f"{value} is no moment") from None
    fraction = f".{round(at.microsecond / 1000):03}".rstrip("0") if at.microsecond else ""
    return f"{at:%Y-%m-%d %H:%M:%S}{fraction} +0000 UTC"


def title(text: str) -> str:
    """The first letter of each word large; a word is letters, digits and _."""
    return "".join(
        letter.upper() if not i or not (text[i - 1].isalnum() or text[i - 1] == "_") else letter
        for i, letter in enumerate(text)
    )


def strip_port(address: str) -> str:
    host, colon, port = address.rpartition(":")
    if not colon or "]" in port or (":" in host and not host.startswith("[")):
        return address
    return host[1:-1] if host.startswith("[") and host.endswith("]") else host


def _parse_duration(text: str) -> float:
    try:
        return duration.parse(text).total_seconds()
    except ValueError as fault:
        raise TemplateError(str(fault)) from None


def _matching(labels: Mapping[str, str], wanted: Callable[[str], bool]) -> LabelMap:
    return LabelMap({name: value for name, value in labels.items() if wanted(name)})


def _merge(values: Mapping[str, Captured]) -> LabelMap:
    merged: dict[str, set[str]] = {}
    for value in values.values():
        for name, label in value.Labels.items():
            merged.setdefault(name, set()).add(label)
    return LabelMap({name: ", ".join(sorted(found)) for name, found in merged.items()})


def _link(text: str, *, instant: bool) -> str:
    try:
        asked = json.loads(text)
        source, query = (json.dumps(quote_plus(str(asked[key]))) for key in ("datasource", "expr"))
    except (ValueError, KeyError, TypeError):
        return ""
    shape = f'"instant":{json.dumps(instant)},"range":{json.dumps(not instant)}'
    return (
        f'/explore?left={{"datasource":{source},"queries":[{{"datasource":{source},"expr":{query},{shape},'
        '"refId":"A"}],"range":{"from":"now-1h","to":"now"}}'
    )


def _index(item: Any, *keys: Any) -> Any:
    """A key that is not there is the type's own nothing: an empty text, or the value 0."""
    for key in keys:
        if not isinstance(item, dict):
            raise TemplateError(f"index of {kind(item)}")
        if not isinstance(key, str):
            raise MisuseError(f"index of a map takes a text, not {kind(key)}")
        if key in item:
            item = item[key]
        elif isinstance(item, LabelMap):
            item = ""
        else:
            item = Captured(LabelMap(), 0.0)
    return item


def _length(item: Any) -> int:
    if isinstance(item, str):
        return len(item.encode())
    if isinstance(item, dict | list):
        return len(item)
    raise TemplateError(f"len of {kind(item)}")


def _first(*_: Any) -> Any:
    raise TemplateError("first() of a query without results; Grafana's `query` never has any")


def _no_sample(*_: Any) -> Any:
    raise MisuseError("Grafana's `query` never gives a sample")


FUNCTIONS: dict[str, Function] = {
    "args": Function(lambda *given: {f"arg{i}": value for i, value in enumerate(given)}, "*"),
    "filterLabels": Function(lambda labels, name: _matching(labels, lambda n: n == name), "ms"),
    "filterLabelsRe": Function(
        lambda labels, form: _matching(labels, lambda n: bool(gore.compiled(form).search(n))), "ms"
    ),
    "first": Function(_first, "n"),
    "graphLink": Function(lambda text: _link(text, instant=False), "s"),
    "html": Function(
        lambda *given: html.escape(sprint(*given)).replace("&quot;", "&#34;").replace("&#x27;", "&#39;"), "*"
    ),
    "humanize": Function(humanize, "n"),
    "humanize1024": Function(humanize1024, "n"),
    "humanizeDuration": Function(humanize_duration, "n"),
    "humanizePercentage": Function(lambda given: significant(to_float(given) * 100) + "%", "n"),
    "humanizeTimestamp": Function(humanize_timestamp, "n"),
    "index": Function(_index, "n*"),
    "label": Function(_no_sample, "sn"),
    "len": Function(_length, "n"),
    "match": Function(lambda form, text: bool(gore.compiled(form).search(text)), "ss"),
    "mergeLabelValues": Function(_merge, "v"),
    "parseDuration": Function(_parse_duration, "s"),
    "print": Function(sprint, "*"),
    "printf": Function(sprintf, "s*"),
    "println": Function(lambda *given: " ".join(sprint(value) for value in given) + "\n", "*"),
    "query": Function(lambda _: [], "s"),
    "reReplaceAll": Function(gore.replace_all, "sss"),
    "removeLabels": Function(lambda labels, name: _matching(labels, lambda n: n != name), "ms"),
    "removeLabelsRe": Function(
        lambda labels, form: _matching(labels, lambda n: not gore.compiled(form).search(n)), "ms"
    ),
    "safeHtml": Function(lambda text: text, "s"),
    "sortByLabel": Function(lambda _, found: found, "sn"),
    "stripPort": Function(strip_port, "s"),
    "strvalue": Function(_no_sample, "n"),
    "tableLink": Function(lambda text: _link(text, instant=True), "s"),
    "title": Function(title, "s"),
    "toLower": Function(lambda text: text.lower(), "s"),
    "toUpper": Function(lambda text: text.upper(), "s"),
    "urlquery": Function(lambda *given: quote_plus(sprint(*given)), "*"),
    "value": Function(_no_sample, "n"),
}


def of_address(external_url: str) -> dict[str, Function]:
    """The two that give Grafana's own address."""
    path = urlsplit(external_url).path
    return {"externalURL": Function(lambda: external_url), "pathPrefix": Function(lambda: path)}
