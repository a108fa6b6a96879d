"""What is generated means what was given, whatever stands in a text."""

from __future__ import annotations

import tomllib

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError

from provisioning.render import as_text, as_toml, as_yaml


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_survives_toml(text):
    assert tomllib.loads(as_toml({"": {"a": text}, "t": {"b": [text], "c": None}})) == {
        "a": text,
        "t": {"b": [text]},
    }


@pytest.mark.parametrize("text", ["22:00", "04273", "no", "2025-07-01", "Lục Yên", "a: b", "~", "$x"])
def test_a_text_stays_a_text_in_yaml(text):
    assert yaml.safe_load(as_yaml({"a": text})) == {"a": text}


def test_a_template_uses_no_value_that_was_not_given():
    with pytest.raises(UndefinedError):
        as_text("acl.j2", root="quannet/v1")
