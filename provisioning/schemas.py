"""JSON Schemas of what a person writes, from the models that read it: editors complete and underline by them."""

from __future__ import annotations

import json
import tomllib
from importlib import resources
from typing import Any

from pydantic import TypeAdapter

from alerts.policy import Policy
from alerts.story import Story
from collector.schema import BY_NAME
from provisioning.settings import Settings

FOLDER = "schemas"
MODELS: dict[str, tuple[Any, str]] = {
    "policy.json": (Policy, "A policy of quannet: policies/<id>.yaml"),
    "scenario.json": (Story, "The scenario of a policy: scenarios/<id>.yaml"),
    "site.json": (Settings, "A site's settings: site.yaml"),
}


def texts() -> dict[str, str]:
    """Name to text of each; sorted, so that a second run gives the same."""
    return {
        name: json.dumps(schema(model, title), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        for name, (model, title) in sorted(MODELS.items())
    }


def schema(model: Any, title: str) -> dict[str, Any]:
    found = _plain(TypeAdapter(model).json_schema(by_alias=True))
    words = descriptions()
    parts = {model.__name__: found, **found.get("$defs", {})}
    for name, part in parts.items():
        for key, prop in part.get("properties", {}).items():
            prop["description"] = words[name][key]
            if key == "measurement":
                prop["enum"] = sorted(BY_NAME)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **found,
        "title": title,
    }


def descriptions() -> dict[str, dict[str, str]]:
    """A sentence a key, by model."""
    return tomllib.loads(resources.files("provisioning").joinpath("schemas.toml").read_text("utf-8"))


def _plain(node: Any) -> Any:
    """Without what a person does not write: null, titles made of names, defaults in another form than theirs."""
    if isinstance(node, list):
        return [_plain(item) for item in node]
    if not isinstance(node, dict):
        return node
    found: dict[str, Any] = {
        key: _named(value) if key in {"properties", "$defs"} else _plain(value) for key, value in node.items()
    }
    if isinstance(found.get("title"), str):
        del found["title"]
    if "default" in found and not _written(found["default"]):
        del found["default"]
    branches = [branch for branch in found.get("anyOf", []) if branch != {"type": "null"}]
    if len(branches) == 1:
        del found["anyOf"]
        found = {**branches[0], **found}
    elif branches:
        found["anyOf"] = branches
    return found


def _named(properties: dict[str, Any]) -> dict[str, Any]:
    """A key may itself be called title or default."""
    return {name: _plain(value) for name, value in properties.items()}


def _written(default: Any) -> bool:
    return isinstance(default, bool | int | float) or (
        isinstance(default, str) and not default.startswith("PT")
    )
