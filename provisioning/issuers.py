"""Whether a certificate was issued by a level of the administration that had the right to on that day. Pure.

Its issuer is a text that a person wrote. What cannot be read is `unknown` and never wrong: nobody is accused for it.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from alerts.policy import Issuers, Level

_COMMITTEE = r"(?:ubnd|ủy ban nhân dân|uỷ ban nhân dân)"
# Cities that are provinces: their committees are no district's. Those that were only later stand here all the same.
_CITIES = r"(?:hà nội|hồ chí minh|đà nẵng|hải phòng|cần thơ|huế|hcm|đồng nai)"
_LEVELS: tuple[tuple[Level, re.Pattern[str]], ...] = (
    ("commune", re.compile(rf"{_COMMITTEE} (?:xã|phường|thị trấn|đặc khu)\b.*")),
    (
        "district",
        re.compile(rf"{_COMMITTEE} (?:huyện|quận|thị xã|(?:thành phố |tp\. ?|tp )(?!{_CITIES}\b))\b.*"),
    ),
    ("department", re.compile(r"sở\b.*")),
)


def level(text: str) -> Level | Literal["unknown"]:
    """By how the name of an authority begins, such as UBND xã, Ủy ban nhân dân huyện, Sở."""
    name = " ".join(unicodedata.normalize("NFC", text).casefold().split())
    return next((found for found, pattern in _LEVELS if pattern.fullmatch(name)), "unknown")


def wrong(issuer: str, issued: date | None, rules: Iterable[Issuers]) -> bool:
    """False also where the day, the level or the rule of that day is not known. What was right then stays right."""
    found = level(issuer)
    if issued is None or found == "unknown":
        return False
    then = [rule for rule in rules if _holds(rule, issued)]
    return bool(then) and not any(found in rule.levels for rule in then)


def _holds(rule: Issuers, day: date) -> bool:
    return rule.valid_from <= day and (rule.valid_to is None or day < rule.valid_to)
