"""What is wrong in a rule's queries and expressions: what Grafana would ignore, refuse or send on as it stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from alerts.engine import expressions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from alerts.engine.files import Node
    from collector.document import Document, Key
    from collector.problem import Problem

_COMMON = {"refId", "datasource", "intervalMs", "maxDataPoints", "hide"}
_QUERY = _COMMON | {"rawQuery", "query", "resultFormat", "policy", "alias"}
# Of the visual editor: ignored beside a raw query.
_VISUAL = {"tz", "limit", "slimit", "orderByTime", "measurement", "select", "tags", "groupBy"}
_EXPRESSION = {
    "reduce": {"expression", "reducer", "settings"},
    "threshold": {"expression", "conditions"},
    "math": {"expression"},
    "resample": {"expression", "window", "downsampler", "upsampler"},
    "classic_conditions": {"conditions"},
}
_MACROS = {"timeFilter", "interval", "__interval", "__interval_ms"}
_MACRO = re.compile(r"\$(\{|[A-Za-z_][A-Za-z0-9_]*)")
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")


def node_faults(
    document: Document, key: Key, node: Node, refs: Sequence[str], condition: str
) -> Iterator[Problem]:
    model = (*key, "model")
    fault = _fault(node, refs, condition)
    if fault is not None:
        summary, _, details = fault.partition("; ")
        yield document.problem("grafana/query", model, summary, details)
    known = _EXPRESSION.get(str(node.model.get("type")), set()) | _COMMON | {"type"}
    for name in node.model:
        if name not in (known if node.is_expression else _QUERY):
            yield document.problem(
                "grafana/query", (*model, name), *_unknown(str(name), is_query=not node.is_expression)
            )
    yield from _twice(document, model, node)
    if not node.is_expression and isinstance(node.model.get("query"), str):
        for summary, details in _query_faults(node.model):
            yield document.problem("grafana/query", (*model, "query"), summary, details)


def _unknown(name: str, *, is_query: bool) -> tuple[str, str]:
    if is_query and name in _VISUAL:
        return f"{name!r} is of the visual editor, and ignored beside a raw query", "write it in the query"
    return f"{name!r} is no key of a model", "remove it: Grafana would ignore it"


def _fault(node: Node, refs: Sequence[str], condition: str) -> str | None:
    if node.is_expression:
        return expressions.fault(node.model, refs, condition)
    span = node.relative_time_range
    if span is None or span.since <= span.until:
        return "a query needs a time range; write `relativeTimeRange: {from: 120, to: 0}`"
    if node.model.get("rawQuery") is not True or not isinstance(node.model.get("query"), str):
        return "Grafana would build the query from its visual keys; write `rawQuery: true` and `query`"
    if node.model.get("resultFormat", "time_series") != "time_series":
        return "a rule cannot read a table; write `resultFormat: time_series`"
    return None


def _twice(document: Document, key: Key, node: Node) -> Iterator[Problem]:
    """What stands in the node and again in its model must be the same."""
    ref = node.model.get("refId", node.ref_id)
    if ref != node.ref_id:
        fault = f"the model is {ref!r}, and its node {node.ref_id!r}"
        yield document.problem("grafana/query", (*key, "refId"), fault, "write the same letter in both")
    source = node.model.get("datasource", {})
    uid = source.get("uid", node.datasource_uid) if isinstance(source, dict) else source
    if uid != node.datasource_uid:
        fault = f"the model asks {uid!r}, and its node {node.datasource_uid!r}"
        yield document.problem("grafana/query", (*key, "datasource"), fault, "write the same uid in both")


def _query_faults(model: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    bare = _QUOTED.sub("''", model["query"])
    if ";" in bare.rstrip().removesuffix(";"):
        yield "Grafana reads the answer to the first statement alone", "write one statement"
    for match in _MACRO.finditer(bare):
        if match[1] not in _MACROS:
            yield (
                f"{match[0]!r} is no macro of a rule, and would reach InfluxDB as it is",
                f"write one of ${', $'.join(sorted(_MACROS))}",
            )
    if "$__interval" in bare and "intervalMs" not in model:
        yield "without `intervalMs` an interval is one second in a rule", "write time(1m), say"
