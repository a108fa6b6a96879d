"""What an inspector or a venue owner reads, in Vietnamese and English: the one catalogue of texts.

The files beside this one hold it by part: a table a text, `vi` and `en` in each, with `{name}` where a
value goes. Administrators and developers are spoken to in English and need no catalogue.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any

LANGUAGES = ("vi", "en")
PARTS = ("alerts", "backtest", "boards", "explain")


def text(key: str, language: str, /, **values: Any) -> str:
    """The text of `<part>.<table>` in a language, its `{name}`s filled. KeyError where there is none."""
    part, _, name = key.partition(".")
    found: Any = _catalogue(part)
    for step in name.split("."):
        found = found[step]
    words: str = found[language]
    return words.format(**values)


@cache
def _catalogue(part: str) -> dict[str, Any]:
    if part not in PARTS:
        raise KeyError(part)
    return tomllib.loads(resources.files(__name__).joinpath(f"{part}.toml").read_text("utf-8"))
