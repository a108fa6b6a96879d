"""The notification policy: its tree of routes as the file has it, what each inherits, and which of them an alert takes."""

from __future__ import annotations

import re
from dataclasses import dataclass as plain
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field
from pydantic.dataclasses import dataclass

from alerts.engine.scalars import SNAKE, Duration, Expanded, NonZero, OrgId, expanded

if TYPE_CHECKING:
    from collections.abc import Mapping

ALL = "..."  # as the only label to group by: each instance is a group
Operator = Literal["=", "!=", "=~", "!~"]
_TEXT = re.compile(r"\s*([A-Za-z_:][A-Za-z0-9_:]*)\s*(=~|!~|!=|=)\s*(.*?)\s*", re.DOTALL)
# What Python's expressions can and RE2's cannot.
_BEYOND_RE2 = re.compile(r"(?<!\\)(?:\\\\)*(?:\(\?(?:=|!|<=|<!|P=|\(|#|>)|\\[1-9]|[*+?}]\+)")


@plain(frozen=True)
class Matcher:
    """A condition on one label; a label that is absent is an empty text."""

    name: str
    operator: Operator
    value: str

    def matches(self, labels: Mapping[str, str]) -> bool:
        found = labels.get(self.name, "")
        if self.operator in {"=", "!="}:
            return (found == self.value) == (self.operator == "=")
        return (re.fullmatch(self.value, found) is not None) == (self.operator == "=~")

    def __str__(self) -> str:
        return f'{self.name}{self.operator}"{self.value}"'


def _matcher(name: str, operator: str, value: str) -> Matcher:
    if operator not in {"=", "!=", "=~", "!~"}:
        raise ValueError(f"{operator!r} is no operator; write =, !=, =~ or !~")
    if not name:
        raise ValueError("a matcher without a label; write for example [severity, '=', info]")
    if operator in {"=~", "!~"}:
        if _BEYOND_RE2.search(value):
            raise ValueError(f"{value!r} looks around or back, which RE2 cannot; write alternatives: a|b")
        try:
            re.compile(value)
        except re.error as fault:
            raise ValueError(f"{value!r} is no regular expression: {fault}; write for example a|b") from None
    return Matcher(name, operator, value)  # type: ignore[arg-type] # tested above


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value


def _of_list(value: Any) -> Any:
    if isinstance(value, Matcher):
        return value
    if not isinstance(value, list) or len(value) != 3 or not all(isinstance(part, str) for part in value):
        raise ValueError(f"{value!r} is no matcher; write three texts, such as [severity, '=', info]")
    name, operator, text = (expanded(part) for part in value)
    return _matcher(name, operator, _unquoted(text))


def _of_text(value: Any) -> Any:
    if isinstance(value, Matcher):
        return value
    match = _TEXT.fullmatch(expanded(value)) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f'{value!r} is no matcher; write for example severity="info"')
    return _matcher(match[1], match[2], _unquoted(match[3]))


def _of_map(operator: str) -> Any:
    def matchers(value: Any) -> Any:
        if isinstance(value, tuple):
            return value
        if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
            raise ValueError(f"{value!r} are no labels with texts; write for example {{severity: info}}")
        return tuple(_matcher(expanded(name), operator, expanded(text)) for name, text in value.items())

    return BeforeValidator(matchers)


@dataclass(config=SNAKE)
class Route:
    """A route as the file has it: what is absent it has from the one above."""

    receiver: Expanded = ""
    group_by: tuple[Expanded, ...] = ()
    object_matchers: tuple[Annotated[Matcher, BeforeValidator(_of_list)], ...] = ()
    matchers: tuple[Annotated[Matcher, BeforeValidator(_of_text)], ...] = ()
    match: Annotated[tuple[Matcher, ...], _of_map("=")] = ()
    match_re: Annotated[tuple[Matcher, ...], _of_map("=~")] = ()
    mute_time_intervals: tuple[Expanded, ...] = ()
    active_time_intervals: tuple[Expanded, ...] = ()
    goes_on: Annotated[bool, Field(alias="continue", strict=True)] = False
    routes: tuple[Route, ...] = ()
    group_wait: Duration | None = None
    group_interval: NonZero | None = None
    repeat_interval: NonZero | None = None

    @property
    def conditions(self) -> tuple[Matcher, ...]:
        found = (*self.match, *self.match_re, *self.matchers, *self.object_matchers)
        return tuple(sorted(found, key=str))


@dataclass(config=SNAKE)
class Root(Route):
    """The root of an organisation's tree."""

    org_id: Annotated[OrgId, Field(alias="orgId")] = 1


@plain(frozen=True)
class Branch:
    """A route with all that it inherits; `key` names it, as long as it keeps its place in the tree.

    The times of muting are a route's own: they are not inherited.
    """

    key: str
    receiver: str
    group_by: tuple[str, ...]
    group_wait: timedelta
    group_interval: timedelta
    repeat_interval: timedelta
    conditions: tuple[Matcher, ...] = ()
    mute: tuple[str, ...] = ()
    active: tuple[str, ...] = ()
    goes_on: bool = False
    branches: tuple[Branch, ...] = ()

    def taken(self, labels: Mapping[str, str]) -> list[Branch]:
        """The routes that an alert takes: depth first, the first child that matches, more where it goes on.

        Empty where this route does not match; itself where it does and no child does.
        """
        if not all(condition.matches(labels) for condition in self.conditions):
            return []
        found: list[Branch] = []
        for branch in self.branches:
            inside = branch.taken(labels)
            found += inside
            if inside and not branch.goes_on:
                break
        return found or [self]

    def all(self) -> list[Branch]:
        return [self, *(below for branch in self.branches for below in branch.all())]


_DEFAULTS = Branch("", "", (), timedelta(seconds=30), timedelta(minutes=5), timedelta(hours=4))


def tree(route: Route, above: Branch = _DEFAULTS, position: str = "") -> Branch:
    """A route and those below it, with what they inherit."""
    own = tuple(str(condition) for condition in route.conditions)
    key = f"{above.key}/{position}{{{','.join(own)}}}" if position else "{}"
    found = Branch(
        key,
        route.receiver or above.receiver,
        route.group_by or above.group_by,
        above.group_wait if route.group_wait is None else route.group_wait,
        route.group_interval or above.group_interval,
        route.repeat_interval or above.repeat_interval,
        route.conditions,
        route.mute_time_intervals,
        route.active_time_intervals,
        route.goes_on,
    )
    below = tuple(tree(child, found, str(i + 1)) for i, child in enumerate(route.routes))
    return replace(found, branches=below)
