"""What the shell offers for a policy or a venue: the ids of the site folder that stands on the line, or here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    import click


def policies(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """With the title beside the id, where the shell shows such."""
    del parameter
    from alerts.load import BUILTIN, load
    from provisioning.site import POLICIES

    found = [*load(BUILTIN, "")[0], *load(_site(context) / POLICIES, "")[0]]
    return [
        CompletionItem(policy.id, help=policy.title.en)
        for policy in sorted(found, key=lambda policy: policy.id)
        if policy.id.startswith(begun)
    ]


def venues(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    del parameter
    from collector.document import read_csv
    from provisioning.registry import VenueRow
    from provisioning.site import VENUES

    rows = read_csv(_site(context) / VENUES, "", VenueRow).value or []
    names = {row.id: row.name for row in rows if row.id.startswith(begun)}
    return [CompletionItem(id_, help=name) for id_, name in sorted(names.items())]


def _site(context: click.Context) -> Path:
    return Path(context.params.get("site") or ".")
