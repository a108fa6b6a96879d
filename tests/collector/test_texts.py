"""The catalogue of texts: every text in both languages, with the same values, and no text that nobody says."""

import re
import tomllib
from importlib import resources
from pathlib import Path
from string import Formatter

import pytest

from collector import texts

ROOT = Path(__file__).parent.parent.parent


def catalogue() -> dict[str, dict[str, str]]:
    found = {}
    for part in texts.PARTS:
        table = tomllib.loads(resources.files(texts).joinpath(f"{part}.toml").read_text("utf-8"))
        stack = [(part, table)]
        while stack:
            name, node = stack.pop()
            if set(node) == set(texts.LANGUAGES):
                found[name] = node
            else:
                stack += [(f"{name}.{key}", value) for key, value in node.items()]
    return found


TEXTS = catalogue()


def values(words: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(words) if name is not None}


@pytest.mark.parametrize("key", sorted(TEXTS))
def test_both_languages_say_it_with_the_same_values(key):
    vietnamese, english = (TEXTS[key][language] for language in ("vi", "en"))
    assert vietnamese.strip()
    assert english.strip()
    assert values(vietnamese) == values(english)


def test_the_two_parts_together_are_not_empty():
    assert len(TEXTS) > 50


def test_vietnamese_is_written_with_its_accents():
    """In a text of several words some letter bears a mark; `may dang choi` for `máy đang chơi` does not pass."""
    marked = re.compile(r"[à-ỹđÀ-ỸĐ]")
    bare = [
        key for key, text in TEXTS.items() if len(text["vi"].split()) > 3 and not marked.search(text["vi"])
    ]
    assert bare == []


def test_an_unknown_text_is_an_error():
    with pytest.raises(KeyError):
        texts.text("boards.nothing", "vi")
    with pytest.raises(KeyError):
        texts.text("nowhere.at", "vi")
