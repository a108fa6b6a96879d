"""Editors are told by JSON Schemas what the models would say."""

from datetime import date
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter

from alerts.load import BUILTIN
from alerts.policy import Policy
from collector.document import read_yaml
from provisioning import scaffold, schemas

ROOT = Path(__file__).parents[2]
BAD = ROOT / "tests" / "alerts" / "bad"
VALIDATORS = {
    name: Draft202012Validator(schemas.schema(model, title))
    for name, (model, title) in schemas.MODELS.items()
}


def data(path):
    """As an editor reads it: a day is a text."""

    def plain(value):
        if isinstance(value, dict):
            return {key: plain(item) for key, item in value.items()}
        if isinstance(value, list):
            return [plain(item) for item in value]
        return str(value) if isinstance(value, date) else value

    return plain(read_yaml(path, path.name, Policy).document.data)


def faults(name, path):
    return [f"{list(e.absolute_path)}: {e.message}" for e in VALIDATORS[name].iter_errors(data(path))]


@pytest.mark.parametrize("path", sorted(BUILTIN.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_built_in_policy_and_its_scenario_is_good(path):
    assert faults("policy.json", path) == []
    assert faults("scenario.json", path.parent.parent / "scenarios" / path.name) == []


@pytest.mark.parametrize("folder", [scaffold.EXAMPLE, ROOT / "tests" / "provisioning" / "base"])
def test_sites_are_good(folder):
    assert faults("site.json", folder / "site.yaml") == []


# What an editor cannot know: other files, calendars, sums, texts as grave as they are long, two keys of one name.
UNSEEN = {
    "absent-with-a-sum", "binds-missing", "class-twice", "issuers-of-no-level", "ends-before-it-begins",
    "hours-25", "hours-always", "id-is-not-the-file-name", "key-twice", "no-class", "same-title-and-hours",
    "threshold-compares-nothing", "threshold-compares-two", "threshold-never-missed", "title-of-two-lines",
    "title-too-long", "where-bounds-nothing", "while-with-two-numbers", "while-without-a-number", "window-of-no-length",
    "scenario-at-before-the-start", "scenario-at-of-no-calendar", "scenario-class-missing", "scenario-field-a-text",
    "scenario-field-missing", "scenario-field-unknown", "scenario-firing-nobody", "scenario-further-field-of-no-number",
    "scenario-further-field-unknown", "scenario-measurement-unknown", "scenario-name-twice", "scenario-no-cases",
    "scenario-series-without-its-pc", "scenario-step-of-no-length", "scenario-tag-unknown", "scenario-values-too-many",
}  # fmt: skip
UNREAD = {"not-utf8", "not-yaml", "yml"}


@pytest.mark.parametrize("fault", sorted({path.name for path in BAD.iterdir()} - UNREAD))
def test_a_wrong_type_and_an_unknown_key_are_underlined(fault):
    """And what only a reader can know is not, so that nobody takes silence of the editor for more than it is."""
    name = "scenario.json" if fault.startswith("scenario-") else "policy.json"
    assert bool(faults(name, BAD / fault / "night.yaml")) is (fault not in UNSEEN)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("language: vi", "langauge: vi"),
        ("language: vi", "language: fr"),
        ('open: "07:00-23:00"', 'open: "7h-23h"'),
        ("port: 8883", "port: many"),
        ("every: 1m", "every: 1"),
        ("classes: [agent, isp]", "classes: [casino]"),
        ("  from: 2025-07-01", "  form: 2025-07-01"),
    ],
)
def test_faults_of_a_site_are_underlined(tmp_path, old, new):
    text = (scaffold.EXAMPLE / "site.yaml").read_text("utf-8")
    assert old in text
    (tmp_path / "site.yaml").write_text(text.replace(old, new, 1), "utf-8")
    assert faults("site.json", tmp_path / "site.yaml")


def test_each_key_is_described_once():
    words = schemas.descriptions()
    keys = {}
    for name, (model, _) in schemas.MODELS.items():
        found = TypeAdapter(model).json_schema(by_alias=True)
        assert VALIDATORS[name].schema["properties"]
        for part, node in {model.__name__: found, **found["$defs"]}.items():
            if "properties" in node:
                keys[part] = set(node["properties"])
    assert {part: set(table) for part, table in words.items()} == keys


def test_a_new_site_has_them_where_its_settings_say(tmp_path):
    scaffold.init(tmp_path / "site")
    first = (tmp_path / "site" / "site.yaml").read_text("utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=schemas/site.json"
    assert (tmp_path / "site" / "schemas" / "site.json").read_text("utf-8") == schemas.texts()["site.json"]
    example = (scaffold.EXAMPLE / "site.yaml").read_text("utf-8").splitlines()[0]
    assert (
        scaffold.EXAMPLE / example.partition("$schema=")[2]
    ).resolve() == ROOT / "docs" / "schemas" / "site.json"
