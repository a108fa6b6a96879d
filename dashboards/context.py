"""What a site gives its boards: language, name, places, and which data source answers."""

from __future__ import annotations

from dataclasses import dataclass

from collector.conventions import DATASOURCE_UID


@dataclass(frozen=True)
class BoardContext:
    """`places` are (code, name) of the register, in the order in which a list shows them."""

    language: str  # one of collector.texts.LANGUAGES
    site: str
    places: tuple[tuple[str, str], ...]
    datasource_uid: str = DATASOURCE_UID
    refresh: str = "30s"
