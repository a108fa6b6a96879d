"""What a panel's fieldConfig says of one column: defaults, then the overrides that match, in their order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dashboards.preview.frames import Column
    from dashboards.preview.reader import Json, Panel

# Grafana's classic palette in shades that are told apart on white and on black.
PALETTE = (
    "#4C8BF5", "#2A9D8F", "#E3A72F", "#E4572E", "#8F6BC8", "#3FA7D6", "#C2397E", "#7A9E3B", "#B5793C", "#6C7A89",
)  # fmt: skip
_SHADES = (0.0, 0.3, -0.3, 0.5, -0.5)  # lighter and darker in turn, as Grafana does


def resolve(panel: Panel, column: Column, ref: str) -> Json:
    """Grafana's field configuration of a column; custom ones as `custom.width`."""
    defaults = panel.fields.get("defaults", {})
    found = {key: value for key, value in defaults.items() if key != "custom"}
    found |= {f"custom.{key}": value for key, value in defaults.get("custom", {}).items()}
    for override in panel.fields.get("overrides", ()):
        matcher = override["matcher"]
        wanted = {"byName": column.name, "byFrameRefID": ref}.get(matcher["id"])
        if wanted == matcher["options"]:
            found |= {p["id"]: p["value"] for p in override["properties"]}
    return found


def mapped(config: Json, value: Any) -> tuple[str | None, str | None]:
    """The text and colour that a value mapping gives a value; None where none does."""
    for mapping in config.get("mappings", ()):
        if mapping["type"] == "value":
            found = mapping["options"].get(_key(value))
            if found is not None:
                return found.get("text"), found.get("color")
    return None, None


def rank(config: Json, value: Any) -> int:
    """The place that a value mapping gives a value in a legend; behind all others where none does."""
    for mapping in config.get("mappings", ()):
        found = mapping["options"].get(_key(value)) if mapping["type"] == "value" else None
        if found is not None:
            return int(found.get("index", 0))
    return 1000


def threshold(config: Json, value: Any) -> str | None:
    """The colour of the highest threshold that a number reaches."""
    if not isinstance(value, int | float):
        return None
    color = None
    for step in config.get("thresholds", {}).get("steps", ()):
        if step["value"] is None or value >= step["value"]:
            color = step["color"]
    return color


def color_of(config: Json, value: Any) -> str | None:
    """A mapping's colour, else the threshold's."""
    return mapped(config, value)[1] or threshold(config, value)


def series_color(config: Json, name: str, names: list[str]) -> str:
    """The colour of a line: fixed, or one of the palette by the name's rank, so that it stays."""
    mode = config.get("color", {})
    if mode.get("mode") == "fixed":
        return str(mode["fixedColor"])
    rank = sorted(set(names)).index(name)
    if mode.get("mode") == "shades":
        return _shade(str(mode["fixedColor"]), _SHADES[rank % len(_SHADES)])
    return PALETTE[rank % len(PALETTE)]


def _shade(color: str, share: float) -> str:
    """Lighter by a share of the way to white, or darker where it is negative."""
    end = 255 if share > 0 else 0
    parts = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(part + (end - part) * abs(share)):02X}" for part in parts)


def _key(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
