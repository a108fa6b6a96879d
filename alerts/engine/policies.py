"""What is wrong in a notification policy that each of its routes alone does not show: names of nothing, a root that narrows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.engine.names import given
from alerts.engine.routes import ALL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from alerts.engine.files import AlertingFile
    from alerts.engine.routes import Root, Route
    from collector.document import Document, Key
    from collector.problem import Problem

_ROOT_HAS_NO = (
    "match",
    "match_re",
    "matchers",
    "object_matchers",
    "mute_time_intervals",
    "active_time_intervals",
    "continue",
)


def faults(
    files: Sequence[tuple[Document, AlertingFile]], documents: Sequence[Document]
) -> Iterator[Problem]:
    """Of all files of a folder together: a policy may name what stands in another file, be that without fault or not."""
    receivers = given(documents, "contactPoints", "name")
    times = given(documents, "muteTimes", "name")
    seen: dict[int, str] = {}
    for document, content in files:
        for i, root in enumerate(content.policies):
            yield from _root_faults(document, ("policies", i), root)
            yield from _route_faults(document, ("policies", i), root, receivers, times)
            if root.org_id in seen:
                fault = f"organisation {root.org_id} has a policy in {seen[root.org_id]} too"
                yield document.problem(
                    "grafana/policy", ("policies", i), fault, "keep one: the last replaces the others"
                )
            seen[root.org_id] = document.path


def _root_faults(document: Document, key: Key, root: Root) -> Iterator[Problem]:
    if not root.receiver:
        yield document.problem(
            "grafana/receiver", key, "the root names no contact point", "write `receiver: <its name>`"
        )
    given = document.data
    for step in key:
        given = given[step]
    for name in _ROOT_HAS_NO:
        if given.get(name):
            yield document.problem(
                "grafana/policy",
                (*key, name),
                f"the root takes every alert, and may have no `{name}`",
                "write it on a route below",
            )


def _route_faults(
    document: Document, key: Key, route: Route, receivers: set[str], times: set[str]
) -> Iterator[Problem]:
    if route.receiver and route.receiver not in receivers:
        fault = f"no contact point is named {route.receiver!r}"
        yield document.problem("grafana/receiver", (*key, "receiver"), fault, "name one of these files")
    for name in ("mute_time_intervals", "active_time_intervals"):
        for i, wanted in enumerate(getattr(route, name)):
            if wanted not in times:
                fault = f"no mute time is named {wanted!r}"
                yield document.problem(
                    "grafana/mute-time", (*key, name, i), fault, "name one of `muteTimes` of these files"
                )
    for i, label in enumerate(route.group_by):
        place = (*key, "group_by", i)
        if label in route.group_by[:i]:
            yield document.problem("grafana/policy", place, f"{label!r} stands twice", "keep one of them")
        elif label == ALL and len(route.group_by) > 1:
            yield document.problem(
                "grafana/policy",
                place,
                "'...' groups by all labels, and stands beside others",
                "write it alone",
            )
    for i, child in enumerate(route.routes):
        yield from _route_faults(document, (*key, "routes", i), child, receivers, times)
