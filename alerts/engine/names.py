"""Names that files give, also those of files that are faulty elsewhere: a fault is said where it is, and not where it is felt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alerts.engine.dollars import expand

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from collector.document import Document


def given(documents: Iterable[Document], section: str, key: str) -> set[str]:
    """The texts under a key of each item of a list, such as the `name` of each of `contactPoints`."""
    return set(_texts(documents, section, key))


def _texts(documents: Iterable[Document], section: str, key: str) -> Iterator[str]:
    for document in documents:
        listed: Any = document.data.get(section) if isinstance(document.data, dict) else None
        for item in listed if isinstance(listed, list) else ():
            text = item.get(key) if isinstance(item, dict) else None
            if isinstance(text, str):
                try:
                    yield expand(text)
                except ValueError:
                    yield text
